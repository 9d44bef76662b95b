package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// interrupted is the cause of a context that a signal ended.
type interrupted struct{ signal os.Signal }

func (i interrupted) Error() string { return fmt.Sprintf("stopped by a signal (%s)", i.signal) }

func (i interrupted) code() int {
	if i.signal == os.Interrupt {
		return exitInterrupted
	}
	return exitTerminated
}

// withSignals gives two contexts: the first ends with the first signal, when nothing
// new is begun; the second with the second signal, when what is on the wire is cut off
// as well. Reports are written in both cases.
func withSignals(parent context.Context) (soft, hard context.Context, release func()) {
	soft, stopSoft := context.WithCancelCause(parent)
	hard, stopHard := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signal.Notify(signals, syscall.SIGHUP) // the terminal is gone: an ssh session that broke off
	}
	go func() {
		for _, stop := range []context.CancelCauseFunc{stopSoft, stopHard} {
			s, open := <-signals
			if !open {
				return
			}
			stop(interrupted{s})
		}
	}()
	return soft, hard, func() {
		signal.Stop(signals)
		close(signals)
		stopSoft(nil)
		stopHard(nil)
	}
}

// catchBrokenPipe makes a write to a standard stream whose reader has ended fail, where it
// would end the process: a run goes on to its reports. Commands that are started do not
// inherit this, as they would an ignored signal.
func catchBrokenPipe() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// unread is a stream of messages, which are dropped once its reader has ended.
type unread struct{ w io.Writer }

func (u unread) Write(p []byte) (int, error) {
	n, err := u.w.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		return len(p), nil
	}
	return n, err
}

// untilSignal is a reader that a signal interrupts while it waits for input.
type untilSignal struct {
	ctx context.Context
	r   io.Reader
}

func (u untilSignal) Read(p []byte) (int, error) {
	if u.ctx.Err() != nil {
		return 0, context.Cause(u.ctx)
	}
	type result struct {
		n   int
		err error
	}
	own := make([]byte, len(p)) // the caller may use p again while the read still waits
	done := make(chan result, 1)
	go func() {
		n, err := u.r.Read(own)
		done <- result{n, err}
	}()
	select {
	case got := <-done:
		return copy(p, own[:got.n]), got.err
	case <-u.ctx.Done():
		return 0, context.Cause(u.ctx)
	}
}
