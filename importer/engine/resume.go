package engine

import (
	"context"
	"fmt"

	"gijbulk/schema"
)

// Unfinished is the part of a plan that an interrupted run has still to do, after its
// unknown creates were settled: writes that never left, and updates and deletions of
// which nobody knows, since those can be repeated.
func Unfinished(plan schema.Plan, outcomes []schema.Outcome) schema.Plan {
	rest := schema.Plan{Live: plan.Live}
	for _, o := range outcomes {
		a := o.Action
		if !a.Op.Writes() {
			continue
		}
		repeatable := o.Status == schema.StatusUnknown && a.Op != schema.OpCreate
		if o.Status == schema.StatusUnprocessed || repeatable {
			rest.Actions = append(rest.Actions, a)
		}
	}
	return rest
}

// Recheck looks once whether creates that never left are on the server meanwhile, by
// somebody else's hand: those are told as existing, and not sent.
func (im *Importer) Recheck(ctx context.Context, plan schema.Plan, outcomes []schema.Outcome, emit func(schema.Outcome)) error {
	book := newBook(plan, outcomes, serial(emit))
	live, err := im.Target.List(ctx, plan.Kinds()...)
	if err != nil {
		return fmt.Errorf("look what is on the server meanwhile: %w", err)
	}
	found := book.find(live)
	for _, o := range book.outcomes {
		ids := found.ids[o.Action.N]
		if o.Status != schema.StatusUnprocessed || o.Action.Op != schema.OpCreate || len(ids) == 0 {
			continue
		}
		if len(ids) == 1 {
			o.Status, o.ID, o.Advice = schema.StatusExists, ids[0], "it came onto the server while the run was interrupted"
		} else {
			o.Status, o.Error = schema.StatusConflict, twice(ids)
			o.Advice = adviceSurplus
		}
		if err := im.end(ctx, o); err != nil {
			return err
		}
		book.tell(o)
	}
	return nil
}
