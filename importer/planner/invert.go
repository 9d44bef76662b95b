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
// live is read just before: what is no longer as the run left it, what is not proven to be the run's, and
// what would make a second record of an identity, is a conflict and is left alone. The findings say what cannot
// be restored.
func Invert(results []schema.Result, live []schema.Record) (schema.Plan, []schema.Finding) {
	inv := inverter{byID: make(map[int64]schema.Record, len(live)), keys: make(map[schema.Key]bool, len(live)), again: make(map[schema.Key]bool)}
	for _, r := range live {
		inv.byID[r.ID] = r
		inv.keys[r.Key()] = true
	}
	plan := schema.Plan{Live: schema.KnownRecords(live)}
	made := make(map[int64]bool) // integrations that the run created
	for _, o := range results {
		made[o.ID] = made[o.ID] || o.Action.Op == schema.OpCreate && o.Status == schema.StatusCreated
	}
	for _, o := range results {
		var a schema.Action
		switch {
		case o.Action.Have.Integration != 0 && made[o.Action.Have.Integration]: // it goes with its integration
			continue
		case o.Action.Op == schema.OpCreate && (o.Attempts > 0 || o.Status == schema.StatusCreated):
			if a = inv.deleteCreated(o); a.Op == "" {
				continue
			}
		case o.Action.Op == schema.OpUpdate && o.Attempts > 0:
			a = inv.restoreUpdated(o)
		case o.Status == schema.StatusDeleted, o.Action.Op == schema.OpDelete && o.Status == schema.StatusUnknown:
			a = inv.recreateDeleted(o)
		default:
			continue
		}
		plan.Actions = append(plan.Actions, a)
	}
	refuseTaken(plan.Actions, live)
	return numbered(plan), inv.findings
}

type inverter struct {
	byID     map[int64]schema.Record
	keys     map[schema.Key]bool // of live records
	again    map[schema.Key]bool // of what is created again
	findings []schema.Finding
}

// deleteCreated also deletes what was created but differs from the manifest. Where nothing was created
// it gives no action.
func (inv *inverter) deleteCreated(o schema.Result) schema.Action {
	if o.ID == 0 || o.Status == schema.StatusConflict && !o.Answered {
		return unidentifiedCreate(o)
	}
	want := o.Action.Want
	have, there := inv.byID[o.ID]
	if !there || !mayBeSame(want, have, schema.Known{ID: o.ID, InitDate: o.InitDate}) {
		return schema.Action{Op: schema.OpUnchanged, Want: want, Reason: "it is no longer on the server"}
	}
	if reason, advice := reasonToKeep(o, have); reason != "" {
		return schema.Action{Op: schema.OpConflict, Want: want, Have: have, Reason: reason, Advice: advice}
	}
	have.Place = want.Place
	return schema.Action{Op: schema.OpDelete, Want: want, Have: have}
}

func unidentifiedCreate(o schema.Result) schema.Action {
	a := schema.Action{Op: schema.OpConflict, Want: o.Action.Want}
	switch o.Status {
	case schema.StatusConflict:
		a.Reason, a.Advice = "cannot prove which records the run created; its error was: "+o.Error, adviceUnproven
	case schema.StatusUnknown:
		a.Reason, a.Advice = "it is not known whether the run created it", adviceResume
	default:
		return schema.Action{}
	}
	return a
}

func reasonToKeep(o schema.Result, have schema.Record) (reason, advice string) {
	changes := changesSinceRun(o, have)
	switch {
	case renamed(o):
		return "its name or origin was changed before the end of the run", adviceChanged
	case len(changes) > 0:
		return changedSince(changes), adviceChanged
	case !have.IsAsShown(o.Shown):
		return "it was changed after the run, in a field that the manifest does not set", adviceChanged
	case o.Inferred:
		return "cannot prove that the run created it: " + cmp.Or(o.Outcome.Advice, o.Error), adviceUnproven
	}
	return "", ""
}

// renamed: somebody gave the created record another identity before the run ended. No server
// rewrites one like that.
func renamed(o schema.Result) bool {
	return o.Seen != nil && slices.ContainsFunc(o.Seen.Changes, func(c schema.Change) bool {
		return c.Field == schema.FieldDisplayName || c.Field == schema.FieldOrigin
	})
}

func changesSinceRun(o schema.Result, have schema.Record) []schema.Change {
	if o.Seen != nil && o.Seen.Have.ID == have.ID {
		return schema.Changes(o.Seen.Have.WithoutServerMade(), have)
	}
	return match.Changes(o.Action.Want, have)
}

