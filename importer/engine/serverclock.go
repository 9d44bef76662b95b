package engine

import "time"

// serverClock is how far the server's clock is ahead of ours, within the bounds that the initDates of
// answered creates set: the server made each between the request and its answer.
type serverClock struct {
	since       time.Time // of ours: later ones are measured from it, so that setting our clock changes nothing; zero: nothing is known
	least, most time.Duration
}

func (c *serverClock) observe(initDate int64, left, answered time.Time) {
	known := !c.since.IsZero()
	if !known {
		c.since = left
	}
	made := time.UnixMilli(initDate).Sub(c.since)
	least, most := made-answered.Sub(c.since), made-left.Sub(c.since)+time.Millisecond
	if known {
		least, most = max(c.least, least), min(c.most, most)
	}
	c.least, c.most = least, most
}

// knows is false where the bounds contradict each other: then the server's clock was set, or
// its initDate is not when it made a record.
func (c *serverClock) knows(initDate int64) bool {
	return initDate != 0 && !c.since.IsZero() && c.least <= c.most
}

// toLocal is the middle of the bounds.
func (c *serverClock) toLocal(initDate int64) (made time.Time, known bool) {
	if !c.knows(initDate) {
		return time.Time{}, false
	}
	return c.local(initDate, (c.least+c.most)/2), true
}

// before reports whether a record was certainly made before a time of ours.
func (c *serverClock) before(initDate int64, t time.Time) bool {
	return c.knows(initDate) && c.local(initDate, c.least).Add(time.Millisecond).Before(t)
}

func (c *serverClock) local(initDate int64, ahead time.Duration) time.Time {
	return c.since.Add(time.UnixMilli(initDate).Sub(c.since) - ahead)
}
