package gij

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// tempo is what the server's answers so far say about when the next request may leave.
// It is plain arithmetic: the times come from outside.
type tempo struct {
	flying int       // requests that have left and not come back
	back   int       // requests that have come back
	hold   time.Time // nobody leaves before
	row    int       // holds in a row that we had to choose, the server not saying how long
	busy   time.Time // when the server first turned a request away after it last accepted one
	bucket bucket
}

// next says when the next request may leave, and what it has to wait for.
func (t *tempo) next(now time.Time) (time.Time, Reason) {
	if t.hold.After(now) {
		return t.hold, ReasonBusy
	}
	return t.bucket.next(now, t.flying), ReasonBucket
}

// leave counts a request that leaves. The ticket is to be handed in with its answer.
func (t *tempo) leave() (ticket int) {
	t.flying++
	return t.back
}

// hear takes in what became of one of them.
func (t *tempo) hear(a answer, ticket int, now time.Time) {
	others := t.back - ticket + t.flying - 1 // that were in the air beside it
	t.flying--
	t.back++
	t.bucket = t.bucket.hear(a.header, others, now)
	switch {
	case a.accepted():
		t.row, t.busy = 0, time.Time{}
	case a.turnedAway():
		if t.busy.IsZero() {
			t.busy = now
		}
		t.slowDown(a.header, now)
	}
}

// slowDown holds everybody back for as long as the server says, or for a time that grows
// where it does not. Answers to one burst count once: it is the next burst that shows
// whether the hold was long enough.
func (t *tempo) slowDown(h http.Header, now time.Time) {
	const shortest, longest = 250 * time.Millisecond, 30 * time.Second
	if d := retryAfter(h, now); d > 0 {
		if until := now.Add(d); until.After(t.hold) {
			t.hold = until
		}
		return
	}
	if t.hold.After(now) {
		return
	}
	t.hold = now.Add(min(shortest<<min(t.row, 16), longest))
	t.row++
}

// patience is the time until which a request that came at entry may be kept waiting:
// beyond it the server would have accepted nothing for longer than most.
func (t *tempo) patience(entry time.Time, most time.Duration) time.Time {
	if !t.busy.IsZero() && t.busy.Before(entry) {
		return t.busy.Add(most)
	}
	return entry.Add(most)
}

// bucket is the server's token bucket as its headers tell of it (Jira Data Center, 8.6 and
// later). Jira keeps one for each node and calls what remains approximate. The zero
// bucket is that of a server that tells nothing: it is never empty.
type bucket struct {
	limit, fill int // tokens; fill of them are added each interval; 0 where nothing is known
	interval    time.Duration
	remaining   int       // the least that was told since tokens were last added
	refill      time.Time // when tokens will have been added next: never before they are
}

// next counts everything in the air against what remains. Some of it the server may have
// counted already; that is put right when it comes back.
func (b bucket) next(now time.Time, flying int) time.Time {
	if !b.known() || b.refilled(now).remaining > flying {
		return now
	}
	return b.refilled(now).refill
}

func (b bucket) refilled(now time.Time) bucket {
	if !b.known() || now.Before(b.refill) {
		return b
	}
	times := 1 + int(now.Sub(b.refill)/b.interval)
	b.remaining = min(b.limit, b.remaining+times*b.fill)
	b.refill = b.refill.Add(time.Duration(times) * b.interval)
	return b
}

// hear reads the headers of an answer. So many others as were in the air beside it may have
// been counted after it, and their answers have overtaken it.
func (b bucket) hear(h http.Header, others int, now time.Time) bucket {
	told, ok := readBucket(h, now)
	b = b.refilled(now)
	switch {
	case !ok && b.known():
		b.remaining-- // who got no answer may have taken a token all the same
		return b
	case !ok || !b.known():
		return told
	case told.remaining <= b.remaining:
		told.refill = earlier(told.refill, b.refill)
	case told.remaining <= b.remaining+others: // overtaken, and no sign of new tokens
		told.remaining, told.refill = b.remaining, b.refill
	}
	return told
}

// readBucket reads what one answer tells. When new tokens come it says only while there
// are none, rounded up; else they come within an interval.
func readBucket(h http.Header, now time.Time) (bucket, bool) {
	limit, ok1 := count(h, "X-RateLimit-Limit")
	remaining, ok2 := count(h, "X-RateLimit-Remaining")
	seconds, ok3 := count(h, "X-RateLimit-Interval-Seconds")
	fill, ok4 := count(h, "X-RateLimit-FillRate")
	if !ok1 || !ok2 || !ok3 || !ok4 || limit == 0 || seconds == 0 || fill == 0 {
		return bucket{}, false
	}
	interval := time.Duration(seconds) * time.Second
	b := bucket{limit: limit, fill: fill, interval: interval, remaining: remaining, refill: now.Add(interval)}
	if d := retryAfter(h, now); remaining == 0 && d > 0 {
		b.refill = now.Add(d)
	}
	return b, true
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func (b bucket) known() bool { return b.fill > 0 }

// count reads a header with a whole number. None of them can sensibly be larger than an
// int32, and sums of smaller ones cannot overflow.
func count(h http.Header, name string) (int, bool) {
	n, err := strconv.ParseInt(strings.TrimSpace(h.Get(name)), 10, 32)
	return int(n), err == nil && n >= 0
}

// retryAfter reads Retry-After, seconds or an HTTP date; 0 where there is none to go by. A
// date is compared with the server's own clock where the answer tells it. A day stands
// for anything longer: no run waits that long, and sums stay within time.Duration.
func retryAfter(h http.Header, now time.Time) time.Duration {
	const longest = 24 * time.Hour
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds > 0) {
			return 0
		}
		return time.Duration(math.Min(seconds, longest.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if serverNow, err := http.ParseTime(h.Get("Date")); err == nil {
		now = serverNow
	}
	return max(0, min(at.Sub(now), longest))
}
