package journal

import (
	"errors"
	"testing"
	"time"

	"gijbulk/schema"
)

func testRoundTrip(t *testing.T, s store) {
	j := s.open(t)
	header := []string{"Type", "Name"}
	wanted := record("one", map[schema.Field]schema.Value{schema.FieldTagsFilter: schema.Text(""), schema.FieldWave: schema.Int(2)})
	dialect := &schema.Dialect{Delimiter: ';', Encoding: schema.UTF16LE, BOM: true}
	wanted.Dialect, wanted.Columns, wanted.Cells = dialect, header, []schema.Column{{Name: "Type", Text: "GITHUB"}, {Name: "Name", Text: "one"}}
	wrong := record("bad", nil).WithFindings(schema.CodeBadOrigin.Newf(wanted.Place, "origin", "no URL"))
	wrong.Columns, wrong.Dialect = header, dialect
	there := live(10, record("four", nil))
	there.InitDate = 1_700_000_000_123
	elsewhere := record("six", nil)
	elsewhere.Place.File = "b.yaml"
	gone := schema.Action{Op: schema.OpDelete, Have: live(9, record("three", nil)), Files: true, Loss: &schema.Loss{Nested: 4, Known: true, Lost: 4}}
	changed := update(7, "two", map[schema.Field]schema.Value{schema.FieldGlobal: schema.Bool(true), schema.FieldTagsFilter: schema.Text("v.*")})
	changed.Want.Columns, changed.Want.Dialect = header, dialect
	changed.Changes[1].Unseen = true
	changed.Loss = &schema.Loss{Nested: 3, Known: true, Lost: 1, Paths: []string{"acme/docs"}}
	p := plan(schema.Action{Op: schema.OpCreate, Want: wanted}, changed, gone,
		schema.Action{Op: schema.OpInvalid, Want: wrong, Reason: "no URL", Advice: "write one"},
		schema.Action{Op: schema.OpUnchanged, Want: elsewhere, Have: there, NestedUnchanged: 3},
		schema.Action{Op: schema.OpConflict, Want: elsewhere, Reason: "two are live:\n\"1\" and 2"})
	r := run("r1")
	r.Digest, r.Findings = p.Digest(), []schema.Finding{schema.CodePlainSecret.Newf(wanted.Place, "pat", "written out")}
	r.Target = "HTTPS://Jira.example.org/" // reports show what the server says
	options := []byte(`{"Concurrency":4,"Limit":9007199254740993}`)
	l, err := startPlanned(t.Context(), j, r, p, options, schema.Mask{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	check := func() {
		t.Helper()
		saved := load(t, s.open(t), "r1")
		if d := diff(r, saved.Run); d != "" {
			t.Errorf("run: %s", d)
		}
		if d := diff(p, saved.Plan); d != "" {
			t.Errorf("plan: %s", d)
		}
		if saved.Plan.Digest() != p.Digest() {
			t.Error("the digest of the plan is different")
		}
		if string(saved.Options) != string(options) {
			t.Errorf("options: %s", saved.Options)
		}
	}
	check()
	r.Ended, r.Complete, r.Requests, r.Writes, r.Why = started.Add(time.Minute), true, 17, 3, ""
	r.Timeline.Add(started, schema.Beat{Requests: 2, Throttled: 1})
	r.Timeline.Hold(started, started.Add(time.Second))
	finish(t, l, r)
	check()
}

// testBeforePlan: a run that died before it had a plan is recognized, with its files and
// options.
func testBeforePlan(t *testing.T, s store) {
	j := s.open(t)
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
	if e := runs(t, j)[0]; e.State != StateRunning || len(e.Counts) != 0 {
		t.Errorf("in the list: %+v", e)
	}
	if err := l.Begin(t.Context(), create("one")); err == nil {
		t.Error("an intent was stored without a plan")
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
	do(t, l, saved.Plan.Actions[0], schema.StatusCreated, 9)
	if ids := identities(t, j, TargetOf(r)); len(ids) != 1 {
		t.Errorf("%d identities of the target by its own base URL", len(ids))
	}
}

func testWrongPlan(t *testing.T, s store) {
	j := s.open(t)
	l, err := j.Start(t.Context(), run("r1"), nil, schema.Mask{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	r := run("r1")
	r.Digest = "sha256:0"
	if err := l.Plan(t.Context(), r, schema.Plan{Actions: []schema.Action{create("one"), create("two")}}); err == nil {
		t.Error("a plan with two actions 0 was stored")
	}
	if err := l.Plan(t.Context(), run("r1"), plan(create("one"))); err == nil {
		t.Error("a plan without a digest was stored")
	}
	if saved := load(t, j, "r1"); saved.Planned() || len(saved.Plan.Actions) != 0 {
		t.Errorf("planned %t, %d actions", saved.Planned(), len(saved.Plan.Actions))
	}
}

func testExtend(t *testing.T, s store) {
	j := s.open(t)
	first := create("one")
	first.Want.Columns, first.Want.Cells = []string{"name"}, []schema.Column{{Name: "name", Text: "one"}}
	l := start(t, j, run("r1"), first)
	more := schema.Action{N: 1, Op: schema.OpDelete, Want: first.Want, Have: live(7, record("one", nil))}
	if err := l.Extend(t.Context(), []schema.Action{more}); err != nil {
		t.Fatal(err)
	}
	do(t, l, more, schema.StatusDeleted, 7)
	saved := load(t, j, "r1")
	if d := diff([]schema.Action{first, more}, saved.Plan.Actions); d != "" {
		t.Error(d)
	}
	if o := saved.Outcomes[1]; o.Status != schema.StatusDeleted {
		t.Errorf("the added action is %s", o.Status)
	}
	if err := l.Extend(t.Context(), []schema.Action{more}); err == nil {
		t.Error("two actions have one number")
	}
}

// testRefused: a refused run is kept, but is not the last one, and is not continued.
func testRefused(t *testing.T, s store) {
	j := s.open(t)
	start(t, j, run("r1"), creates(2)...)
	r := run("r2")
	l, err := j.Start(t.Context(), r, nil, schema.Mask{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	r.Digest, r.Ended, r.Why = "sha256:of a plan that is not recorded", started.Add(time.Minute), "too much would be deleted"
	if err := l.Refuse(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if e := runs(t, j)[0]; e.ID != "r2" || e.State != StateRefused || e.Ended != r.Ended || e.Wrote || len(e.Counts) != 0 {
		t.Errorf("in the list: %+v", e)
	}
	saved := load(t, j, "r2")
	if r.Digest = ""; saved.State != StateRefused || saved.Planned() || diff(r, saved.Run) != "" {
		t.Errorf("%s, planned %t: %s", saved.State, saved.Planned(), diff(r, saved.Run))
	}
	if got := load(t, j, Last).Run.ID; got != "r1" {
		t.Errorf("the last run is %s", got)
	}
	_, err = continued(t, j, saved)
	if failure, is := errors.AsType[*Error](err); !is || failure.Kind != KindRunEnded {
		t.Errorf("it is continued: %v", err)
	}
}

// testUnplanned: the end of a run whose plan could not be recorded leaves it without one, so
// that it is not taken for a run with nothing to do.
func testUnplanned(t *testing.T, s store) {
	j := s.open(t)
	l, err := j.Start(t.Context(), run("r1"), nil, schema.Mask{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	r := run("r1")
	r.Digest, r.Ended = "sha256:of a plan that is not recorded", started.Add(time.Minute)
	finish(t, l, r)
	if saved := load(t, j, "r1"); saved.Planned() || saved.State != StateInterrupted {
		t.Errorf("%s, planned %t", saved.State, saved.Planned())
	}
}

func testRunExists(t *testing.T, s store) {
	j := s.open(t)
	start(t, j, run("r1"), create("one"))
	_, err := j.Start(t.Context(), run("r1"), nil, schema.Mask{})
	if failure, is := errors.AsType[*Error](err); !is || failure.Kind != KindRunExists {
		t.Errorf("a second run r1: %v", err)
	}
	if name := load(t, j, "r1").Plan.Actions[0].Want.Name(); name != "one" {
		t.Errorf("the plan of the first run wants %q", name)
	}
}

func testWrongOptions(t *testing.T, s store) {
	j := s.open(t)
	if _, err := j.Start(t.Context(), run("r1"), []byte("{"), schema.Mask{}); err == nil {
		t.Error("they were stored")
	}
	if entries := runs(t, j); len(entries) != 0 {
		t.Errorf("%d runs", len(entries))
	}
}

// testKinds: a repository and an integration of the same origin are two records.
func testKinds(t *testing.T, s store) {
	const origin = "/srv/git/tools.git"
	j := s.open(t)
	folder := record("tools", map[schema.Field]schema.Value{
		schema.FieldType: schema.Text("FILESPACE"), schema.FieldOrigin: schema.Text(origin)})
	old := live(9, repository("/srv/git/old.git"))
	actions := []schema.Action{{Op: schema.OpCreate, Want: repository(origin)}, {Op: schema.OpCreate, Want: folder}, {Op: schema.OpDelete, Have: old}}
	l := start(t, j, run("r1"), actions...)
	do(t, l, actions[0], schema.StatusCreated, 4)
	do(t, l, actions[1], schema.StatusCreated, 5)
	do(t, l, actions[2], schema.StatusDeleted, 9)
	want := map[schema.Key]schema.Known{actions[0].Want.Key(): {ID: 4}, folder.Key(): {ID: 5}}
	if d := diff(want, identities(t, j, target)); d != "" {
		t.Error(d)
	}
	saved := load(t, j, "r1")
	if d := diff(old, saved.Plan.Actions[2].Have); d != "" {
		t.Errorf("the deleted one is different:\n%s", d)
	}
	if kinds := saved.Plan.Kinds(); len(kinds) != 2 {
		t.Errorf("the plan is about %v", kinds)
	}
}
