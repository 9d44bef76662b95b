package gij

import (
	"context"
	"time"
)

// gate ends the run: once it is closed no request leaves, and all waits end.
type gate struct {
	closed context.Context // its cause is the *Error that closed the gate
	end    context.CancelCauseFunc
}

func newGate() gate {
	closed, end := context.WithCancelCause(context.Background())
	return gate{closed, end}
}

// close keeps the first reason.
func (g gate) close(why *Error) { g.end(why) }

// open is nil while requests may leave.
func (g gate) open(ctx context.Context, r request) *Error {
	if g.closed.Err() != nil {
		return context.Cause(g.closed).(*Error)
	}
	if ctx.Err() != nil {
		return cancelled(ctx, r)
	}
	return nil
}

// sleep waits for a time, for wake, or for the end of the run or of the request's context,
// which is its error.
func (g gate) sleep(ctx context.Context, r request, d time.Duration, wake <-chan struct{}) *Error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-wake:
	case <-g.closed.Done():
	case <-ctx.Done():
	}
	return g.open(ctx, r)
}

// acquire takes a semaphore, or gives the reason why it cannot.
func (g gate) acquire(ctx context.Context, r request, semaphore chan<- struct{}) *Error {
	if e := g.open(ctx, r); e != nil {
		return e
	}
	select {
	case semaphore <- struct{}{}:
		return nil
	case <-g.closed.Done():
	case <-ctx.Done():
	}
	return g.open(ctx, r)
}
