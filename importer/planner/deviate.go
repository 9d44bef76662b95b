package planner

import (
	"maps"
	"slices"

	"gijbulk/schema"
)

// Deviations are the differences between the approved plan and one that was made of the same records
// now: what the digests of both cover. Those of the wanted records come in their order, and then
// nested repositories and what is to be deleted, by id.
func Deviations(approved, now schema.Plan) []schema.Deviation {
	var all []schema.Deviation
	was, is := wantedOf(approved), wantedOf(now)
	for i := range min(len(was), len(is)) {
		if d, differs := deviation(was[i], is[i]); differs {
			all = append(all, d)
		}
	}
	wasLive, isLive := liveOf(approved), liveOf(now)
	ids := slices.Sorted(maps.Keys(wasLive))
	for id := range isLive {
		if wasLive[id] == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		if d, differs := deviation(wasLive[id], isLive[id]); differs {
			all = append(all, d)
		}
	}
	return all
}

func wantedOf(plan schema.Plan) (wanted []*schema.Action) {
	for i := range plan.Actions {
		if a := &plan.Actions[i]; !ofLive(a) {
			wanted = append(wanted, a)
		}
	}
	return wanted
}

// ofLive reports whether an action belongs to a live record, and not to a record of the manifests.
func ofLive(a *schema.Action) bool {
	return a.Op == schema.OpDelete || a.Have.Kind() == schema.KindNested
}

func liveOf(plan schema.Plan) map[int64]*schema.Action {
	actions := make(map[int64]*schema.Action)
	for i := range plan.Actions {
		if a := &plan.Actions[i]; ofLive(a) && a.Compared() != schema.OpUnchanged { // an unchanged one has no action elsewhere
			actions[a.Have.ID] = a
		}
	}
	return actions
}

// deviation compares two actions about one record; nil is none.
func deviation(was, is *schema.Action) (d schema.Deviation, differs bool) {
	var before, after schema.Record
	if was != nil {
		d.Record, d.Was, d.WasID, before = *was.Subject(), was.Compared(), was.Have.ID, was.HaveCompared()
	}
	if is != nil {
		d.Record, d.Is, d.IsID, after = *is.Subject(), is.Compared(), is.Have.ID, is.HaveCompared()
		if is.Op == schema.OpConflict {
			d.Reason = is.Reason
		}
	}
	if was != nil && is != nil {
		d.Wanted = changedFields(was.Want, is.Want)
	}
	if was != nil && is != nil && d.WasID == d.IsID {
		d.Fields = changedFields(before, after)
	}
	return d, d.Was != d.Is || d.WasID != d.IsID || len(d.Wanted)+len(d.Fields) > 0
}

// changedFields are those of a record that have changed.
func changedFields(before, after schema.Record) []schema.Change {
	var changes []schema.Change
	for _, f := range schema.Fields() {
		if from, to := before.Get(f), after.Get(f); !from.Equal(to) {
			changes = append(changes, schema.Change{Field: f, From: from, To: to})
		}
	}
	return changes
}
