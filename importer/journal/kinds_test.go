package journal

import (
	"testing"

	"gijbulk/schema"
)

func repository(origin string) schema.Record {
	r := schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldKind: schema.Text("repository"), schema.FieldOrigin: schema.Text(origin), schema.FieldDisplayName: schema.Text("tools"),
	})
	r.Place = schema.Place{File: "a.csv", Line: 3, Record: 2}
	return r
}

// TestBothKindsAreKept: what a run did to a repository is told from what it did to an
// integration of the same origin, and can be taken back.
func TestBothKindsAreKept(t *testing.T) {
	const origin = "/srv/git/tools.git"
	j := open(t)
	folder := record("tools", map[schema.Field]schema.Value{
		schema.FieldType: schema.Text("FILESPACE"), schema.FieldOrigin: schema.Text(origin)})
	old := live(9, repository("/srv/git/old.git"))
	made, madeFolder := schema.Action{Op: schema.OpCreate, Want: repository(origin)}, schema.Action{N: 1, Op: schema.OpCreate, Want: folder}
	gone := schema.Action{N: 2, Op: schema.OpDelete, Have: old}
	l := start(t, j, run("r1"), made, madeFolder, gone)
	end(t, l, done(made, schema.StatusCreated, 4))
	end(t, l, done(madeFolder, schema.StatusCreated, 5))
	end(t, l, done(gone, schema.StatusDeleted, 9))
	ids, err := j.IDs(t.Context(), jira)
	if err != nil || len(ids) != 2 || ids[made.Want.Key()] != 4 || ids[folder.Key()] != 5 {
		t.Errorf("ids %v, error %v", ids, err)
	}
	saved := load(t, j, "r1")
	if d := diff(old, saved.Outcomes[2].Action.Have); d != "" {
		t.Errorf("the deleted one came back otherwise:\n%s", d)
	}
	if kinds := saved.Plan.Kinds(); len(kinds) != 2 || saved.Outcomes[2].Action.Subject().Kind() != schema.KindRepository {
		t.Errorf("the plan is about %v", kinds)
	}
}
