package schema

import (
	"slices"
	"time"
)

// Beat is what went over the wire in one interval of a run. The names are those that
// state files hold.
type Beat struct {
	Requests  int           `json:"requests"`  // that left, attempts included
	Throttled int           `json:"throttled"` // answered 429
	Busy      int           `json:"busy"`      // answered 503
	Retries   int           `json:"retries"`   // further attempts at what had failed
	Held      time.Duration `json:"held"`      // for which the server's limits held requests back
}

// Plus is what went over the wire in two intervals together.
func (b Beat) Plus(c Beat) Beat {
	return Beat{b.Requests + c.Requests, b.Throttled + c.Throttled, b.Busy + c.Busy, b.Retries + c.Retries, b.Held + c.Held}
}

// MostBeats is how long a timeline grows at most.
const MostBeats = 240

// shortestBeat is the interval that a timeline begins with.
const shortestBeat = 100 * time.Millisecond

// Timeline is a run's traffic over time, in intervals of one length. The length doubles
// whenever there would be more than MostBeats of them, so that a timeline is as small
// for a night as for a second. The zero Timeline is empty and begins with what is added
// first.
type Timeline struct {
	Start time.Time     `json:"start"`
	Every time.Duration `json:"every"`
	Beats []Beat        `json:"beats"`
}

// Add counts what happened at a moment. What came before the start counts as its first
// moment.
func (t *Timeline) Add(at time.Time, b Beat) {
	i := t.reach(at)
	t.Beats[i] = t.Beats[i].Plus(b)
}

// Hold counts a time for which requests were held back, in each interval that it
// touches.
func (t *Timeline) Hold(from, until time.Time) {
	if !from.Before(until) {
		return
	}
	t.reach(from)
	t.reach(until.Add(-1)) // from here on the intervals keep their length
	from = later(from, t.Start)
	for from.Before(until) {
		i := t.reach(from)
		end := t.Start.Add(time.Duration(i+1) * t.Every)
		if until.Before(end) {
			end = until
		}
		t.Beats[i].Held += end.Sub(from)
		from = end
	}
}

// Clone is a copy that does not change when the original goes on.
func (t Timeline) Clone() Timeline {
	t.Beats = slices.Clone(t.Beats)
	return t
}

// reach makes the timeline long enough for a moment and gives its index.
func (t *Timeline) reach(at time.Time) int {
	if t.Start.IsZero() {
		t.Start = at
	}
	if t.Every <= 0 {
		t.Every = shortestBeat
	}
	for at.Sub(t.Start)/t.Every >= MostBeats {
		t.fold()
	}
	i := max(0, int(at.Sub(t.Start)/t.Every))
	for len(t.Beats) <= i {
		t.Beats = append(t.Beats, Beat{})
	}
	return i
}

func (t *Timeline) fold() {
	half := t.Beats[:0]
	for pair := range slices.Chunk(t.Beats, 2) {
		sum := pair[0]
		if len(pair) == 2 {
			sum = sum.Plus(pair[1])
		}
		half = append(half, sum)
	}
	t.Beats = half
	t.Every *= 2
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