// mayBeSame guards against a restored server, which assigns ids again.
func mayBeSame(want, have schema.Record, known schema.Known) bool {
	return match.KindAndTypeOf(have) == match.KindAndTypeOf(want) && !known.Contradicts(have)
}

// restoreUpdated also restores after a failed update: it may have changed some fields.
func (inv *inverter) restoreUpdated(o schema.Result) schema.Action {
	want := o.Action.Want
	have, there := inv.byID[o.Action.Have.ID]
	if !there || !mayBeSame(want, have, schema.Known{ID: have.ID, InitDate: o.Action.Have.InitDate}) {
		return schema.Action{Op: schema.OpConflict, Want: want, Reason: "it is no longer on the server", Advice: conflictAdvice(want)}
	}
	a := schema.Action{Op: schema.OpUpdate, Have: have, Want: have.WithoutServerMade()}
	a.Want.Columns, a.Want.Dialect, a.Want.Cells = want.Columns, want.Dialect, want.Cells
	a.Want.Place = want.Place
	var since []schema.Change
	for _, c := range o.Action.Changes {
		if !c.From.IsSet() && c.Field.Shape() == schema.ShapeText && have.Has(c.Field) {
			// Some servers leave a blank text out. It is shown now, so it was blank.
			c.From, c.Unseen = schema.Text(""), false
		}
		if c.Unseen || !c.From.IsSet() {
			inv.reportNotRestored(want, c.Field, "the previous value of %s is not known")
			continue
		}
		if o.Status != schema.StatusUpdated && len(fieldChanges(want, c.Field, c.From, have)) == 0 {
			continue // it was not taken
		}
		since = append(since, fieldChanges(want, c.Field, c.To, have)...)
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

func fieldChanges(of schema.Record, f schema.Field, v schema.Value, have schema.Record) []schema.Change {
	alone := schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldKind: of.Get(schema.FieldKind), schema.FieldType: of.Get(schema.FieldType), f: v})
	return schema.Changes(alone, have)
}

func (inv *inverter) recreateDeleted(o schema.Result) schema.Action {
	want := o.Action.Have.WithoutServerMade()
	want.ID = 0
	have, there := inv.byID[o.Action.Have.ID]
	switch {
	case o.Status == schema.StatusUnknown && there && mayBeSame(want, have, schema.Known{ID: have.ID, InitDate: o.Action.Have.InitDate}):
		return schema.Action{Op: schema.OpUnchanged, Want: want, Have: have, Reason: "it was not deleted"}
	case o.Status == schema.StatusUnknown:
		return schema.Action{Op: schema.OpConflict, Want: want, Reason: "it is not known whether the run deleted it", Advice: adviceResume}
	case inv.keys[want.Key()]:
		return schema.Action{Op: schema.OpConflict, Want: want, Reason: reasonTaken, Advice: conflictAdvice(want)}
	case inv.again[want.Key()]:
		return schema.Action{Op: schema.OpConflict, Want: want, Reason: "another deleted record with its identity is created again", Advice: "if both are wanted, add it in Jira"}
	}
	inv.again[want.Key()] = true
	inv.reportNotRestored(want, schema.FieldPat, "it is created again without %s or password")
	return schema.Action{Op: schema.OpCreate, Want: want}
}

// refuseTaken makes a conflict of each rename to an identity that another record has in the end.
func refuseTaken(actions []schema.Action, live []schema.Record) {
	all := make([]*schema.Action, len(actions))
	for i := range actions {
		all[i] = &actions[i]
	}
	for a := range match.Taken(all, live, nil) {
		a.Op, a.Changes, a.Reason, a.Advice = schema.OpConflict, nil, reasonTaken, conflictAdvice(a.Want)
	}
}

func (inv *inverter) reportNotRestored(r schema.Record, f schema.Field, message string) {
	inv.findings = append(inv.findings, schema.CodeNotRestored.Newf(r.Place, f.String(), "%s: "+message, r.Key(), f))
}

const reasonTaken = "the server has another record with its identity"

const adviceResume = "resume the run first"

const adviceUnproven = "check in Jira, and delete there what is yours"

const adviceChanged = "check it in Jira, and undo the other changes by hand"

func changedSince(changes []schema.Change) string {
	return "it was changed after the run: " + fieldNames(changes)
}

func fieldNames(changes []schema.Change) string {
	names := make([]string, len(changes))
	for i, c := range changes {
		names[i] = c.Field.String()
	}
	return strings.Join(names, ", ")
}
