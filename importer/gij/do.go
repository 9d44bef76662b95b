package gij

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"

	"gijbulk/schema"
)

// Do carries out one action, with all its attempts, and says what became of it. Of the
// operations only a create can be carried out.
func (c *Client) Do(ctx context.Context, action schema.Action) schema.Outcome {
	out := schema.Outcome{Action: action, Status: schema.StatusFailed}
	if action.Op != schema.OpCreate {
		out.Error = fmt.Sprintf("the operation %q cannot be sent", action.Op)
		return out
	}
	body, err := addRequest(action.Want)
	if err != nil {
		out.Error = err.Error()
		return out
	}
	t := new(trail)
	a := c.send(withTrail(ctx, t), http.MethodPost, integrationPath, body)
	failure := a.failure
	if failure == nil {
		if out.ID, err = decodeAdded(a.body); err != nil {
			failure = a.fail(schema.ClassUnknown, "it says that it worked, but does not show the integration", "")
			failure.Err = err
		}
	}
	out.Attempts, out.HTTP, out.Started, out.Took = t.left, t.status, t.start, t.end.Sub(t.start)
	out.Waited = failure != nil && a.late()
	return conclude(out, failure)
}

// conclude turns the failure of a create, or its absence, into the record's status.
func conclude(out schema.Outcome, e *Error) schema.Outcome {
	if e == nil {
		out.Status, out.Class = schema.StatusCreated, schema.ClassDone
		return out
	}
	out.Class, out.Error, out.Advice = e.Class, e.reason(), cmp.Or(e.Advice, e.Hint)
	switch e.Class {
	case schema.ClassNotDone:
		out.Passing = true
	case schema.ClassUnknown:
		out.Status = schema.StatusUnknown
	case schema.ClassStop:
		out.Status, out.Stop = schema.StatusUnprocessed, e.Stop
	case schema.ClassNone:
		if errors.Is(e, context.Canceled) || errors.Is(e, context.DeadlineExceeded) {
			out.Status = schema.StatusUnprocessed
		}
	}
	return out
}
