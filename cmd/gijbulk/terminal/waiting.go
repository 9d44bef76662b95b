package terminal

import (
	"sync"
	"time"
)

// Waiting is how long a run waits for the server, such as for its rate limit. The zero
// value is a run that does not wait. It is safe for concurrent use.
type Waiting struct {
	mu    sync.Mutex
	until time.Time
}

// Start begins to wait for d, in place of what was left of an earlier wait.
func (w *Waiting) Start(now time.Time, d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.until = now.Add(d)
}

// Left is how much longer the run waits; 0 or less if it does not.
func (w *Waiting) Left(now time.Time) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.until.Sub(now)
}
