package engine

import (
	"context"
	"fmt"
	"slices"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// RemoveSurplus takes away what creates of the plan made more than once, and keeps one of
// each: only what was not there before the run, and only where all of them are equal
// field by field. extend is told the deletions before any is sent; their numbers go on
// where the plan ends. emit is told their outcomes, and that the creates are created
// after all; Verify should look again afterwards.
func (im *Importer) RemoveSurplus(ctx context.Context, plan schema.Plan, outcomes []schema.Outcome, extend func([]schema.Action) error, emit func(schema.Outcome)) error {
	if !slices.ContainsFunc(outcomes, doubled) {
		return nil
	}
	live, err := im.Target.List(ctx, plan.Kinds()...)
	if err != nil {
		return fmt.Errorf("look for what was made twice: %w", err)
	}
	deletions, kept := surplus(plan, outcomes, live)
	if len(deletions) > 0 {
		if err := extend(deletions); err != nil {
			return err
		}
		if err := im.Apply(ctx, schema.Plan{Actions: deletions, Live: plan.Live}, emit); err != nil {
			return err
		}
	}
	for _, o := range kept {
		if err := im.end(ctx, o); err != nil {
			return err
		}
		emit(o)
	}
	return nil
}

// doubled reports whether a create may have been made more than once.
func doubled(o schema.Outcome) bool {
	return o.Action.Op == schema.OpCreate && o.Status == schema.StatusConflict && o.Attempts > 0
}

// surplus decides what to delete, and which creates are settled by that.
func surplus(plan schema.Plan, outcomes []schema.Outcome, live []schema.Record) (deletions []schema.Action, kept []schema.Outcome) {
	for _, group := range groups(plan, outcomes, live) {
		o := group.outcome
		one := slices.IndexFunc(group.made, func(r schema.Record) bool { return r.ID == o.ID })
		one = max(one, 0) // without an id of its own, the first
		if !allEqual(group.made) {
			continue
		}
		o.Status, o.Class, o.ID, o.Error, o.Advice = schema.StatusCreated, schema.ClassDone, group.made[one].ID, "", ""
		kept = append(kept, o)
		for i, r := range group.made {
			if i == one {
				continue
			}
			r.Place = o.Action.Want.Place
			deletions = append(deletions, schema.Action{N: len(plan.Actions) + len(deletions), Op: schema.OpDelete, Want: o.Action.Want, Have: r})
		}
	}
	return deletions, kept
}

// group is a doubled create with what is live of it.
type group struct {
	outcome schema.Outcome
	made    []schema.Record // by id
}

func groups(plan schema.Plan, outcomes []schema.Outcome, live []schema.Record) []group {
	var all []group
	var want []schema.Record
	claimed := make(map[int64]bool)
	for _, o := range outcomes {
		if doubled(o) {
			all, want = append(all, group{outcome: o}), append(want, o.Action.Want)
		} else {
			claimed[o.ID] = true
		}
	}
	fresh := slices.DeleteFunc(slices.Clone(live), func(r schema.Record) bool { return plan.WasLive(r.ID) || claimed[r.ID] })
	slices.SortFunc(fresh, func(a, b schema.Record) int { return int(a.ID - b.ID) })
	pairs := match.Match(want, fresh, nil)
	for l, r := range fresh {
		if w := pairs.ClaimedBy[l]; w != match.None {
			all[w].made = append(all[w].made, r)
		}
	}
	return slices.DeleteFunc(all, func(g group) bool { return len(g.made) == 0 })
}

// allEqual reports whether live records are the same in every field but their ids, and
// what the server makes of these.
func allEqual(made []schema.Record) bool {
	one := made[0].WithoutServerMade()
	first := one.Fields()
	return !slices.ContainsFunc(made[1:], func(r schema.Record) bool {
		r = r.WithoutServerMade()
		return !slices.Equal(r.Fields(), first) || slices.ContainsFunc(first, func(f schema.Field) bool {
			return f != schema.FieldID && !r.Get(f).Equal(one.Get(f))
		})
	})
}
