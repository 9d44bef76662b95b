package importer

import (
	"context"
	"sync"
	"time"
)

// room limits how many writes are on their way at once: those that are sent, and before
// them those whose intents are kept ahead of their turn.
type room struct {
	places int // on the wire
	ahead  int // of it, while the server is quick

	mu     sync.Mutex
	inside int           // announced, and not answered yet
	quick  bool          // whether the last answer came in no time
	shut   bool          // whether an answer ended the run
	freed  chan struct{} // holds one where somebody left since the last look
}

// lead is how many intents may be kept ahead of the wire: as many as several workers send
// while the next ones become durable.
const lead = 240

// noTime is how long a write may take at most for the journal to be what holds up the
// run. Where writes take longer, intents kept ahead would win nothing, and leave more to
// be looked up after a death.
const noTime = 50 * time.Millisecond

// room is that of a run. Who waits for a first indexing keeps its place, and then nobody is
// in a hurry.
func (im *Importer) room() *room {
	r := &room{places: max(1, im.Concurrency), freed: make(chan struct{}, 1)}
	if im.Gentle.Indexer != nil {
		r.places = min(r.places, max(1, im.Gentle.AtOnce))
	} else {
		r.ahead = lead
	}
	return r
}

// most is how many there may be inside.
func (r *room) most() int { return r.places + r.ahead }

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
	limit := r.places
	if r.quick {
		limit = r.most()
	}
	n := max(0, min(want, limit-r.inside))
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
	r.quick = d < noTime
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
