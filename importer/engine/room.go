package engine

import (
	"context"
	"sync"
	"time"
)

// room limits how many writes are on their way at once: those that are sent, and before
// them those whose intents are kept ahead of their turn.
type room struct {
	places int // on the wire
	ahead  int // of it, at most

	mu     sync.Mutex
	inside int           // announced, and not answered yet
	last   time.Duration // how long the last write took; 0: there was match.None
	shut   bool          // whether an answer ended the run
	freed  chan struct{} // holds one where somebody left since the last look
}

// Intents are kept ahead for as many writes as are sent in the time of a few commits: with
// fewer of them the wire would wait for the journal, and with more of them more would have to
// be looked up after a death. Of a server at its limits that is hardly any.
const (
	lead     = 25 * time.Millisecond
	mostLead = 240
)

// room is that of a run. Who waits for a first indexing keeps its place, and then nobody is
// in a hurry.
func (im *Importer) room() *room {
	r := &room{places: max(1, im.Concurrency), freed: make(chan struct{}, 1)}
	if im.Gentle.Indexer != nil {
		r.places = min(r.places, max(1, im.Gentle.AtOnce))
	} else {
		r.ahead = mostLead
	}
	return r
}

// most is how many there may ever be inside.
func (r *room) most() int { return r.places + r.ahead }

// limit is how many there may be at this time.
func (r *room) limit() int {
	if r.last == 0 {
		return r.places
	}
	return r.places + min(r.ahead, int(time.Duration(r.places)*lead/r.last))
}

// enter waits until there is room, and lets in as many as there is room for, of those that
// want to. 0 means that the run has ended.
func (r *room) enter(ctx context.Context, want int) int {
	for ctx.Err() == nil && r.open() {
		if n := r.admit(want); n > 0 {
			return n
		}
		select {
		case <-r.freed:
		case <-ctx.Done():
		}
	}
	return 0
}

func (r *room) admit(want int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := max(0, min(want, r.limit()-r.inside))
	r.inside += n
	return n
}

// open reports whether those inside may be sent.
func (r *room) open() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.shut
}

// close keeps all from being sent that are not on the wire yet.
func (r *room) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.shut = true
}

// took tells how long a write took.
func (r *room) took(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last = max(d, time.Microsecond)
}

func (r *room) leave() {
	r.mu.Lock()
	r.inside--
	r.mu.Unlock()
	select {
	case r.freed <- struct{}{}:
	default:
	}
}
