package planner

import (
	"fmt"
	"slices"
	"testing"

	"gijbulk/schema"
)

func TestDeviations(t *testing.T) {
	type values = map[schema.Field]schema.Value
	hub := func(id int64, more values) schema.Record {
		r := schema.NewRecord(values{schema.FieldType: schema.Text("GITHUB"), schema.FieldDisplayName: schema.Text("Acme")})
		for f, v := range more {
			r = r.Set(f, v)
		}
		r.ID = id
		return r
	}
	on, off := values{schema.FieldDisabled: schema.Bool(true)}, values{schema.FieldDisabled: schema.Bool(false)}
	want := hub(0, on)
	update := schema.Action{Op: schema.OpUpdate, Want: want, Have: hub(7, off), Changes: schema.Changes(want, hub(7, off))}
	unchanged := schema.Action{Op: schema.OpUnchanged, Want: want, Have: hub(7, on)}
	secret := unchanged
	secret.Op, secret.Changes = schema.OpUpdate, []schema.Change{{Field: schema.FieldPat, To: schema.Text("x"), Unseen: true}}
	conflict := schema.Action{Op: schema.OpConflict, Want: want, Reason: "two"}
	moved := unchanged
	moved.Have.ID = 8
	projects := unchanged
	projects.Want = want.Set(schema.FieldProjectMappingIDs, schema.IDs(1))
	delete := func(id int64, name string) schema.Action {
		return schema.Action{Op: schema.OpDelete, Have: hub(id, values{schema.FieldDisplayName: schema.Text(name)})}
	}
	plan := func(actions ...schema.Action) schema.Plan { return schema.Plan{Actions: actions} }
	for _, tt := range []struct {
		name          string
		approved, now schema.Plan
		want          []string
	}{
		{"nothing", plan(update, delete(3, "x")), plan(update, delete(3, "x")), nil},
		{"only a secret", plan(unchanged), plan(secret), nil},
		{"done by somebody", plan(update), plan(unchanged), []string{"update 7 unchanged 7 [] [disabled false true] "}},
		{"a create is there", plan(schema.Action{Op: schema.OpCreate, Want: want}), plan(unchanged), []string{"create 0 unchanged 7 [] [] "}},
		{"made again under another id", plan(unchanged), plan(moved), []string{"unchanged 7 unchanged 8 [] [] "}},
		{"a conflict", plan(unchanged), plan(conflict), []string{"unchanged 7 conflict 0 [] [] two"}},
		{"project ids", plan(unchanged), plan(projects), []string{"unchanged 7 unchanged 7 [projectMappingIds  1] [] "}},
		{"deletes", plan(delete(5, "gone"), delete(3, "x")), plan(delete(3, "y"), delete(4, "new")),
			[]string{"delete 3 delete 3 [] [displayName x y] ", " 0 delete 4 [] [] ", "delete 5  0 [] [] "}},
	} {
		var got []string
		deviations := Deviations(tt.approved, tt.now)
		for _, d := range deviations {
			got = append(got, fmt.Sprintf("%s %d %s %d %v %v %s", d.Was, d.WasID, d.Is, d.IsID, texts(d.Wanted), texts(d.Fields), d.Reason))
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
		if same := tt.approved.Digest() == tt.now.Digest(); same != (len(deviations) == 0) {
			t.Errorf("%s: %d deviations, and the same digest: %t", tt.name, len(deviations), same)
		}
	}
}

func texts(changes []schema.Change) (all []string) {
	for _, c := range changes {
		all = append(all, fmt.Sprintf("%s %s %s", c.Field, c.From, c.To))
	}
	return all
}
