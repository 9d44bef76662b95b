package reports

import (
	"cmp"
	"slices"
	"strings"

	"gijbulk/schema"
)

// sorted gives outcomes in the order of the manifest: its files as they were named, then
// their records; at the end, by id, what stands in no manifest. They stay where they are,
// and nobody changes them.
func sorted(run schema.Run, outcomes []schema.Outcome) []*schema.Outcome {
	all := pointers(outcomes)
	arrange(run, all)
	return all
}

// pointers are what is moved while outcomes are put in order: one is large.
func pointers(outcomes []schema.Outcome) []*schema.Outcome {
	all := make([]*schema.Outcome, len(outcomes))
	for i := range outcomes {
		all[i] = &outcomes[i]
	}
	return all
}

// arrange puts outcomes in the order of the manifest.
func arrange(run schema.Run, all []*schema.Outcome) {
	places := placeOrder(run.Files)
	order := func(a, b *schema.Outcome) int {
		p, q := a.Action.Want.Place, b.Action.Want.Place
		if p.File == "" && q.File == "" {
			return cmp.Compare(idOf(a), idOf(b))
		}
		return cmp.Or(places(p, q), cmp.Compare(a.Action.N, b.Action.N))
	}
	if !slices.IsSortedFunc(all, order) { // as those of a plan that was followed are
		slices.SortStableFunc(all, order)
	}
}

// placeOrder compares places of these files; files that are not among them follow by
// name, and no file at all comes last.
func placeOrder(files []string) func(p, q schema.Place) int {
	ranks := make(map[string]int, len(files))
	for i, f := range files {
		if _, again := ranks[f]; !again {
			ranks[f] = i
		}
	}
	rank := func(file string) int {
		if file == "" {
			return len(files) + 1
		}
		if i, named := ranks[file]; named {
			return i
		}
		return len(files)
	}
	return func(p, q schema.Place) int {
		switch {
		case p.File != q.File:
			return cmp.Or(cmp.Compare(rank(p.File), rank(q.File)), strings.Compare(p.File, q.File))
		case p.Before(q):
			return -1
		case q.Before(p):
			return 1
		}
		return 0
	}
}

// subject is the record that an action is about: the wanted one, or the live one where
// nothing is wanted.
func subject(a *schema.Action) *schema.Record {
	if a.Want.Place.File == "" && a.Want.FieldSet() == 0 {
		return &a.Have
	}
	return &a.Want
}

func idOf(o *schema.Outcome) int64 { return cmp.Or(o.ID, o.Action.Have.ID) }

// causeOf is why the record is not as it was wanted, or "".
func causeOf(o *schema.Outcome) string { return cmp.Or(o.Error, o.Action.Reason) }
