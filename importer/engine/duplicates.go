package engine

import (
	"context"
	"fmt"
	"slices"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// removeDuplicates deletes what creates of the plan made more than once, and keeps one of
// each: only what was not there before the run, only where all of them are equal field by
// field, and only what is ours. removed reports whether anything was sent.
func (r *Run) removeDuplicates(ctx context.Context) (removed bool, err error) {
	doubled := r.ledger.possibleDuplicates()
	if len(doubled) == 0 {
		return false, nil
	}
	live, err := r.list(ctx, "list duplicates")
	if err != nil {
		return false, err
	}
	deletions, kept := r.ledger.surplusDeletions(doubled, live)
	if err := r.ledger.recordOutcomes(ctx, kept...); err != nil { // first: then no outcome has a record that is deleted
		return false, err
	}
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
	return true, nil
}

func (l *ledger) possibleDuplicates() []schema.Outcome {
	var doubled []schema.Outcome
	for n, o := range l.outcomes {
		if l.action(n).Op == schema.OpCreate && o.Status == schema.StatusConflict && o.Attempts > 0 {
			doubled = append(doubled, o)
		}
	}
	return doubled
}

func (l *ledger) surplusDeletions(doubled []schema.Outcome, live []schema.Record) (deletions []schema.Action, kept []schema.Outcome) {
	for i, made := range l.newRecordsOf(doubled, live) {
		o := doubled[i]
		is := func(r schema.Record) bool { return r.ID == o.ID }
		renamed := o.Answered && slices.ContainsFunc(live, is) && !slices.ContainsFunc(made, is) // and what is there now may be somebody else's
		if len(made) == 0 || renamed || !equalExceptServerMade(made) {
			continue
		}
		keep := l.recordToKeep(o, made)
		if keep == nil {
			continue
		}
		kept = append(kept, l.keptOutcome(o, *keep))
		want := l.action(o.N).Want
		for _, r := range made {
			if r.ID != keep.ID {
				r.Place = want.Place
				deletions = append(deletions, schema.Action{N: len(l.outcomes) + len(deletions), Op: schema.OpDelete, Want: want, Have: r})
			}
		}
	}
	return deletions, kept
}

// recordToKeep returns nil where the other equal new records need not all be ours. Certainly ours is
// the one that an answer named, and as many as there are attempts whose answers were lost. The one
// that is kept may be somebody else's.
func (l *ledger) recordToKeep(o schema.Outcome, made []schema.Record) *schema.Record {
	unnamed := slices.DeleteFunc(slices.Clone(made), func(r schema.Record) bool { return o.Answered && r.ID == o.ID })
	switch {
	case len(unnamed) == 0:
		return &made[0]
	case len(unnamed) == 1, len(unnamed) <= l.losses[o.N]:
		return &unnamed[0]
	}
	return nil
}

func (l *ledger) keptOutcome(o schema.Outcome, keep schema.Record) schema.Outcome {
	o.Answered = o.Answered && o.ID == keep.ID
	o = createdAs(o, keep.ID)
	o.InitDate = keep.InitDate
	if o.Inferred = !o.Answered && l.losses[o.N] == 0; o.Inferred {
		o.Advice = fmt.Sprintf("%s equals what the run created, but someone else may have created it", match.Called(keep))
	}
	return o
}

func (l *ledger) newRecordsOf(creates []schema.Outcome, live []schema.Record) [][]schema.Record {
	want := make([]schema.Record, len(creates))
	claimed := l.claimed()
	for i, o := range creates {
		want[i] = l.action(o.N).Want
		delete(claimed, o.ID)
	}
	fresh := l.newRecords(live, claimed)
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

func equalExceptServerMade(made []schema.Record) bool {
	one := made[0].WithoutServerMade()
	first := one.Fields()
	return !slices.ContainsFunc(made[1:], func(r schema.Record) bool {
		r = r.WithoutServerMade()
		return !slices.Equal(r.Fields(), first) || slices.ContainsFunc(first, func(f schema.Field) bool {
			return f != schema.FieldID && !r.Get(f).Equal(one.Get(f))
		})
	})
}
