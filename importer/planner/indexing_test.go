package planner

import (
	"testing"

	"gijbulk/schema"
)

// TestAddIndexingErrors: what is as the manifest wants it drifts; every other decision stays, and says so too.
func TestAddIndexingErrors(t *testing.T) {
	const said, fix = "its last indexing had errors: 401 Unauthorized", "the host refuses the credential: create a new token, then send it with a sync"
	nested := schema.NewRecord(map[schema.Field]schema.Value{schema.FieldKind: schema.Text(string(schema.KindNested))})
	nested.ID = 1
	for _, tt := range []struct {
		action         schema.Action
		want           schema.Op
		reason, advice string
		drifts         bool
	}{
		{schema.Action{Op: schema.OpUnchanged, Have: schema.Record{ID: 1}}, schema.OpIndexingError, said, fix, true},
		{schema.Action{Op: schema.OpUnchanged, Have: schema.Record{ID: 2}}, schema.OpUnchanged, "", "", false},
		{schema.Action{Op: schema.OpUpdate, Have: schema.Record{ID: 1}, Changes: []schema.Change{{Unseen: true}}}, schema.OpUpdate, said, fix, true},
		{schema.Action{Op: schema.OpConflict, Have: schema.Record{ID: 1}, Reason: "two", Advice: "delete one"}, schema.OpConflict, "two; " + said, "delete one; " + fix, true},
		{schema.Action{Op: schema.OpDelete, Have: schema.Record{ID: 1}}, schema.OpDelete, "", "", true},
		{schema.Action{Op: schema.OpUnchanged, Have: nested}, schema.OpUnchanged, "", "", false},
	} {
		given := schema.Plan{Actions: []schema.Action{tt.action}}
		plan := AddIndexingErrors(given, map[int64][]string{1: {"401 Unauthorized"}})
		a := plan.Actions[0]
		if a.Op != tt.want || a.Reason != tt.reason || a.Advice != tt.advice || a.Drifts() != tt.drifts || (plan.IndexingErrors == 1) != (tt.reason != "") {
			t.Errorf("%s: %s, %q, %q, drifts %t, %d errors", tt.action.Op, a.Op, a.Reason, a.Advice, a.Drifts(), plan.IndexingErrors)
		}
		if o := a.Outcome(); tt.reason != "" && (o.Error != tt.reason || o.Advice != tt.advice || o.Status != tt.action.Op.Status()) {
			t.Errorf("%s: outcome %+v", tt.action.Op, o)
		}
		if given.Actions[0].Op != tt.action.Op {
			t.Errorf("%s: the given plan was changed", tt.action.Op)
		}
	}
}
