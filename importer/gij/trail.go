package gij

import (
	"context"
	"time"

	"gijbulk/schema"
)

// trail is one request on its way: what it does, and what its attempts leave behind. It
// belongs to the goroutine of the call.
type trail struct {
	effect     effect
	lists      schema.Kind
	left       int // attempts that left
	start, end time.Time
	status     int  // the last one that was received
	doubt      bool // an attempt may have been carried out without our hearing of it
	waited     bool // an attempt ran into a time limit
}

func (t *trail) note(a answer, start, end time.Time) {
	if a.status != 0 {
		t.status = a.status
	}
	if a.unsent {
		return
	}
	if t.left == 0 {
		t.start = start
	}
	t.left++
	t.end = end
	t.doubt = t.doubt || a.failure != nil && a.failure.Class == schema.ClassUnknown
	t.waited = t.waited || a.late()
}

// tell adds what the request came to, to the outcome of its action.
func (t *trail) tell(out schema.Outcome) schema.Outcome {
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

type trailKey struct{}

func withTrail(ctx context.Context, t *trail) context.Context {
	return context.WithValue(ctx, trailKey{}, t)
}

func trailOf(ctx context.Context) *trail { return ctx.Value(trailKey{}).(*trail) }
