package gij

import (
	"context"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// retry sends again what was certainly not done because of a temporary failure, and what may have
// been done where it can be repeated.
type retry struct {
	next   carrier
	gate   gate
	times  int // attempts after the first
	onWait func(Wait)
}

func newRetry(next carrier, g gate, times int, onWait func(Wait)) *retry {
	return &retry{next, g, times, onWait}
}

// carry does not count a 429 as a failed attempt: the server said when to come back, and the pace
// waits for that and limits it.
func (r *retry) carry(ctx context.Context, req request) answer {
	var trail attempts
	var delays *backoff.ExponentialBackOff
	for failed := 0; ; {
		a := r.next.carry(ctx, req)
		trail = trail.add(a)
		a.attempts = trail
		if !a.mayRetry() {
			return a
		}
		if a.status == http.StatusTooManyRequests {
			continue
		}
		if failed++; failed > r.times {
			return a
		}
		if delays == nil {
			delays = newDelays()
		}
		d := delays.NextBackOff()
		r.onWait(Wait{ReasonRetry, d})
		if e := r.gate.sleep(ctx, req, d, nil); e != nil {
			a = keptBack(req, e)
			a.attempts = trail
			return a
		}
	}
}

func newDelays() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval:     500 * time.Millisecond,
		RandomizationFactor: 0.5,
		Multiplier:          2,
		MaxInterval:         30 * time.Second,
	}
}
