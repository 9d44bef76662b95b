package planner

import (
	"slices"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// matchIDs pairs records whose id counts: it was given for this very target, or it was
// learned in an earlier run; and the live record of that id has the same kind and type.
func matchIDs(want, have []schema.Record, o Options) (map[int]int, []schema.Finding) {
	byID := make(map[int]int)
	var findings []schema.Finding
	if len(o.Known) == 0 && !slices.ContainsFunc(want, func(r schema.Record) bool { return r.Has(schema.FieldID) }) {
		return byID, nil
	}
	live := make(map[int64]int, len(have))
	for l, r := range have {
		live[r.ID] = l
	}
	taken := make(map[int]bool)
	pair := func(w, l int) { byID[w], taken[l] = l, true }
	for w, r := range want {
		id, of := r.Get(schema.FieldID).Int(), r.Get(schema.FieldTarget).Text()
		if id == 0 || of == "" {
			continue
		}
		l, there := live[id]
		switch {
		case schema.NormalURL(of) != schema.NormalURL(o.Target):
			findings = append(findings, schema.CodeIDIgnored.Newf(r.Place, "id", "id %d is of %s, not of this Jira", id, of))
		case !there:
			findings = append(findings, schema.CodeIDIgnored.Newf(r.Place, "id", "this Jira has no %s %d", r.Kind(), id))
		case have[l].Kind() != r.Kind():
			findings = append(findings, schema.CodeIDIgnored.Newf(r.Place, "id", "id %d is that of a %s, not of a %s", id, have[l].Kind(), r.Kind()))
		case have[l].Type() != r.Type():
			findings = append(findings, schema.CodeIDIgnored.Newf(r.Place, "id", "integration %d is of type %s, not %s", id, have[l].Type(), r.Type()))
		default:
			pair(w, l)
		}
	}
	for w, r := range want {
		if _, paired := byID[w]; paired {
			continue
		}
		l, there := live[o.Known[r.Key()].ID]
		if there && !taken[l] && match.ClassOf(have[l]) == match.ClassOf(r) {
			pair(w, l)
		}
	}
	return byID, findings
}
