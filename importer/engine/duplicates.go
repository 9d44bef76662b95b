package engine

import (
	"context"
	"slices"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// removeDuplicates deletes what creates of the plan made more than once, and keeps one of
// each: only what was not there before the run, and only where all of them are equal
// field by field. removed reports whether anything was sent.
func (r *Run) removeDuplicates(ctx context.Context) (removed bool, err error) {
	doubled := r.ledger.doubled()
	if len(doubled) == 0 {
		return false, nil
	}
	live, err := r.list(ctx, "look for what was made twice")
	if err != nil {
		return false, err
	}
	deletions, kept := r.ledger.surplusDeletions(doubled, live)
	if len(deletions) > 0 {
		if err := r.ledger.extend(ctx, deletions); err != nil {
			return false, err
		}
		r.ledger.step(Step{Removing: len(deletions)})
		numbers := make([]int, len(deletions))
		for i, a := range deletions {
			numbers[i] = a.N
		}
		if err := r.newPool().run(ctx, numbers); err != nil {
			return true, err
		}
	}
	return true, r.ledger.end(ctx, kept...)
}

// doubled are the creates that may have been made more than once.
func (l *ledger) doubled() []schema.Outcome {
	var doubled []schema.Outcome
	for n, o := range l.outcomes {
		if l.action(n).Op == schema.OpCreate && o.Status == schema.StatusConflict && o.Attempts > 0 {
			doubled = append(doubled, o)
		}
	}
	return doubled
}

// surplusDeletions decides what to delete, and which creates are settled by that.
func (l *ledger) surplusDeletions(doubled []schema.Outcome, live []schema.Record) (deletions []schema.Action, kept []schema.Outcome) {
	for i, made := range l.madeOf(doubled, live) {
		o := doubled[i]
		if len(made) == 0 || !allEqual(made) {
			continue
		}
		keep := slices.IndexFunc(made, func(r schema.Record) bool { return r.ID == o.ID })
		keep = max(keep, 0) // without an id of its own, the first
		kept = append(kept, created(o, made[keep].ID))
		want := l.action(o.N).Want
		for _, r := range slices.Delete(slices.Clone(made), keep, keep+1) {
			r.Place = want.Place
			deletions = append(deletions, schema.Action{N: len(l.outcomes) + len(deletions), Op: schema.OpDelete, Want: want, Have: r})
		}
	}
	return deletions, kept
}

// madeOf gives for each of these creates what is live of it and new, by id.
func (l *ledger) madeOf(creates []schema.Outcome, live []schema.Record) [][]schema.Record {
	want := make([]schema.Record, len(creates))
	claimed := l.claimed()
	for i, o := range creates {
		want[i] = l.action(o.N).Want
		delete(claimed, o.ID)
	}
	fresh := l.fresh(live, claimed)
	slices.SortFunc(fresh, func(a, b schema.Record) int { return int(a.ID - b.ID) })
	pairs := match.Match(want, fresh, nil)
	made := make([][]schema.Record, len(creates))
	for i, r := range fresh {
		if w := pairs.ClaimedBy[i]; w != match.None {
			made[w] = append(made[w], r)
		}
	}
	return made
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
