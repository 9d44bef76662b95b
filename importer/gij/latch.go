package gij

import (
	"context"
	"sync"
	"time"
)

// latch ends the run: once it is closed no request leaves, and all waits end.
type latch struct {
	once sync.Once
	done chan struct{}
	why  *Error // set before done is closed
}

func newLatch() *latch { return &latch{done: make(chan struct{})} }

// close keeps the first reason.
func (l *latch) close(why *Error) {
	l.once.Do(func() {
		l.why = why
		close(l.done)
	})
}

// open is nil while the run may go on.
func (l *latch) open(ctx context.Context, r request) *Error {
	select {
	case <-l.done:
		return l.why
	default:
	}
	if ctx.Err() != nil {
		return cancelled(ctx, r)
	}
	return nil
}

// sleep waits for a time, for news, or for the end of the run or of the request's
// context, which is its error.
func (l *latch) sleep(ctx context.Context, r request, d time.Duration, news <-chan struct{}) *Error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-news:
	case <-l.done:
	case <-ctx.Done():
	}
	return l.open(ctx, r)
}

// enter takes a place in the room, or gives the reason why it cannot.
func (l *latch) enter(ctx context.Context, r request, room chan<- struct{}) *Error {
	if e := l.open(ctx, r); e != nil {
		return e
	}
	select {
	case room <- struct{}{}:
		return nil
	case <-l.done:
	case <-ctx.Done():
	}
	return l.open(ctx, r)
}

// pilot lets one request go alone, until one of them has proved that the server takes
// such requests from us. Refused credentials thus cost a single request.
type pilot struct {
	seat   chan struct{}
	proved chan struct{}
	once   sync.Once
}

func newPilot() *pilot {
	return &pilot{seat: make(chan struct{}, 1), proved: make(chan struct{})}
}

// done reports whether one has proved it.
func (p *pilot) done() bool {
	select {
	case <-p.proved:
		return true
	default:
		return false
	}
}

// board waits until the request may go. Its end is reported through leave, which must be
// called.
func (p *pilot) board(ctx context.Context, r request, l *latch) (leave func(proof bool), e *Error) {
	if p.done() {
		return func(bool) {}, nil
	}
	select {
	case <-p.proved:
		return func(bool) {}, nil
	case p.seat <- struct{}{}:
	case <-l.done:
		return nil, l.open(ctx, r)
	case <-ctx.Done():
		return nil, l.open(ctx, r)
	}
	return func(proof bool) {
		if proof {
			p.once.Do(func() { close(p.proved) })
		}
		<-p.seat
	}, nil
}
