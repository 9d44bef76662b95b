package reports

import (
	"cmp"
	"slices"
	"strings"

	"gijbulk/schema"
)

// inManifestOrder gives results in the order of the manifest: its files as they were named, then
// their records; at the end, by id, what is in no manifest.
func inManifestOrder(run schema.Run, results []schema.Result) []schema.Result {
	all, order := slices.Clone(results), positionOrder(run.Files)
	slices.SortStableFunc(all, func(a, b schema.Result) int {
		return cmp.Or(order(positionOf(a), positionOf(b)), cmp.Compare(a.N, b.N))
	})
	return all
}

// sortKey is what the order of records depends on.
type sortKey struct {
	place schema.Place
	id    int64
	kind  string
}

func positionOf(r schema.Result) sortKey {
	p := sortKey{place: r.Action.Want.Place}
	if p.place.File == "" {
		p.id, p.kind = idOf(r), kindText(wantedOrLive(r.Action))
	}
	return p
}

func positionOrder(files []string) func(p, q sortKey) int {
	places := placeOrder(files)
	return func(p, q sortKey) int {
		if p.place.File == "" && q.place.File == "" {
			return cmp.Or(cmp.Compare(p.id, q.id), strings.Compare(p.kind, q.kind))
		}
		return places(p.place, q.place)
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

func wantedOrLive(a *schema.Action) *schema.Record {
	if a.Want.Place.File == "" && a.Want.Empty() {
		return &a.Have
	}
	return &a.Want
}

func idOf(r schema.Result) int64 { return cmp.Or(r.ID, r.Action.Have.ID) }
