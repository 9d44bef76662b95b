package journal

import (
	"testing"

	"gijbulk/schema"
)

// TestARunIsKeptBeforeItsPlan: what died before it had a plan is told apart, with its
// files and options.
func TestARunIsKeptBeforeItsPlan(t *testing.T) {
	j := open(t)
	l, err := j.Start(t.Context(), run("r1"), []byte(`{"yes":true}`), schema.Mask{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	saved := load(t, j, "r1")
	if d := diff(run("r1"), saved.Run); d != "" {
		t.Error(d)
	}
	if saved.Planned() || len(saved.Outcomes) != 0 || string(saved.Options) != `{"yes":true}` {
		t.Errorf("planned %t, %d outcomes, options %s", saved.Planned(), len(saved.Outcomes), saved.Options)
	}
	if e := entry(t, j, 0); e.State != StateRunning || len(e.Counts) != 0 {
		t.Errorf("in the list: %+v", e)
	}
	if err := l.Begin(t.Context(), create("one")); err == nil {
		t.Error("an intent was kept without a plan")
	}
	r := run("r1")
	r.Target, r.Digest, r.User = jira+"/jira", "sha256:0", "root"
	if err := l.Plan(t.Context(), r, plan(create("one"))); err != nil {
		t.Fatal(err)
	}
	saved = load(t, j, "r1")
	if d := diff(r, saved.Run); d != "" || !saved.Planned() || len(saved.Outcomes) != 1 {
		t.Errorf("planned %t, %d outcomes; run: %s", saved.Planned(), len(saved.Outcomes), d)
	}
	end(t, l, done(plan(create("one")).Actions[0], schema.StatusCreated, 9))
	if ids, err := j.IDs(t.Context(), r.Target); err != nil || len(ids) != 1 {
		t.Errorf("%d ids of the target as it calls itself, error %v", len(ids), err)
	}
}

func TestAPlanThatIsWrongIsNotKept(t *testing.T) {
	j := open(t)
	l, err := j.Start(t.Context(), run("r1"), nil, schema.Mask{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	wrong := run("r1")
	wrong.Digest = "sha256:0"
	if err := l.Plan(t.Context(), wrong, schema.Plan{Actions: []schema.Action{create("one"), create("two")}}); err == nil { // both call themselves 0
		t.Error("it was taken")
	}
	if err := l.Plan(t.Context(), run("r1"), plan(create("one"))); err == nil {
		t.Error("a plan without a digest was taken")
	}
	if saved := load(t, j, "r1"); saved.Planned() || len(saved.Plan.Actions) != 0 {
		t.Errorf("planned %t, %d actions", saved.Planned(), len(saved.Plan.Actions))
	}
}

func TestExtend(t *testing.T) {
	j := open(t)
	titled := create("one")
	titled.Want = titled.Want.WithCells([]string{"name"}, []schema.Column{{Name: "name", Text: "one"}})
	l := start(t, j, run("r1"), titled)
	more := schema.Action{N: 1, Op: schema.OpDelete, Want: titled.Want, Have: live(7, record("one", nil))}
	if err := l.Extend(t.Context(), []schema.Action{more}); err != nil {
		t.Fatal(err)
	}
	end(t, l, done(more, schema.StatusDeleted, 7))
	if d := diff([]schema.Action{plan(titled).Actions[0], more}, load(t, j, "r1").Plan.Actions); d != "" {
		t.Error(d)
	}
	if err := l.Extend(t.Context(), []schema.Action{more}); err == nil {
		t.Error("a number was given twice")
	}
}

func TestDiscard(t *testing.T) {
	j := open(t)
	l := start(t, j, run("r1"), creates(2)...)
	if err := l.Discard(t.Context()); err != nil {
		t.Fatal(err)
	}
	if entries, err := j.Runs(t.Context()); err != nil || len(entries) != 0 {
		t.Errorf("%d runs, error %v", len(entries), err)
	}
}

// TestPlansAreKeptWhole: a resumed run does just what was planned, and its reports say the
// same; a plan of more than one part keeps its order.
func TestPlansAreKeptWhole(t *testing.T) {
	j := open(t)
	actions := creates(1500)
	token := update(12, "rotated", map[schema.Field]schema.Value{schema.FieldPat: secret("token")})
	token.Changes[0].Unseen = true
	conflict := create("twice")
	conflict.Op, conflict.Reason = schema.OpConflict, "two are live:\n\"1\" and 2"
	actions = append(actions, token, conflict,
		schema.Action{Op: schema.OpDelete, Have: live(13, record("gone", nil)), Files: true})
	start(t, j, run("r1"), actions...)
	want, got := plan(actions...), load(t, j, "r1").Plan
	want.Actions[1500].Want, want.Actions[1500].Changes[0].To = got.Actions[1500].Want, got.Actions[1500].Changes[0].To // its secret is a reference now
	if d := diff(want, got); d != "" {
		t.Error(d)
	}
	var parts int
	if err := j.db.QueryRow(`SELECT count(*) FROM plans`).Scan(&parts); err != nil || parts < 2 || parts > len(actions)/100 {
		t.Errorf("%d parts, error %v", parts, err)
	}
}
