package importer

import (
	"context"
	"sync/atomic"
	"time"
)

// wire limits how many actions are sent at once, and lets them go in the order in which
// they were called up, however long the journal takes for each.
type wire struct {
	places chan struct{}
	last   chan struct{} // closed when the one called up last has its place
	quick  atomic.Bool   // whether the last one was done in no time
	halted atomic.Bool   // whether an answer ended the run
}

// noTime is how long an action may take at most for the journal to be what holds up the
// run.
const noTime = 50 * time.Millisecond

func newWire(atOnce int) *wire {
	first := make(chan struct{})
	close(first)
	return &wire{places: make(chan struct{}, atOnce), last: first}
}

// call gives the next action its turn. The turn must be taken or passed on.
func (w *wire) call() turn {
	t := turn{wire: w, before: w.last, mine: make(chan struct{})}
	w.last = t.mine
	return t
}

// turn is an action's turn to be sent.
type turn struct {
	wire   *wire
	before <-chan struct{}
	mine   chan struct{}
}

// take waits for a place, in turn. Without one the run has ended; with one, leave gives
// it back.
func (t turn) take(ctx context.Context) bool {
	defer t.pass()
	select {
	case <-t.before:
	case <-ctx.Done():
		return false
	}
	select {
	case t.wire.places <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	if ctx.Err() != nil || t.wire.halted.Load() {
		t.leave()
		return false
	}
	return true
}

func (t turn) leave() { <-t.wire.places }

// halt lets nobody have a place any more. It comes before leave: who waits for that place
// must not be sent.
func (t turn) halt() { t.wire.halted.Store(true) }

// ahead reports whether an intent is to be kept ahead of its turn. Where actions take
// their time that would win nothing, and leave more intents to be looked up after a
// death.
func (t turn) ahead() bool { return t.wire.quick.Load() }

// took tells how long an action took.
func (t turn) took(d time.Duration) { t.wire.quick.Store(d < noTime) }

// pass lets the next one go.
func (t turn) pass() { close(t.mine) }
