package pace

import (
	"net/http"
	"time"
)

// pause is the time after a 429 or 503 in which no request is sent. Then one is sent as a
// probe, and the others when one has been accepted.
type pause struct {
	until      time.Time
	chosen     int       // pauses in a row whose length the server did not say
	since      time.Time // first overload since the server last accepted a request
	overloaded time.Time // last overload; zero once a request sent later was accepted
}

// probing reports whether only one request may be in flight.
func (p pause) probing() bool { return !p.overloaded.IsZero() }

// overload extends the pause for as long as the server says, or for a time that doubles
// where it does not. The answers to one burst count once: only the next burst shows
// whether the pause was long enough.
func (p pause) overload(h http.Header, now time.Time) pause {
	const shortest, longest = 250 * time.Millisecond, 30 * time.Second
	if p.since.IsZero() {
		p.since = now
	}
	p.overloaded = now
	if d := retryAfter(h, now); d > 0 {
		if until := now.Add(d); until.After(p.until) {
			p.until = until
		}
		return p
	}
	if !p.until.After(now) {
		p.until = now.Add(min(shortest<<min(p.chosen, 16), longest))
		p.chosen++
	}
	return p
}

// accept ends the probing if the accepted request was sent after the last overload.
func (p pause) accept(sent time.Time) pause {
	p.since = time.Time{}
	if sent.After(p.overloaded) {
		p.chosen, p.overloaded = 0, time.Time{}
	}
	return p
}
