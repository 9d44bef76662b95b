package gij

import (
	"context"
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// retry tries again what the judge lets it: what was certainly not done, for a passing
// reason, and beside it what may have been done only where that can be repeated.
type retry struct {
	next   carrier
	gate   gate
	times  int // attempts after the first
	onWait func(Wait)
}

func newRetry(next carrier, g gate, times int, onWait func(Wait)) *retry {
	return &retry{next, g, times, onWait}
}

// carry makes the attempts. A 429 is no failed one: the server said when to come back,
// and the pace sees to that and to its end.
func (r *retry) carry(ctx context.Context, req request) answer {
	var trail trail
	var delays *backoff.ExponentialBackOff
	for failed := 0; ; {
		a := r.next.carry(ctx, req)
		trail = trail.with(a)
		a.trail = trail
		if !a.again() {
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
			a.trail = trail
			return a
		}
	}
}

// newDelays grows from half a second to half a minute, each delay half more or less at
// random, so that workers that failed together do not come back together.
func newDelays() *backoff.ExponentialBackOff {
	return &backoff.ExponentialBackOff{
		InitialInterval:     500 * time.Millisecond,
		RandomizationFactor: 0.5,
		Multiplier:          2,
		MaxInterval:         30 * time.Second,
	}
}
