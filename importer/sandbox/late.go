package sandbox

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"time"
)

// lateWork is work that continues after its connection was cut. It is done at the first request that comes when it is due, as
// of the time when it was: the server starts no goroutines. What is not due when the server is closed is lost.
type lateWork struct {
	mu    sync.Mutex
	tasks []task
}

// task is a request whose work is still to be done.
type task struct {
	due  time.Time
	r    *http.Request
	body []byte
}

func (l *lateWork) add(after time.Duration, r *http.Request, body []byte) {
	due := time.Now().Add(after)
	r = r.WithContext(context.WithValue(r.Context(), dueKey{}, due))
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tasks = append(l.tasks, task{due, r, body})
	slices.SortStableFunc(l.tasks, func(a, b task) int { return a.due.Compare(b.due) })
}

// doDue lets other requests wait, so that a list never lacks what was due before it.
func (l *lateWork) doDue(work func(task)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	n := 0
	for n < len(l.tasks) && !l.tasks[n].due.After(now) {
		work(l.tasks[n])
		n++
	}
	l.tasks = slices.Delete(l.tasks, 0, n)
}

func (l *lateWork) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tasks = nil
}

type dueKey struct{}

func isLate(r *http.Request) bool { return r.Context().Value(dueKey{}) != nil }

// wireTime is when the work of a request is done, as exactly as the API tells times: now, or when late work was due.
func wireTime(r *http.Request) time.Time {
	at, ok := r.Context().Value(dueKey{}).(time.Time)
	if !ok {
		at = time.Now()
	}
	return at.UTC().Truncate(time.Millisecond)
}
