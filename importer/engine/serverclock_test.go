package engine

import (
	"testing"
	"time"
)

// TestServerClock: where the answers bound the server's clock, the time of a record is known by ours.
func TestServerClock(t *testing.T) {
	zero := time.UnixMilli(1_000_000)
	at := func(ms int) time.Time { return zero.Add(time.Duration(ms) * time.Millisecond) }
	type create struct{ made, left, answered int } // milliseconds
	for _, tt := range []struct {
		name    string
		creates []create
		made    int
		known   bool
		want    int // within 10 ms
	}{
		{name: "nothing was answered", made: 5},
		{"one create", []create{{1010, 0, 20}}, 1500, true, 500},
		{"the narrowest bounds", []create{{1010, 0, 500}, {2005, 1000, 1010}, {3300, 2000, 2310}}, 5000, true, 4000},
		{"the clock was set", []create{{1010, 0, 20}, {90_000, 100, 120}}, 90_500, false, 0},
		{"in whole seconds", []create{{1000, 990, 1000}, {1000, 1900, 1920}}, 2000, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c serverClock
			for _, o := range tt.creates {
				c.observe(at(o.made).UnixMilli(), at(o.left), at(o.answered))
			}
			made, known := c.toLocal(at(tt.made).UnixMilli())
			if off := made.Sub(at(tt.want)); known != tt.known || known && off.Abs() > 10*time.Millisecond {
				t.Errorf("%v, known %t", made.Sub(zero), known)
			}
			if tt.known != c.before(at(tt.made).UnixMilli(), at(tt.want+25)) || c.before(at(tt.made).UnixMilli(), at(tt.want)) {
				t.Error("the latest time at which it was made is wrong")
			}
			if _, known := c.toLocal(0); known || c.before(0, at(1_000_000)) {
				t.Error("what is not shown is known")
			}
		})
	}
}
