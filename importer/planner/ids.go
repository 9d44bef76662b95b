package planner

import (
	"fmt"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

func matchIDs(want, have []schema.Record, o Options) (*match.IDs, []schema.Finding) {
	live := make(map[int64]int, len(have))
	for l := range have {
		live[have[l].ID] = l
	}
	ids := match.IDs{Recorded: o.Known, Given: make(map[int]int)}
	var findings []schema.Finding
	for w, r := range want {
		if !r.Has(schema.FieldID) || !r.Has(schema.FieldTarget) {
			continue
		}
		l, there := live[r.Get(schema.FieldID).Int()]
		if why := reasonToIgnoreID(r, have, l, there, o.Target); why != "" {
			findings = append(findings, schema.CodeIDIgnored.Newf(r.Place, schema.FieldID.String(), "%s", why))
			continue
		}
		ids.Given[w] = l
	}
	if n := countReassigned(want, have, live, o.Known); n > 0 {
		findings = append(findings, schema.CodeIDReassigned.Newf(schema.Place{}, "", "%s", reassignedIDs(n)))
	}
	return &ids, findings
}

func reasonToIgnoreID(r schema.Record, have []schema.Record, l int, there bool, target string) string {
	id, of := r.Get(schema.FieldID).Int(), r.Get(schema.FieldTarget).Text()
	switch {
	case schema.NormalURL(of) != schema.NormalURL(target):
		return fmt.Sprintf("id %d belongs to %s, not to this Jira", id, of)
	case !there:
		return fmt.Sprintf("this Jira has no %s %d", r.Kind(), id)
	case have[l].Kind() != r.Kind():
		return fmt.Sprintf("id %d has kind %s, not %s", id, have[l].Kind(), r.Kind())
	case have[l].Type() != r.Type():
		return fmt.Sprintf("integration %d has type %s, not %s", id, have[l].Type(), r.Type())
	case have[l].Key().Origin != r.Key().Origin && (r.Name() == "" || have[l].Name() != r.Name()):
		return fmt.Sprintf("%s has neither the origin nor the name of this record", match.Called(have[l]))
	}
	return ""
}

func countReassigned(want, have []schema.Record, live map[int64]int, known map[schema.Key]schema.Known) (n int) {
	if len(known) == 0 {
		return 0
	}
	for _, r := range want {
		k := known[r.Key()]
		if l, there := live[k.ID]; there && k.Contradicts(have[l]) {
			n++
		}
	}
	return n
}

func reassignedIDs(n int) string {
	if n == 1 {
		return "this Jira has assigned the recorded id of 1 record to another: what was recorded for it is not used"
	}
	return fmt.Sprintf("this Jira has assigned the recorded ids of %d records to others: what was recorded for them is not used", n)
}
