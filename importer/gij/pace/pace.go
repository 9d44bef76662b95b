// Package pace decides when the next request to a Jira may be sent, by the answers to the
// earlier ones. It is plain arithmetic without a clock, a lock or a goroutine of its own:
// the times come from outside, and a [Pace] belongs to one caller at a time.
//
// Ask [Pace.Next] for the moment, call [Pace.Send] when a request is sent and [Pace.Done]
// with its answer. The answers decide in three ways, one file each:
//
//	pause    after a 429 or 503 nothing is sent for a while, then one request as a probe
//	bucket   a server that sends its rate limits (Jira Data Center): they are followed exactly
//	window   a server that sends none: as many requests in flight as it answers well
package pace

import (
	"net/http"
	"time"
)

// Reason is what a request waits for.
type Reason string

// The reasons.
const (
	Bucket Reason = "rate limit" // the server's token bucket is empty
	Busy   Reason = "busy"       // the server answered 429 or 503
	Slow   Reason = "slow"       // the window is full
)

// Moment is when the next request may be sent, and what it waits for. The zero time stands
// for the next answer, whenever it comes.
type Moment struct {
	At  time.Time
	Why Reason
}

// Answer is how a request ended. The zero value is one without an answer.
type Answer struct {
	Status int         // of HTTP; 0 where none was received
	Header http.Header // of the answer
	Write  bool        // whether the request may have changed the server
	Late   bool        // whether a time limit ended it
}

// accepted reports whether the server let the request in, whatever came of it.
func (a Answer) accepted() bool {
	switch a.Status {
	case 0, http.StatusBadGateway, http.StatusGatewayTimeout:
		return false
	}
	return !a.overloaded()
}

func (a Answer) overloaded() bool {
	return a.Status == http.StatusTooManyRequests || a.Status == http.StatusServiceUnavailable
}

// Request is one in flight.
type Request struct {
	sent    time.Time
	buckets map[string]bucket // what was known when it was sent
}

// Pace is what the answers so far say. Its zero value knows nothing yet and delays nothing;
// Share may be set before the first request.
type Pace struct {
	Share Share

	inFlight int
	pause    pause
	buckets  map[string]bucket // by node; empty while the server sends no limits
	silent   int               // accepted requests in a row whose answers had no limits
	window   window
}

// Next says when the next request may be sent.
func (p *Pace) Next(now time.Time) Moment {
	switch {
	case p.pause.until.After(now):
		return Moment{p.pause.until, Busy}
	case p.inFlight > 0 && p.pause.probing():
		return Moment{Why: Busy}
	case p.window.full(p.inFlight):
		return Moment{Why: Slow}
	}
	// The load balancer chooses the node: each of them must have a token.
	at := now
	for _, b := range p.buckets {
		if t := b.when(p.uncounted(), p.Share, now); t.After(at) {
			at = t
		}
	}
	return Moment{at, Bucket}
}

// Send counts a request that is sent now.
func (p *Pace) Send(now time.Time) Request {
	p.inFlight++
	known := make(map[string]bucket, len(p.buckets))
	for node, b := range p.buckets {
		known[node] = b.refilled(p.Share, now)
		p.buckets[node] = known[node]
		if len(p.buckets) == 1 {
			p.buckets[node] = known[node].take()
		}
	}
	return Request{now, known}
}

// Done learns from how a request ended.
func (p *Pace) Done(r Request, a Answer, now time.Time) {
	inFlight := p.inFlight
	p.inFlight--
	p.readLimits(r, a, now)
	switch {
	case a.overloaded():
		p.pause = p.pause.overload(a.Header, now)
	case a.accepted():
		p.pause = p.pause.accept(r.sent)
	}
	switch {
	case p.Limited():
		p.window = window{}
	case a.overloaded() || a.Late:
		p.window = p.window.halve(r.sent, inFlight, now)
	case a.accepted() && a.Write:
		p.window = p.window.observe(r.sent, inFlight, now)
	}
}

// uncounted is how many requests in flight no bucket counts: with several nodes only the
// answer tells which one a request reached.
func (p *Pace) uncounted() int {
	if len(p.buckets) > 1 {
		return p.inFlight
	}
	return 0
}

// Limited reports whether the server sends its limits, which are then the pace.
func (p *Pace) Limited() bool { return len(p.buckets) > 0 }

// readLimits updates the bucket of the node that answered. A server that goes on accepting
// requests without sending limits has had them switched off.
func (p *Pace) readLimits(r Request, a Answer, now time.Time) {
	const manySilent, manyNodes = 20, 64
	l, ok := limitsOf(a.Header, now)
	if !ok {
		if a.accepted() {
			p.silent++
		}
		if p.silent >= manySilent {
			p.buckets = nil
		}
		return
	}
	p.silent = 0
	name := node(a.Header)
	b, known := p.buckets[name]
	switch {
	case known:
		if len(p.buckets) > 1 {
			b = b.take()
		}
		b = b.observe(l, r.buckets[name], p.inFlight-p.uncounted(), p.Share, now)
	case len(p.buckets) < manyNodes:
		b = newBucket(l, p.inFlight, p.Share, now)
	default:
		return
	}
	if p.buckets == nil {
		p.buckets = map[string]bucket{}
	}
	p.buckets[name] = b
}

// Patience is the time until which a request that came at entry may wait: beyond it the
// server would have accepted nothing for longer than most.
func (p *Pace) Patience(entry time.Time, most time.Duration) time.Time {
	if since := p.pause.since; !since.IsZero() && since.Before(entry) {
		return since.Add(most)
	}
	return entry.Add(most)
}
