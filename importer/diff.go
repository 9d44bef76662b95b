package importer

import (
	"slices"

	"gijbulk/schema"
)

// Options decide how a manifest is compared with a server.
type Options struct {
	Target string                   // the server's base URL, which an id in the manifest must name
	Select func(schema.Record) bool // the records to act on; nil: all
}

// Diff decides what is to be done about each wanted record. All of want take part in
// finding out which live record is meant; only the selected ones get an action. The
// findings are those that only the comparison can make: what a create lacks (errors),
// and ids that do not count (warnings).
func Diff(want, have []schema.Record, o Options) (schema.Plan, []schema.Finding) {
	byID, findings := matchIDs(want, have, o.Target)
	pairs := match(want, have, byID)
	plan := schema.Plan{Live: liveIDs(have)}
	for w, r := range want {
		if o.Select != nil && !o.Select(r) {
			continue
		}
		a := decide(r, w, have, pairs)
		if a.Op == schema.OpCreate && len(r.CreateNeeds) > 0 {
			findings = append(findings, r.CreateNeeds...)
			a.Op, a.Reason = schema.OpInvalid, r.CreateNeeds[0].Message
		}
		a.N = len(plan.Actions)
		plan.Actions = append(plan.Actions, a)
	}
	return plan, findings
}

func decide(r schema.Record, w int, have []schema.Record, pairs pairing) schema.Action {
	if len(r.Faults) > 0 {
		return schema.Action{Op: schema.OpInvalid, Want: r, Reason: r.Faults[0].Message}
	}
	if reason, undecided := pairs.conflict[w]; undecided {
		return schema.Action{Op: schema.OpConflict, Want: r, Reason: reason}
	}
	l, there := pairs.live[w]
	if !there {
		return schema.Action{Op: schema.OpCreate, Want: r}
	}
	a := schema.Action{Op: schema.OpUnchanged, Want: r, Have: have[l], Changes: schema.Changes(r, have[l])}
	if len(a.Changes) > 0 {
		a.Op = schema.OpExists
	}
	return a
}

// matchIDs pairs records whose id counts: it was given for this very target, and the
// live record of that id has the same type.
func matchIDs(want, have []schema.Record, target string) (map[int]int, []schema.Finding) {
	byID := make(map[int]int)
	var findings []schema.Finding
	live := make(map[int64]int, len(have))
	for l, r := range have {
		live[r.ID] = l
	}
	for w, r := range want {
		id, of := r.Get(schema.FieldID).Int(), r.Get(schema.FieldTarget).Text()
		if id == 0 || of == "" {
			continue
		}
		l, there := live[id]
		switch {
		case schema.NormalURL(of) != schema.NormalURL(target):
			findings = append(findings, schema.CodeIDIgnored.Newf(r.Place, "id", "id %d is of %s, not of this Jira", id, of))
		case !there:
			findings = append(findings, schema.CodeIDIgnored.Newf(r.Place, "id", "this Jira has no integration %d", id))
		case have[l].Type() != r.Type():
			findings = append(findings, schema.CodeIDIgnored.Newf(r.Place, "id", "integration %d is of type %s, not %s", id, have[l].Type(), r.Type()))
		default:
			byID[w] = l
		}
	}
	return byID, findings
}

func liveIDs(have []schema.Record) []int64 {
	ids := make([]int64, len(have))
	for i, r := range have {
		ids[i] = r.ID
	}
	slices.Sort(ids)
	return ids
}
