package pace

import "time"

// bucket estimates the token bucket of one node. Each request takes a token when it is sent.
// Tokens are added at whole intervals, at moments that the server does not send. They show
// afterwards: a request that was sent after an answer must find fewer tokens than that answer
// had, unless some were added in between.
type bucket struct {
	limit, fill int // tokens; fill of them are added each interval
	interval    time.Duration
	tokens      int       // left, with those of all requests in flight taken
	least       int       // that an answer had, or is expected to, since tokens were last added
	budget      int       // that our share may still take
	added, next time.Time // when tokens were added, and will be next: never before they are
	idle        bool      // it was full when they were added: they did not show
}

// drift allows for the server's clock: an interval may be longer by this part of it.
const drift = 5000

// newBucket begins an estimate. When tokens are added is sent only while there are none;
// within an interval they are.
func newBucket(l limits, inFlight int, share Share, now time.Time) bucket {
	b := bucket{limit: l.limit, fill: l.fill, interval: l.interval, least: l.remaining, added: now, next: now.Add(l.interval)}
	if l.after > 0 {
		b.next = now.Add(l.after)
	}
	b.tokens = max(0, l.remaining-inFlight)
	b.budget = max(0, share.of(l.limit)-1-inFlight)
	return b
}

func (b bucket) refilled(share Share, now time.Time) bucket {
	if now.Before(b.next) {
		return b
	}
	period := b.interval + b.interval/drift
	times := 1 + int(now.Sub(b.next)/period)
	b.idle = fillUp(b.tokens, times-1, b.fill, b.limit) == b.limit
	b.tokens = fillUp(b.tokens, times, b.fill, b.limit)
	b.least = fillUp(b.least, times, b.fill, b.limit)
	b.budget = fillUp(b.budget, times, share.of(b.fill), share.of(b.limit))
	b.added = b.next.Add(time.Duration(times-1) * period)
	b.next = b.added.Add(period)
	return b
}

// fillUp adds each to have, so many times, up to a limit.
func fillUp(have, times, each, limit int) int {
	missing := max(0, limit-have)
	return int(min(int64(limit), int64(have)+int64(min(times, missing))*int64(each)))
}

// when says when the next request may be sent; inFlight are those that the estimate does not
// count. A share keeps its last token until the interval is nearly over: the answer to that
// request shows what the others have left.
func (b bucket) when(inFlight int, share Share, now time.Time) time.Time {
	b = b.refilled(share, now)
	if b.tokens <= inFlight {
		return b.next
	}
	if share.alone() {
		return now
	}
	switch budget := b.budget - inFlight; {
	case budget <= 0:
		return b.next
	case budget == 1 && now.Before(b.nearlyOver()):
		return b.nearlyOver()
	}
	return now
}

func (b bucket) nearlyOver() time.Time { return b.next.Add(-b.interval / 8) }

func (b bucket) take() bucket {
	b.tokens, b.budget = max(0, b.tokens-1), max(0, b.budget-1)
	return b
}

// observe corrects the estimate by an answer. known is the estimate when its request was
// sent, zero if there was none; inFlight are the requests without an answer yet.
func (b bucket) observe(l limits, known bucket, inFlight int, share Share, now time.Time) bucket {
	b = b.refilled(share, now)
	if l.limit != b.limit || l.fill != b.fill || l.interval != b.interval {
		return newBucket(l, inFlight, share, now)
	}
	if b.idle {
		b.idle, b.added, b.next = false, now, now.Add(b.interval)
	}
	if until := now.Add(l.after); l.after > 0 && until.Before(b.next) {
		b.next = until
	}
	more := known.limit > 0 && l.remaining >= known.least
	switch {
	case more && known.added.Equal(b.added): // tokens were added, at the latest now
		b.least, b.tokens, b.budget = l.remaining, max(0, l.remaining-inFlight), max(0, share.of(b.fill)-1-inFlight)
		b.added, b.next = now, now.Add(b.interval)
		return b
	case !more && known.added.Before(b.added) && known.limit > 0:
		return b // it may be from before tokens were added
	}
	b.least = min(b.least, l.remaining)
	if l.remaining < b.tokens { // others took some, or they were not added yet
		b.tokens = max(0, l.remaining-inFlight)
	}
	if !share.alone() && b.budget == 0 && inFlight == 0 && !now.Before(b.nearlyOver()) {
		b.budget = max(0, l.remaining-share.Of) / share.Of // of what is left; each keeps one
	}
	return b
}

// Share is the part of the server's bucket that is ours, where several processes take
// from it: that of the process with this index, from 0, of so many. The zero value is all
// of it.
type Share struct{ Index, Of int }

func (s Share) alone() bool { return s.Of < 2 }

// of divides tokens so that the shares of all add up to them, but each gets one.
func (s Share) of(n int) int {
	if s.alone() {
		return n
	}
	return max(1, (n+s.Of-1-s.Index)/s.Of)
}
