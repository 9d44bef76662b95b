package importer

import "context"

// wire limits how many actions are sent at once, and lets them go in the order in which
// they were called up, however long the journal takes for each.
type wire struct {
	places chan struct{}
	last   chan struct{} // closed when the one called up last has its place
}

func newWire(atOnce int) *wire {
	first := make(chan struct{})
	close(first)
	return &wire{places: make(chan struct{}, atOnce), last: first}
}

// call gives the next action its turn. The turn must be taken or passed on.
func (w *wire) call() turn {
	t := turn{places: w.places, before: w.last, mine: make(chan struct{})}
	w.last = t.mine
	return t
}

// turn is an action's turn to be sent.
type turn struct {
	places chan struct{}
	before <-chan struct{}
	mine   chan struct{}
}

// take waits for a place, in turn. Without one the context has ended; with one, leave
// gives it back.
func (t turn) take(ctx context.Context) bool {
	defer t.pass()
	select {
	case <-t.before:
	case <-ctx.Done():
		return false
	}
	select {
	case t.places <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	if ctx.Err() != nil { // both were so
		t.leave()
		return false
	}
	return true
}

func (t turn) leave() { <-t.places }

// pass lets the next one go.
func (t turn) pass() { close(t.mine) }
