package engine

import (
	"context"
	"fmt"
	"time"

	"gijbulk/schema"
)

// settle finds out whether creates whose answers were lost were done. After a quiet period
// the live list is read: a record that is there, with an id that was not live before the run,
// was created. Only one that is missing from two lists, a quiet period apart, is sent again,
// alone. What cannot be settled stays unknown, without an error.
func (r *Run) settle(ctx context.Context) error {
	for range r.Resends {
		missing, err := r.seekTwice(ctx)
		if err != nil || len(missing) == 0 {
			return err
		}
		for _, o := range missing {
			if err := r.sendAlone(ctx, o.N); err != nil {
				return err
			}
		}
	}
	_, err := r.seekTwice(ctx)
	return err
}

// seekTwice looks for the unknown creates in two lists and returns those that are in
// neither and may be sent again.
func (r *Run) seekTwice(ctx context.Context) (missing []schema.Outcome, err error) {
	for range 2 {
		unknown := r.ledger.unknown()
		if len(unknown) == 0 {
			return nil, nil
		}
		wait := r.patience()
		r.ledger.step(Step{Settling: &Settling{Creates: len(unknown), After: wait}})
		if err := pause(ctx, wait); err != nil {
			return nil, err
		}
		live, err := r.list(ctx, fmt.Sprintf("look up %d writes whose answers were lost", len(unknown)))
		if err != nil {
			return nil, err
		}
		if missing, err = r.seek(ctx, live); err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// seek settles what the list answers and returns what is certainly not in it.
func (r *Run) seek(ctx context.Context, live []schema.Record) (missing []schema.Outcome, err error) {
	found := r.ledger.find(live)
	var settled []schema.Outcome
	for _, o := range r.ledger.unknown() {
		switch ids := found.ids[o.N]; {
		case len(ids) == 1:
			settled = append(settled, created(o, ids[0]))
		case len(ids) > 1:
			settled = append(settled, duplicated(o, ids))
		case found.resembles(r.ledger.action(o.N).Want):
			// Something new and unexplained is there that could be this one under
			// another name. Sending again could duplicate it.
			o.Advice = "look in Jira: something new there resembles it, so it was not sent again"
			settled = append(settled, o)
		default:
			missing = append(missing, o)
		}
	}
	return missing, r.ledger.end(ctx, settled...)
}

// patience is how long to leave the server alone before lost answers are looked up. Where it
// may still be at work, because a request ran into its time limit or the process died with
// it on the wire, that is until the limit has passed since the last sign of life. In a process
// that died the request may have left after that: behind the one that a worker sent before
// it, and both may have been held back for as long as Held; but when the run was resumed it
// had left.
func (r *Run) patience() time.Duration {
	var last time.Time
	atWork := false
	for _, o := range r.ledger.outcomes {
		if sign := o.Started.Add(o.Took); sign.After(last) {
			last = sign
		}
		atWork = atWork || o.TimedOut && o.Status == schema.StatusUnknown && r.ledger.action(o.N).Op == schema.OpCreate
	}
	switch {
	case !atWork:
		return r.Settle
	case last.IsZero():
		return max(r.Settle, r.Timeout)
	}
	left := last
	if last.Before(r.resumed) {
		if left = last.Add(2*r.Held + r.Timeout); left.After(r.resumed) {
			left = r.resumed
		}
	}
	return max(r.Settle, min(r.Timeout, time.Until(left.Add(r.Timeout))))
}

func (r *Run) list(ctx context.Context, why string) ([]schema.Record, error) {
	live, err := r.Target.List(ctx, r.Plan.Kinds()...)
	if err != nil {
		return nil, failure(ctx, why, err)
	}
	return live, nil
}

// created is the outcome of a create that the server has, as this id.
func created(o schema.Outcome, id int64) schema.Outcome {
	o.Status, o.Class, o.ID, o.Error, o.Advice = schema.StatusCreated, schema.ClassDone, id, "", ""
	return o
}
