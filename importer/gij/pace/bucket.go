package pace

import "time"

// bucket is the token bucket of one node, as its answers tell of it and as we keep its
// books: each request that leaves takes a token. Tokens are added at whole intervals, at
// moments that nobody tells. They show afterwards: a request that left after an answer
// must find fewer tokens than that told, unless some were added in between.
type bucket struct {
	limit, fill int // tokens; fill of them are added each interval
	interval    time.Duration
	tokens      int       // by our books: all requests in the air have taken theirs
	least       int       // that was told, or is expected, since tokens were last added
	mine        int       // what we may still take, where we share the bucket
	added, next time.Time // when tokens were added, and will be next: never before they are
	idle        bool      // it was full when they were added: they did not show
}

// drift allows for the server's clock: an interval may be longer by this part of it.
const drift = 5000

// newBucket begins the books. When tokens are added is told only while there are none;
// within an interval they are.
func newBucket(t told, flying int, share Share, now time.Time) bucket {
	b := bucket{limit: t.limit, fill: t.fill, interval: t.interval, least: t.remaining, added: now, next: now.Add(t.interval)}
	if t.after > 0 {
		b.next = now.Add(t.after)
	}
	b.tokens = max(0, t.remaining-flying)
	b.mine = max(0, share.of(t.limit)-1-flying)
	return b
}

// refilled adds the tokens that are due.
func (b bucket) refilled(share Share, now time.Time) bucket {
	if now.Before(b.next) {
		return b
	}
	period := b.interval + b.interval/drift
	times := 1 + int(now.Sub(b.next)/period)
	b.idle = fillUp(b.tokens, times-1, b.fill, b.limit) == b.limit
	b.tokens = fillUp(b.tokens, times, b.fill, b.limit)
	b.least = fillUp(b.least, times, b.fill, b.limit)
	b.mine = fillUp(b.mine, times, share.of(b.fill), share.of(b.limit))
	b.added = b.next.Add(time.Duration(times-1) * period)
	b.next = b.added.Add(period)
	return b
}

// fillUp adds to what there is, so many times, up to a limit.
func fillUp(have, times, each, limit int) int {
	missing := max(0, limit-have)
	return int(min(int64(limit), int64(have)+int64(min(times, missing))*int64(each)))
}

// when says when the next request may leave; flying are those in the air that the books
// do not count. Who shares the bucket keeps its last token back until the interval is
// nearly over: that answer tells what the others have left.
func (b bucket) when(flying int, share Share, now time.Time) time.Time {
	b = b.refilled(share, now)
	if b.tokens <= flying {
		return b.next
	}
	if share.alone() {
		return now
	}
	switch mine := b.mine - flying; {
	case mine <= 0:
		return b.next
	case mine == 1 && now.Before(b.end()):
		return b.end()
	}
	return now
}

// end is when the interval is nearly over.
func (b bucket) end() time.Time { return b.next.Add(-b.interval / 8) }

// take counts a request that leaves.
func (b bucket) take() bucket {
	b.tokens, b.mine = max(0, b.tokens-1), max(0, b.mine-1)
	return b
}

// hear compares the books with what an answer tells. seen is what was known when its
// request left, zero if nothing; flying are those that have no answer yet.
func (b bucket) hear(t told, seen bucket, flying int, share Share, now time.Time) bucket {
	b = b.refilled(share, now)
	if t.limit != b.limit || t.fill != b.fill || t.interval != b.interval {
		return newBucket(t, flying, share, now)
	}
	if b.idle {
		b.idle, b.added, b.next = false, now, now.Add(b.interval)
	}
	if until := now.Add(t.after); t.after > 0 && until.Before(b.next) {
		b.next = until
	}
	more := seen.limit > 0 && t.remaining >= seen.least
	switch {
	case more && seen.added.Equal(b.added): // tokens were added, at the latest now
		b.least, b.tokens, b.mine = t.remaining, max(0, t.remaining-flying), max(0, share.of(b.fill)-1-flying)
		b.added, b.next = now, now.Add(b.interval)
		return b
	case !more && seen.added.Before(b.added) && seen.limit > 0:
		return b // it may be from before tokens were added
	}
	b.least = min(b.least, t.remaining)
	if t.remaining < b.tokens { // somebody else took some, or they were not added yet
		b.tokens = max(0, t.remaining-flying)
	}
	if !share.alone() && b.mine == 0 && flying == 0 && !now.Before(b.end()) {
		b.mine = max(0, t.remaining-share.Of) / share.Of // of what is left; each keeps one back
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
