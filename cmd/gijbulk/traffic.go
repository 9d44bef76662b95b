package main

import (
	"net/http"
	"sync"
	"time"

	"gijbulk/importer/gij"
	"gijbulk/schema"
)

// traffic notes what goes over the wire, for the reports. The client's goroutines tell
// it, several at once.
type traffic struct {
	mu   sync.Mutex
	line schema.Timeline
	held struct{ from, until time.Time } // requests are held back; not counted yet
}

// resume begins where an earlier part of the run ended.
func (t *traffic) resume(line schema.Timeline) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.line = line.Clone()
}

// waits notes that requests are held back from now on, or one that it is tried again.
func (t *traffic) waits(now time.Time, w gij.Wait) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if w.Reason == gij.ReasonRetry {
		t.line.Add(now, schema.Beat{Retries: 1})
		return
	}
	t.release(now)
	t.held.from, t.held.until = now, now.Add(w.For)
}

// exchanged notes a request that was made, and answered by now.
func (t *traffic) exchanged(now time.Time, e gij.Exchange) {
	if !e.Sent {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if left := now.Add(-e.Took); left.After(t.held.from) {
		t.release(left)
	}
	b := schema.Beat{Requests: 1}
	switch e.Status {
	case http.StatusTooManyRequests:
		b.Throttled = 1
	case http.StatusServiceUnavailable:
		b.Busy = 1
	}
	t.line.Add(now, b)
}

// release counts the time for which requests were held back: until one left again, or
// until the end that was told.
func (t *traffic) release(at time.Time) {
	if until := t.held.until; at.After(until) {
		at = until
	}
	t.line.Hold(t.held.from, at)
	t.held.from, t.held.until = time.Time{}, time.Time{}
}

func (t *traffic) timeline(now time.Time) schema.Timeline {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.release(now)
	return t.line.Clone()
}

func (a *app) traced(e gij.Exchange) {
	a.traffic.exchanged(a.now(), e)
	if a.log.traces() { // else thousands of values would be allocated and dropped
		a.log.trace("request", "method", e.Method, "path", e.Path, "status", e.Status, "took", e.Took)
	}
}

// onWait is called while the client delays requests. A retry delays only its own request.
func (a *app) onWait(w gij.Wait) {
	a.traffic.waits(a.now(), w)
	if w.For < time.Second {
		return
	}
	a.log.debug("waiting for the server", "why", string(w.Reason), "for", w.For)
	if w.Reason != gij.ReasonRetry {
		a.waiting.Start(a.now(), w.For)
	}
}
