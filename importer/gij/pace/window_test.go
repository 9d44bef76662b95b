package pace

import (
	"testing"
	"time"
)

// rounds lets a pool of workers send writes whose answers take some time, and tells how
// many were in the air at once in the last round.
func (c *course) rounds(n, workers, status int, took func(inFlight int) time.Duration, pairs ...string) int {
	most := 0
	for range n {
		var air []Request
		for len(air) < workers {
			m := c.Next(noon.Add(c.now))
			if m.At.IsZero() {
				break
			}
			c.now = m.At.Sub(noon)
			air = append(air, c.leave())
		}
		most = len(air)
		c.now += took(most)
		for _, request := range air {
			c.hear(request, status, pairs...)
		}
	}
	return most
}

func always(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }

func TestSlowServerGetsFewerAtOnce(t *testing.T) {
	c := &course{t: t}
	if got := c.rounds(20, 16, 200, always(200*ms)); got != 16 {
		t.Fatalf("%d at once while it is well", got)
	}
	if got := c.rounds(4, 16, 200, always(2*time.Second)); got > 4 {
		t.Errorf("%d at once after four slow rounds", got)
	}
	if got := c.rounds(60, 16, 200, always(200*ms)); got != 16 {
		t.Errorf("%d at once when it is well again", got)
	}
}

// A server that takes so many at once and lets the others queue.
func TestWindowFindsWhatTheServerTakes(t *testing.T) {
	queueing := func(inFlight int) time.Duration { return 200 * ms * time.Duration(max(2, inFlight)) / 2 }
	c := &course{t: t}
	c.rounds(10, 1, 200, queueing)
	sum := 0
	for range 40 {
		sum += c.rounds(1, 16, 200, queueing)
	}
	if mean := sum / 40; mean < 2 || mean > 8 {
		t.Errorf("%d at once on average, at a server that takes 2", mean)
	}
}

// Work that is heavier for good is no reason to go slowly for good.
func TestWindowGetsUsedToSlowWork(t *testing.T) {
	c := &course{t: t}
	c.rounds(20, 8, 200, always(150*ms))
	c.rounds(200, 8, 200, always(3*time.Second))
	if got := c.rounds(1, 8, 200, always(3*time.Second)); got != 8 {
		t.Errorf("%d at once", got)
	}
}

func TestQuickAnswersAreNeverSlow(t *testing.T) {
	c := &course{t: t}
	c.rounds(50, 16, 200, always(time.Millisecond))
	if got := c.rounds(50, 16, 200, always(90*ms)); got != 16 {
		t.Errorf("%d at once", got)
	}
}

func TestServerThatTurnsAwayGetsFewerAtOnce(t *testing.T) {
	c := &course{t: t}
	c.rounds(5, 16, 200, always(50*ms))
	c.rounds(1, 16, 503, always(50*ms)) // one burst counts once
	c.rounds(1, 16, 200, always(50*ms)) // one goes ahead
	if got := c.rounds(1, 16, 200, always(50*ms)); got < 8 || got > 9 {
		t.Errorf("%d at once after a burst of 503", got)
	}
	if got := c.rounds(60, 16, 200, always(50*ms)); got != 16 {
		t.Errorf("%d at once when it is well again", got)
	}
}

// Time limits count as slow, though they have no answer.
func TestLateRequestsHalveTheWindow(t *testing.T) {
	c := &course{t: t}
	var air []Request
	for range 8 {
		air = append(air, c.leave())
	}
	c.now = time.Minute
	for _, request := range air {
		c.Done(request, Answer{Late: true, Write: true}, noon.Add(c.now))
	}
	if got := c.rounds(1, 16, 200, always(ms)); got != 4 {
		t.Errorf("%d at once", got)
	}
}

func TestServerThatSendsLimitsHasNoWindow(t *testing.T) {
	c := &course{t: t}
	large := []string{"X-RateLimit-Limit", "999", "X-RateLimit-Remaining", "998", "X-RateLimit-Interval-Seconds", "1", "X-RateLimit-FillRate", "999"}
	c.rounds(5, 16, 200, always(150*ms), large...)
	if got := c.rounds(2, 16, 200, always(9*time.Second), large...); got != 16 {
		t.Errorf("%d at once", got)
	}
}
