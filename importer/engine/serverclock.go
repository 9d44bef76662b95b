package engine

import "time"

// serverClock is how far the server's clock is ahead of ours, within the bounds that the initDates of
// answered creates set: the server made each between the request and its answer.
type serverClock struct {
	known       bool
	least, most time.Duration
}

func (c *serverClock) observe(initDate int64, left, answered time.Time) {
	made := time.UnixMilli(initDate)
	least, most := made.Sub(answered), made.Sub(left)+time.Millisecond
	if c.known {
		least, most = max(c.least, least), min(c.most, most)
	}
	*c = serverClock{true, least, most}
}

// toLocal knows nothing where the bounds contradict each other: then the server's clock was set, or
// its initDate is not when it made a record.
func (c *serverClock) toLocal(initDate int64) (made time.Time, known bool) {
	if initDate == 0 || !c.known || c.least > c.most {
		return time.Time{}, false
	}
	return time.UnixMilli(initDate).Add(-(c.least + c.most) / 2), true
}
