package journal

import (
	"maps"
	"testing"

	"gijbulk/schema"
)

func sets(t testing.TB, j *Journal, live ...schema.Record) map[int64]string {
	t.Helper()
	known, err := j.Identities(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	known.Discard(live)
	return known.Sets()
}

func inSet(a schema.Action, set string) schema.Action {
	a.Want = a.Want.Set(schema.FieldSet, schema.Text(set))
	return a
}

// testSets: a record belongs to the set that made it or, where none did, to the first that adopted it.
func testSets(t *testing.T, s store) {
	j := s.open(t)
	expect := func(when string, want map[int64]string, live ...schema.Record) {
		t.Helper()
		if got := sets(t, j, live...); !maps.Equal(got, want) {
			t.Errorf("%s: the sets are %v, not %v", when, got, want)
		}
	}
	made, none := inSet(create("one"), "red"), create("two")
	none.N = 1
	l := start(t, j, run("r1"), made, none)
	do(t, l, made, schema.StatusCreated, 4)
	do(t, l, none, schema.StatusCreated, 5)
	expect("made", map[int64]string{4: "red"})

	found := func(n int, id int64, name, set string, op schema.Op, adopts bool) schema.Action {
		a := inSet(create(name), set)
		a.N, a.Op, a.Have, a.Adopts = n, op, live(id, record(name, nil)), adopts
		return a
	}
	kept, adopted, updated := found(0, 4, "one", "blue", schema.OpUnchanged, true), found(1, 5, "two", "blue", schema.OpUnchanged, true),
		found(2, 6, "three", "blue", schema.OpUpdate, true)
	notAdopted := found(3, 7, "four", "blue", schema.OpUnchanged, false)
	l = start(t, j, run("r2"), kept, adopted, updated, notAdopted)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	saved := load(t, j, "r2") // what is adopted is part of the plan: a later process does it
	l, err := continued(t, j, saved)
	if err != nil {
		t.Fatal(err)
	}
	begin(t, l, saved.Plan.Actions[2])
	expect("before the outcomes", map[int64]string{4: "red"})
	end(t, l, done(kept, schema.StatusUnchanged, 4), done(adopted, schema.StatusUnchanged, 5), done(updated, schema.StatusUpdated, 6),
		done(notAdopted, schema.StatusUnchanged, 7))
	expect("adopted", map[int64]string{4: "red", 5: "blue", 6: "blue"})

	again := found(0, 5, "two", "", schema.OpUnchanged, false)
	end(t, start(t, j, run("r3"), again), done(again, schema.StatusUnchanged, 5))
	expect("found again, by no set", map[int64]string{4: "red", 5: "blue", 6: "blue"})

	gone := schema.Action{Op: schema.OpDelete, Have: live(4, made.Want)}
	do(t, start(t, j, run("r4"), gone), gone, schema.StatusDeleted, 0)
	expect("deleted", map[int64]string{5: "blue", 6: "blue"})
	other := live(6, record("three", map[schema.Field]schema.Value{schema.FieldType: schema.Text("GITLAB")}))
	expect("its id is another record's", map[int64]string{5: "blue"}, other)

	lost := inSet(create("five"), "red")
	l = start(t, j, run("r5"), lost)
	do(t, l, lost, schema.StatusCreated, 8)
	conflict := done(lost, schema.StatusConflict, 8)
	end(t, l, conflict)
	expect("there twice", map[int64]string{5: "blue", 6: "blue", 8: "red"})
	conflict.Class = schema.ClassUnknown
	end(t, l, conflict)
	expect("made by somebody else before", map[int64]string{5: "blue", 6: "blue"})
}
