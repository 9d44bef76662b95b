package gij

import (
	"net/http"
	"time"

	"github.com/cenkalti/backoff/v5"
)

// retry tries again what the judge lets it: what was certainly not done, for a passing
// reason, and beside it what may have been done only where that can be repeated.
type retry struct {
	next   http.RoundTripper
	stop   *latch
	times  int // attempts after the first
	onWait func(Wait)
}

func newRetry(next http.RoundTripper, stop *latch, times int, onWait func(Wait)) *retry {
	return &retry{next, stop, times, onWait}
}

// RoundTrip makes the attempts. A 429 is no failed one: the server said when to come back,
// and the pace sees to that and to its end.
func (r *retry) RoundTrip(req *http.Request) (*http.Response, error) {
	delays := newDelays()
	for attempt, failed := req, 0; ; {
		resp, err := r.next.RoundTrip(attempt)
		a := answerOf(resp, err)
		if !a.again() {
			return resp, err
		}
		if a.status != http.StatusTooManyRequests {
			if failed++; failed > r.times {
				return resp, err
			}
			d := delays.NextBackOff()
			r.onWait(Wait{ReasonRetry, d})
			if err := r.stop.sleep(req, d, nil); err != nil {
				return nil, keptBack(err)
			}
		}
		if attempt, err = rewind(req); err != nil {
			return nil, keptBack(unsent(req, "the body cannot be sent again", "", err))
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

// rewind is the request with its body from the beginning.
func rewind(req *http.Request) (*http.Request, error) {
	if req.GetBody == nil {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	again := req.WithContext(req.Context())
	again.Body = body
	return again, nil
}
