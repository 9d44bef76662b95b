package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gijbulk/schema"
)

// Settle finds out what became of creates whose answers were lost. After a quiet
// period the live list is read: a record that is there, with an id that was not live
// before the run, was created. Only one that is missing from two lists, a quiet period
// apart, is sent again, alone. emit is told the new outcome of every create that could
// be settled; what is left stays unknown, without an error.
func (im *Importer) Settle(ctx context.Context, plan schema.Plan, outcomes []schema.Outcome, emit func(schema.Outcome)) error {
	book := newBook(plan, outcomes, serial(emit))
	for range im.Resends {
		missing, err := im.seekTwice(ctx, book)
		if err != nil || len(missing) == 0 {
			return err
		}
		for _, o := range missing {
			if err := im.resend(ctx, book, o); err != nil {
				return err
			}
		}
	}
	_, err := im.seekTwice(ctx, book)
	return err
}

// seekTwice looks for the unknown creates in two lists and returns those that are in
// neither and may be sent again.
func (im *Importer) seekTwice(ctx context.Context, book *book) ([]schema.Outcome, error) {
	var missing []schema.Outcome
	for range 2 {
		unknown := book.unknown()
		if len(unknown) == 0 {
			return nil, nil
		}
		if err := pause(ctx, im.Patience(book.outcomes)); err != nil {
			return nil, err
		}
		live, err := im.Target.List(ctx, book.plan.Kinds()...)
		if err != nil {
			return nil, fmt.Errorf("look up %d writes whose answers were lost: %w", len(unknown), err)
		}
		if missing, err = im.seek(ctx, book, live); err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// Patience is how long to leave the server alone before these outcomes' lost answers are
// looked up. Where it may still be at work, because a request ran into its time limit or
// the process died with it on the wire, that is until the limit has passed since the
// last sign of life. A process that died may have held the request back after that, for as
// long as Held; but when the run was resumed it had left.
func (im *Importer) Patience(outcomes []schema.Outcome) time.Duration {
	var last time.Time
	atWork := false
	for _, o := range outcomes {
		if sign := o.Started.Add(o.Took); sign.After(last) {
			last = sign
		}
		atWork = atWork || o.Waited && o.Status == schema.StatusUnknown && o.Action.Op == schema.OpCreate
	}
	switch {
	case !atWork:
		return im.Quiet
	case last.IsZero():
		return max(im.Quiet, im.Timeout)
	}
	left := last
	if last.Before(im.Resumed) {
		if left = last.Add(im.Held); left.After(im.Resumed) {
			left = im.Resumed
		}
	}
	return max(im.Quiet, min(im.Timeout, time.Until(left.Add(im.Timeout))))
}

// seek settles what the list answers and returns what is certainly not in it.
func (im *Importer) seek(ctx context.Context, book *book, live []schema.Record) ([]schema.Outcome, error) {
	found := book.find(live)
	var missing []schema.Outcome
	for _, o := range book.unknown() {
		switch ids := found.ids[o.Action.N]; {
		case len(ids) == 1:
			o.Status, o.Class, o.ID, o.Error, o.Advice = schema.StatusCreated, schema.ClassDone, ids[0], "", ""
		case len(ids) > 1:
			o.Status, o.Error = schema.StatusConflict, twice(ids)
			o.Advice = adviceSurplus
		case found.stray(o.Action.Want):
			// Something new and unexplained is there that could be this one under
			// another name. Sending again could double it.
			o.Advice = "look in Jira: something new there resembles it, so it was not sent again"
		default:
			missing = append(missing, o)
			continue
		}
		if err := im.end(ctx, o); err != nil {
			return nil, err
		}
		book.tell(o)
	}
	return missing, nil
}

// resend sends a create again that is certainly not on the server.
func (im *Importer) resend(ctx context.Context, book *book, o schema.Outcome) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	again, err := im.perform(ctx, o.Action, o)
	book.tell(again)
	if err == nil && again.Stop != schema.StopNone {
		err = &Stopped{again}
	}
	return err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// adviceSurplus goes with what is on the server more than once.
const adviceSurplus = "remove the surplus in Jira; a run with --remove-duplicates deletes what it makes twice, where all of it is equal"

func twice(ids []int64) string {
	slices.Sort(ids)
	return fmt.Sprintf("is on the server %d times: ids %s", len(ids), joinIDs(ids))
}
