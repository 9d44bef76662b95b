package planner

import (
	"cmp"
	"slices"
	"strings"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// Invert makes the plan that undoes what a run did: it deletes what the run created, restores what
// it changed, and creates again what it deleted, also where the run reported a failure or a conflict.
// live is read just before: what is no longer as the run left it, and what is not proven to be the
// run's, is a conflict and is left alone. The findings say what cannot be restored.
func Invert(results []schema.Result, live []schema.Record) (schema.Plan, []schema.Finding) {
	inv := inverter{byID: make(map[int64]schema.Record, len(live)), keys: make(map[schema.Key]bool, len(live))}
	for _, r := range live {
		inv.byID[r.ID] = r
		inv.keys[r.Key()] = true
	}
	plan := schema.Plan{Live: schema.KnownRecords(live)}
	for _, o := range results {
		var a schema.Action
		switch {
		case o.Action.Op == schema.OpCreate && (o.Attempts > 0 || o.Status == schema.StatusCreated):
			if a = inv.uncreate(o); a.Op == "" {
				continue
			}
		case o.Action.Op == schema.OpUpdate && o.Attempts > 0:
			a = inv.restore(o)
		case o.Status == schema.StatusDeleted:
			a = inv.recreate(o)
		default:
			continue
		}
		plan.Actions = append(plan.Actions, a)
	}
	return numbered(plan), inv.findings
}

type inverter struct {
	byID     map[int64]schema.Record
	keys     map[schema.Key]bool
	findings []schema.Finding
}

// uncreate deletes what was created, also where that was not as it was wanted, while it is still as
// the run left it. Where nothing was created it gives no action.
func (inv *inverter) uncreate(o schema.Result) (a schema.Action) {
	want := o.Action.Want
	a = schema.Action{Op: schema.OpConflict, Want: want, Advice: adviceUnproven}
	switch {
	case o.ID != 0 && (o.Answered || o.Status != schema.StatusConflict):
	case o.Status == schema.StatusConflict:
		a.Reason = "which records the run created is not proven: the server " + o.Error
		return a
	case o.Status == schema.StatusUnknown:
		a.Reason, a.Advice = "whether the run created it is not known", "resume the run first"
		return a
	default:
		return schema.Action{}
	}
	have, there := inv.byID[o.ID]
	if !there || !same(want, have, schema.Known{ID: o.ID, InitDate: o.InitDate}) {
		return schema.Action{Op: schema.OpUnchanged, Want: want, Reason: "it is no longer on the server"}
	}
	a.Have = have
	if renamed(o) {
		a.Reason, a.Advice = "it had another name or origin at the end of the run than the run gave it", adviceChanged
		return a
	}
	if changes := leftDiffers(o, have); len(changes) > 0 {
		a.Reason, a.Advice = changedSince(changes), adviceChanged
		return a
	}
	if !have.IsAsShown(o.Shown) {
		a.Reason, a.Advice = "it was changed since, in a field that the manifest does not set", adviceChanged
		return a
	}
	if o.Inferred {
		a.Reason = "that the run created it is not proven: " + cmp.Or(o.Outcome.Advice, o.Error)
		return a
	}
	a = schema.Action{Op: schema.OpDelete, Want: want, Have: have}
	a.Have.Place = want.Place
	return a
}

// renamed reports whether somebody gave a created record another identity before the run ended: no
// server rewrites one like that.
func renamed(o schema.Result) bool {
	return o.Seen != nil && slices.ContainsFunc(o.Seen.Changes, func(c schema.Change) bool {
		return c.Field == schema.FieldDisplayName || c.Field == schema.FieldOrigin
	})
}

// leftDiffers are the fields in which a created record is not as the run left it: as it was wanted,
// or as the server showed it in the end.
func leftDiffers(o schema.Result, have schema.Record) []schema.Change {
	if o.Seen != nil && o.Seen.Have.ID == have.ID {
		return schema.Changes(o.Seen.Have.WithoutServerMade(), have)
	}
	return match.Changes(o.Action.Want, have)
}

// same reports whether a live record can be the one that the run left: a server that was restored
// assigns ids again.
func same(want, have schema.Record, known schema.Known) bool {
	return match.ClassOf(have) == match.ClassOf(want) && !known.Contradicts(have)
}

// restore sets the fields back that the run changed, while they are still as it set
// them. An update that failed may have changed some of them all the same.
func (inv *inverter) restore(o schema.Result) schema.Action {
	want := o.Action.Want
	have, there := inv.byID[o.Action.Have.ID]
	if !there || !same(want, have, schema.Known{ID: have.ID, InitDate: o.Action.Have.InitDate}) {
		return schema.Action{Op: schema.OpConflict, Want: want, Reason: "it is no longer on the server", Advice: conflictAdvice(want)}
	}
	a := schema.Action{Op: schema.OpUpdate, Have: have, Want: have.WithoutServerMade()}
	a.Want.Columns, a.Want.Cells = want.Columns, want.Cells
	a.Want.Place = want.Place
	var since []schema.Change
	for _, c := range o.Action.Changes {
		if !c.From.IsSet() && c.Field.Shape() == schema.ShapeText && have.Has(c.Field) {
			// Some servers leave a blank text out. It is shown now, so it was blank.
			c.From, c.Unseen = schema.Text(""), false
		}
		if c.Unseen || !c.From.IsSet() {
			inv.lost(want, c.Field, "what %s was before is not known")
			continue
		}
		if o.Status != schema.StatusUpdated && len(fieldDiffers(want, c.Field, c.From, have)) == 0 {
			continue // it was not taken
		}
		since = append(since, fieldDiffers(want, c.Field, c.To, have)...)
		a.Changes = append(a.Changes, schema.Change{Field: c.Field, From: have.Get(c.Field), To: c.From})
		a.Want = a.Want.Set(c.Field, c.From)
	}
	switch {
	case len(since) > 0:
		a.Op, a.Changes, a.Reason, a.Advice = schema.OpConflict, nil, changedSince(since), adviceChanged
	case len(a.Changes) == 0:
		a.Op = schema.OpUnchanged
	}
	return a
}

// fieldDiffers holds one field's value against the live record.
func fieldDiffers(of schema.Record, f schema.Field, v schema.Value, have schema.Record) []schema.Change {
	alone := schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldKind: of.Get(schema.FieldKind), schema.FieldType: of.Get(schema.FieldType), f: v})
	return schema.Changes(alone, have)
}

// recreate creates what was deleted again, without what the server never showed or had made
// itself.
func (inv *inverter) recreate(o schema.Result) schema.Action {
	want := o.Action.Have.WithoutServerMade()
	want.ID = 0
	if inv.keys[want.Key()] {
		return schema.Action{Op: schema.OpConflict, Want: want, Reason: "the server has one of its identity again", Advice: conflictAdvice(want)}
	}
	inv.lost(want, schema.FieldPat, "it comes back without %s or password")
	return schema.Action{Op: schema.OpCreate, Want: want}
}

func (inv *inverter) lost(r schema.Record, f schema.Field, message string) {
	inv.findings = append(inv.findings, schema.CodeNotRestored.Newf(r.Place, f.String(), "%s: "+message, r.Key(), f))
}

const adviceUnproven = "compare it in Jira, and delete there what is yours"

const adviceChanged = "compare it in Jira, and undo by hand what is still to be undone"

func changedSince(changes []schema.Change) string {
	return "it was changed since: " + fieldNames(changes)
}

func fieldNames(changes []schema.Change) string {
	names := make([]string, len(changes))
	for i, c := range changes {
		names[i] = c.Field.String()
	}
	return strings.Join(names, ", ")
}
