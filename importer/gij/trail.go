package gij

import (
	"time"

	"gijbulk/schema"
)

// trail is what the attempts at one request leave behind.
type trail struct {
	left       int // attempts that left
	start, end time.Time
	status     int  // the last one that was received
	doubt      bool // an attempt may have been carried out without our hearing of it
	waited     bool // an attempt ran into a time limit
}

// with is the trail after another attempt.
func (t trail) with(a answer) trail {
	if a.status != 0 {
		t.status = a.status
	}
	if a.unsent {
		return t
	}
	if t.left == 0 {
		t.start = a.start
	}
	t.left++
	t.end = a.end
	t.doubt = t.doubt || a.failure != nil && a.failure.Class == schema.ClassUnknown
	t.waited = t.waited || a.late()
	return t
}

// tell adds what the request came to, to the outcome of its action.
func (t trail) tell(out schema.Outcome) schema.Outcome {
	if t.left == 0 {
		return out
	}
	if out.Attempts == 0 {
		out.Started = t.start
	}
	out.Attempts += t.left
	out.HTTP, out.Took = t.status, t.end.Sub(out.Started)
	return out
}
