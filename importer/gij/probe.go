package gij

import (
	"context"
	"sync/atomic"
)

// probe lets one request go alone, until the server has accepted one of them. Refused
// credentials thus cost a single request.
type probe struct {
	alone  chan struct{} // a semaphore of one
	passed atomic.Bool
}

func newProbe() *probe { return &probe{alone: make(chan struct{}, 1)} }

// enter waits until the request may go. leave must be called when it has ended, and says
// whether the server accepted it.
func (p *probe) enter(ctx context.Context, r request, g gate) (leave func(accepted bool), e *Error) {
	if p.passed.Load() {
		return func(bool) {}, nil
	}
	if e := g.acquire(ctx, r, p.alone); e != nil {
		return nil, e
	}
	if p.passed.Load() {
		<-p.alone
		return func(bool) {}, nil
	}
	return func(accepted bool) {
		if accepted {
			p.passed.Store(true)
		}
		<-p.alone
	}, nil
}
