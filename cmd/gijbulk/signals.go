package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// interrupted is the cause of a context that a signal ended.
type interrupted struct{ signal os.Signal }

func (i interrupted) Error() string { return fmt.Sprintf("stopped by a signal (%s)", i.signal) }

// code is the exit code that shells expect of a process ended by this signal.
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
