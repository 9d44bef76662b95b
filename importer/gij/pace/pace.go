// Package pace decides when the next request to a Jira may leave, by the answers to the
// earlier ones. It is plain arithmetic without a clock, a lock or a goroutine of its own:
// the times come from outside, and [Pace] belongs to one caller at a time.
//
// Ask [Pace.Next] for the moment, say [Pace.Leave] when a request leaves, and hand in with
// [Pace.Hear] what became of it. What is learned from the answers, one file each:
//
//	bucket   the server tells its rate limits (Jira Data Center): they are followed exactly
//	room     it tells none: as many requests at once as it answers well
//	hold     it turned a request away: nobody leaves for a while, and then one goes ahead
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
	Busy   Reason = "busy"       // the server turned a request away: nobody leaves
	Slow   Reason = "slow"       // the server takes no more requests at once
)

// Moment is when the next request may leave, and why not before. The zero time stands
// for the next answer, whenever it comes.
type Moment struct {
	At  time.Time
	Why Reason
}

// Answer is what became of a request. The zero value is one without an answer.
type Answer struct {
	Status int         // of HTTP; 0 where none was received
	Header http.Header // of the answer
	Write  bool        // whether the request may have changed the server
	Late   bool        // whether a time limit ended it
}

// accepted reports whether the request was let in, whatever came of it.
func (a Answer) accepted() bool {
	switch a.Status {
	case 0, http.StatusBadGateway, http.StatusGatewayTimeout:
		return false
	}
	return !a.turnedAway()
}

// turnedAway reports whether the server was too busy for it.
func (a Answer) turnedAway() bool {
	return a.Status == http.StatusTooManyRequests || a.Status == http.StatusServiceUnavailable
}

// Ticket is that of a request in the air.
type Ticket struct {
	left time.Time
	seen map[string]bucket // what was known when it left
}

// Pace is what the answers so far say. Its zero value knows nothing yet and holds nobody
// back; Share may be set before the first request.
type Pace struct {
	Share Share

	flying int // requests that have left and not come back

	hold    time.Time // nobody leaves before
	row     int       // holds in a row that we had to choose, the server not saying how long
	busy    time.Time // when the server first turned a request away after it last accepted one
	refused time.Time // when it last did, and has accepted none since that left later

	buckets map[string]bucket // by node; empty while the server tells no limits
	untold  int               // accepted requests in a row whose answers told none
	room    room
}

// Next says when the next request may leave.
func (p *Pace) Next(now time.Time) Moment {
	switch {
	case p.hold.After(now):
		return Moment{p.hold, Busy}
	case p.flying > 0 && !p.refused.IsZero():
		return Moment{Why: Busy} // one has gone ahead
	case p.room.full(p.flying):
		return Moment{Why: Slow}
	}
	// Which node a request will reach is not ours to say: each of them must have a token.
	at := now
	for _, b := range p.buckets {
		if t := b.when(p.unbooked(), p.Share, now); t.After(at) {
			at = t
		}
	}
	return Moment{at, Bucket}
}

// Leave counts a request that leaves. The ticket is to be handed in with its answer.
func (p *Pace) Leave(now time.Time) Ticket {
	p.flying++
	seen := make(map[string]bucket, len(p.buckets))
	for node, b := range p.buckets {
		seen[node] = b.refilled(p.Share, now)
		p.buckets[node] = seen[node]
		if len(p.buckets) == 1 {
			p.buckets[node] = seen[node].take()
		}
	}
	return Ticket{now, seen}
}

// Hear takes in what became of a request.
func (p *Pace) Hear(t Ticket, a Answer, now time.Time) {
	flying := p.flying
	p.flying--
	p.readLimits(t, a, now)
	switch {
	case a.turnedAway():
		p.turnAway(a.Header, now)
	case a.accepted():
		p.busy = time.Time{}
		if t.left.After(p.refused) {
			p.row, p.refused = 0, time.Time{}
		}
	}
	switch {
	case p.Told():
		p.room = room{}
	case a.turnedAway() || a.Late:
		p.room = p.room.narrow(t.left, flying, now)
	case a.accepted() && a.Write:
		p.room = p.room.timed(t.left, flying, now)
	}
}

// unbooked is how many of those in the air the books do not count: with several nodes it
// is the answer that tells which one a request reached.
func (p *Pace) unbooked() int {
	if len(p.buckets) > 1 {
		return p.flying
	}
	return 0
}

// Told reports whether the server tells limits, which are then the pace.
func (p *Pace) Told() bool { return len(p.buckets) > 0 }

// readLimits brings the books of the node that answered up to date. A server that goes on
// accepting requests and tells nothing any more has had its limits switched off.
func (p *Pace) readLimits(t Ticket, a Answer, now time.Time) {
	const manyUntold, manyNodes = 20, 64
	said, ok := readTold(a.Header, now)
	if !ok {
		if a.accepted() {
			p.untold++
		}
		if p.untold >= manyUntold {
			p.buckets = nil
		}
		return
	}
	p.untold = 0
	name := node(a.Header)
	b, known := p.buckets[name]
	switch {
	case known:
		if len(p.buckets) > 1 {
			b = b.take()
		}
		b = b.hear(said, t.seen[name], p.flying-p.unbooked(), p.Share, now)
	case len(p.buckets) < manyNodes:
		b = newBucket(said, p.flying, p.Share, now)
	default:
		return
	}
	if p.buckets == nil {
		p.buckets = map[string]bucket{}
	}
	p.buckets[name] = b
}

// turnAway holds everybody back for as long as the server says, or for a time that grows
// where it does not. Answers to one burst count once: it is the next burst that shows
// whether the hold was long enough.
func (p *Pace) turnAway(h http.Header, now time.Time) {
	const shortest, longest = 250 * time.Millisecond, 30 * time.Second
	if p.busy.IsZero() {
		p.busy = now
	}
	p.refused = now
	if d := retryAfter(h, now); d > 0 {
		if until := now.Add(d); until.After(p.hold) {
			p.hold = until
		}
		return
	}
	if p.hold.After(now) {
		return
	}
	p.hold = now.Add(min(shortest<<min(p.row, 16), longest))
	p.row++
}

// Patience is the time until which a request that came at entry may be kept waiting:
// beyond it the server would have accepted nothing for longer than most.
func (p *Pace) Patience(entry time.Time, most time.Duration) time.Time {
	if !p.busy.IsZero() && p.busy.Before(entry) {
		return p.busy.Add(most)
	}
	return entry.Add(most)
}
