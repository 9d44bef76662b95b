package planner

import (
	"testing"

	"gijbulk/schema"
)

// TestInvertInferred: what a run created only as far as can be inferred is not deleted.
func TestInvertInferred(t *testing.T) {
	want := schema.NewRecord(map[schema.Field]schema.Value{schema.FieldType: schema.Text("GITHUB"), schema.FieldOrigin: schema.Text("https://api.github.com")})
	live := want.Set(schema.FieldDisplayName, schema.Text("made by the server"))
	live.ID = 7
	for inferred, op := range map[bool]schema.Op{true: schema.OpConflict, false: schema.OpDelete} {
		created := schema.Result{Action: &schema.Action{Op: schema.OpCreate, Want: want}, Outcome: schema.Outcome{Status: schema.StatusCreated, ID: 7, Inferred: inferred}}
		if plan, _ := Invert([]schema.Result{created}, []schema.Record{live}); len(plan.Actions) != 1 || plan.Actions[0].Op != op {
			t.Errorf("inferred %t: %+v", inferred, plan.Actions)
		}
	}
}
