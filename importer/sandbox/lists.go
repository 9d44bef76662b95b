package sandbox

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// lists is how lists differ from what is stored: they lack what is new, are cached or empty.
type lists struct {
	chooser *chooser

	mu     sync.Mutex
	cached map[string]cachedList // by path
}

// cachedList is the records that a list was made of.
type cachedList struct {
	at      time.Time
	records []storedRecord
}

func newLists(c *chooser) *lists { return &lists{chooser: c, cached: map[string]cachedList{}} }

func (l *lists) show(r *http.Request, stored []storedRecord) []storedRecord {
	fault := l.chooser.choose(r.Method, r.URL.Path, true)
	now, age := time.Now(), fault.duration()
	switch fault.name() {
	case ListEmpty:
		stored = nil
	case ListLag:
		stored = slices.DeleteFunc(stored, func(r storedRecord) bool { return now.Sub(r.connection().InitDate) < age })
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if cached, ok := l.cached[r.URL.Path]; ok && fault.name() == ListCache && now.Sub(cached.at) <= age {
		return cached.records
	}
	l.cached[r.URL.Path] = cachedList{now, stored}
	return stored
}

// listed are the records of a kind that a list shows.
func listed[T storedRecord](s *Server, r *http.Request) []T {
	var list []T
	for _, r := range s.lists.show(r, all[storedRecord](s.store)) {
		if r, ok := r.(T); ok {
			list = append(list, r)
		}
	}
	return list
}
