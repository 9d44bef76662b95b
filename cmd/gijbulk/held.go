package main

import (
	"fmt"
	"sync"
	"time"

	"gijbulk/importer/gij"
)

// held knows for how long the server lets requests wait.
type held struct {
	mu    sync.Mutex
	until time.Time
}

// hold says that nothing leaves for so long.
func (h *held) hold(now time.Time, d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.until = now.Add(d)
}

// left is how much of that is to come; 0 or less where nothing is held.
func (h *held) left(now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.until.Sub(now)
}

// waiting hears of requests that are held back. One that is only tried again does not
// hold the others.
func (a *app) waiting(w gij.Wait) {
	a.traffic.waits(a.now(), w)
	if w.For < time.Second {
		return
	}
	a.log.debug("waiting for the server", "why", string(w.Reason), "for", w.For)
	if w.Reason != gij.ReasonRetry {
		a.held.hold(a.now(), w.For)
	}
}

// seconds rounds up: nobody waits for 0 s.
func seconds(d time.Duration) string {
	return fmt.Sprintf("%d s", (d+time.Second-1)/time.Second)
}

// roughly is as exact as a forecast can be.
func roughly(d time.Duration) string {
	switch {
	case d < 2*time.Minute:
		return seconds(d)
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", d.Round(time.Minute)/time.Minute)
	}
	return fmt.Sprintf("%d h", d.Round(time.Hour)/time.Hour)
}

// perSecond is a rate, of what takes so long each.
func perSecond(each time.Duration) string {
	switch rate := float64(time.Second) / float64(max(each, 1)); {
	case rate >= 9.5:
		return fmt.Sprintf("%.0f/s", rate)
	case rate >= 0.95:
		return fmt.Sprintf("%.1f/s", rate)
	default:
		return fmt.Sprintf("%.0f/min", 60*rate)
	}
}
