package gij

import (
	"cmp"
	"context"
	"errors"

	"gijbulk/schema"
)

// Do carries out one action, a create, an update or a delete, with all its requests and
// their attempts, and returns its outcome. The outcome is done only when each request
// was.
//
// A create is sent again only where it was certainly not done. Updates and deletes come to
// the same however often they are done, and are sent again also where the answer was lost,
// up to Config.Retries times; what no answer then confirms is unknown, whatever the last
// one said. A delete of what is already gone is done, and its advice says so unless an
// attempt of our own may have been the reason.
func (c *Client) Do(ctx context.Context, action schema.Action) schema.Outcome {
	out := schema.Outcome{N: action.N, Status: schema.StatusFailed, ID: action.Have.ID}
	requests, err := requestsOf(action)
	if err != nil {
		out.Error = err.Error()
		return out
	}
	for i, r := range requests {
		a := c.send(ctx, r)
		out = a.attempts.report(out)
		failure := a.failure
		if failure == nil && r.effect == adds {
			out.ID, out.InitDate, failure = a.addedID()
			out.Shown = a.digest(action.Want)
		}
		if failure != nil {
			out = conclude(out, failure, a)
			if i > 0 {
				out.Error = "the other fields were changed; disabled: " + out.Error
			}
			return out
		}
		if r.effect == removes && a.saysNotFound() && !a.attempts.mayBeDone {
			out.Advice = "it was already deleted"
		}
	}
	out.Status, out.Class = doneStatus(action.Op), schema.ClassDone
	return out
}

func doneStatus(op schema.Op) schema.Status {
	switch op {
	case schema.OpUpdate:
		return schema.StatusUpdated
	case schema.OpDelete:
		return schema.StatusDeleted
	default:
		return schema.StatusCreated
	}
}

func conclude(out schema.Outcome, e *Error, a answer) schema.Outcome {
	out.Class, out.Error, out.Advice = e.Class, e.reason(), cmp.Or(e.Advice, string(e.Need))
	switch e.Class {
	case schema.ClassNotDone:
		out.Temporary = true
	case schema.ClassUnknown:
		out.Status, out.Temporary = schema.StatusUnknown, a.effect.isRepeatable()
		return out
	case schema.ClassStop:
		out.Status, out.Stop = schema.StatusUnprocessed, e.Stop
	case schema.ClassNone:
		if errors.Is(e, context.Canceled) || errors.Is(e, context.DeadlineExceeded) {
			out.Status = schema.StatusUnprocessed
		}
	}
	if a.attempts.mayBeDone {
		// What the last attempt came to does not undo what an earlier one may have done.
		out.Status, out.Error = schema.StatusUnknown, "an earlier attempt may have succeeded; the last one: "+out.Error
		if e.Class != schema.ClassStop {
			out.Class = schema.ClassUnknown
		}
	}
	return out
}
