package reports

import (
	"cmp"
	"slices"
	"strings"

	"gijbulk/schema"
)

// sorted gives results in the order of the manifest: its files as they were named, then
// their records; at the end, by id, what is in no manifest.
func sorted(run schema.Run, results []schema.Result) []schema.Result {
	all, places := slices.Clone(results), placeOrder(run.Files)
	slices.SortStableFunc(all, func(a, b schema.Result) int {
		p, q := a.Action.Want.Place, b.Action.Want.Place
		if p.File == "" && q.File == "" {
			return cmp.Compare(idOf(a), idOf(b))
		}
		return cmp.Or(places(p, q), cmp.Compare(a.N, b.N))
	})
	return all
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
	if a.Want.Place.File == "" && a.Want.Empty() {
		return &a.Have
	}
	return &a.Want
}

func idOf(r schema.Result) int64 { return cmp.Or(r.ID, r.Action.Have.ID) }
