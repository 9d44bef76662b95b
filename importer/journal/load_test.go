package journal

import (
	"errors"
	"testing"
	"time"

	"gijbulk/schema"
)

func TestARunComesBackAsItWasKept(t *testing.T) {
	j := open(t)
	header := []string{"Type", "Name"}
	wanted := record("one", map[schema.Field]schema.Value{schema.FieldTagsFilter: schema.Text(""), schema.FieldWave: schema.Int(2)})
	wanted = wanted.WithCells(header, []schema.Column{{Name: "Type", Text: "GITHUB"}, {Name: "Name", Text: "one"}})
	faulty := record("bad", nil)
	faulty = faulty.WithCells(header, nil).WithFaults(schema.CodeBadOrigin.Newf(faulty.Place, "origin", "no URL"))
	p := plan(
		schema.Action{Op: schema.OpCreate, Want: wanted},
		update(7, "two", map[schema.Field]schema.Value{schema.FieldGlobal: schema.Bool(true)}),
		schema.Action{Op: schema.OpDelete, Have: live(9, record("three", nil))},
		schema.Action{Op: schema.OpInvalid, Want: faulty, Reason: "no URL"},
		schema.Action{Op: schema.OpUnchanged, Want: record("four", nil), Have: live(10, record("four", nil))},
		schema.Action{Op: schema.OpConflict, Want: record("five", nil), Reason: "several"},
	)
	r := run("r1")
	r.Digest, r.Findings = p.Digest(), []schema.Finding{schema.CodePlainSecret.Newf(wanted.Place, "pat", "written out")}
	options := []byte(`{"Concurrency":4,"Limit":9007199254740993}`)
	l, err := begun(t.Context(), j, r, p, options, schema.Mask{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	got := load(t, j, "r1")
	if d := diff(r, got.Run); d != "" {
		t.Errorf("run: %s", d)
	}
	if d := diff(p, got.Plan); d != "" {
		t.Errorf("plan: %s", d)
	}
	if got.Plan.Digest() != r.Digest {
		t.Error("the plan's digest is another")
	}
	if string(got.Options) != string(options) {
		t.Errorf("options: %s", got.Options)
	}
	if a := got.Plan.Actions; &a[0].Want.Columns()[0] != &a[3].Want.Columns()[0] {
		t.Error("two records of one table do not share its header")
	}
}

// TestOutcomes tells what is read back at each moment of a write's life.
func TestOutcomes(t *testing.T) {
	failed := schema.Outcome{Status: schema.StatusFailed, Class: schema.ClassRefused, Attempts: 2, HTTP: 400, Passing: true, Waited: true,
		Error: "will not", Advice: "ask", Started: started, Took: time.Second}
	lost := schema.Outcome{Status: schema.StatusUnknown, Class: schema.ClassUnknown, Attempts: 1, Started: started, Took: time.Second, Error: "reset"}
	stop := schema.Outcome{Status: schema.StatusUnprocessed, Class: schema.ClassStop, Stop: schema.StopCredentials, Attempts: 1, HTTP: 401}
	for _, c := range []struct {
		name  string
		write func(l *Log, a schema.Action) []error
		want  schema.Outcome
	}{
		{"never begun", func(*Log, schema.Action) []error { return nil }, schema.Outcome{Status: schema.StatusUnprocessed}},
		{"refused", func(l *Log, a schema.Action) []error { return both(t, l, a, failed) }, failed},
		{"stopped", func(l *Log, a schema.Action) []error { return both(t, l, a, stop) }, stop},
		{"created", func(l *Log, a schema.Action) []error { return both(t, l, a, done(a, schema.StatusCreated, 1<<53+1)) },
			done(schema.Action{}, schema.StatusCreated, 1<<53+1)},
		{"told again without an intent", func(l *Log, a schema.Action) []error {
			found := done(a, schema.StatusCreated, 5)
			return append(both(t, l, a, lost), l.End(t.Context(), found))
		}, done(schema.Action{}, schema.StatusCreated, 5)},
	} {
		t.Run(c.name, func(t *testing.T) {
			j, a := open(t), create("one")
			l := start(t, j, run("r1"), a)
			for _, err := range c.write(l, a) {
				if err != nil {
					t.Fatal(err)
				}
			}
			c.want.Action = a
			if d := diff([]schema.Outcome{c.want}, load(t, j, "r1").Outcomes); d != "" {
				t.Error(d)
			}
		})
	}
}

func both(t *testing.T, l *Log, a schema.Action, o schema.Outcome) []error {
	o.Action = a
	return []error{l.Begin(t.Context(), a), l.End(t.Context(), o)}
}

// TestBegunWithoutOutcome: what was begun and has no outcome since is unknown, also
// where an earlier attempt had one.
func TestBegunWithoutOutcome(t *testing.T) {
	j := open(t)
	actions := creates(2)
	l := start(t, j, run("r1"), actions...)
	before := time.Now()
	begin(t, l, actions[0])
	end(t, l, schema.Outcome{Action: actions[1], Status: schema.StatusFailed, Class: schema.ClassStop, Stop: schema.StopBusy, HTTP: 429,
		Attempts: 3, Passing: true, Started: started})
	begin(t, l, actions[1])
	after := time.Now()

	for i, attempts := range []int{1, 4} {
		o := load(t, j, "r1").Outcomes[i]
		if o.Status != schema.StatusUnknown || o.Class != schema.ClassUnknown || o.Attempts != attempts || o.Stop != "" || o.HTTP != 0 || o.Passing {
			t.Errorf("outcome %d: %+v", i, o)
		}
		if last := o.Started.Add(o.Took); last.Before(before) || last.After(after) {
			t.Errorf("outcome %d was begun last at %v, not between %v and %v", i, last, before, after)
		}
		if o.Error == "" || o.Advice == "" {
			t.Errorf("outcome %d does not say why", i)
		}
	}
	if o := load(t, j, "r1").Outcomes[1]; !o.Started.Equal(started) {
		t.Errorf("the first request left at %v, not %v", o.Started, started)
	}
}

// TestStandingActions: an action that sends nothing has its outcome without a row.
func TestStandingActions(t *testing.T) {
	j := open(t)
	have := live(9, record("x", nil))
	start(t, j, run("r1"),
		schema.Action{Op: schema.OpUnchanged, Want: record("a", nil), Have: have},
		schema.Action{Op: schema.OpExists, Want: record("b", nil), Have: have},
		schema.Action{Op: schema.OpConflict, Want: record("c", nil), Reason: "several"},
		schema.Action{Op: schema.OpInvalid, Want: record("d", nil), Reason: "no URL"})
	want := []schema.Outcome{{Status: schema.StatusUnchanged, ID: 9}, {Status: schema.StatusExists, ID: 9},
		{Status: schema.StatusConflict, Error: "several"}, {Status: schema.StatusFailed, Error: "no URL"}}
	saved := load(t, j, "r1")
	for i := range want {
		want[i].Action = saved.Plan.Actions[i]
	}
	if d := diff(want, saved.Outcomes); d != "" {
		t.Error(d)
	}
}

// TestWhatVerifySawIsKept: an outcome whose action says more than the plan did.
func TestWhatVerifySawIsKept(t *testing.T) {
	j, a := open(t), create("one")
	l := start(t, j, run("r1"), a)
	o := done(a, schema.StatusFailed, 12)
	o.Action.Have = live(12, record("other", nil))
	o.Action.Changes = []schema.Change{{Field: schema.FieldDisplayName, From: schema.Text("other"), To: schema.Text("one")}}
	end(t, l, o)
	saved := load(t, j, "r1")
	if d := diff(o, saved.Outcomes[0]); d != "" {
		t.Error(d)
	}
	if d := diff(a, saved.Plan.Actions[0]); d != "" {
		t.Errorf("the plan changed: %s", d)
	}
}

func TestLast(t *testing.T) {
	j := open(t)
	later := run("later")
	later.Started = started.Add(time.Hour)
	start(t, j, later)
	start(t, j, run("earlier"))
	if got := load(t, j, Last).Run.ID; got != "later" {
		t.Errorf("the last run is %q", got)
	}
}

func TestNoRun(t *testing.T) {
	j := open(t)
	for _, id := range []string{Last, "r1"} {
		_, err := j.Load(t.Context(), id)
		var missing *NoRun
		if !errors.As(err, &missing) || missing.ID != id {
			t.Errorf("Load(%q): %v", id, err)
		}
	}
	_, err := j.Continue(t.Context(), Saved{Run: run("r1")}, schema.Mask{})
	var missing *NoRun
	if !errors.As(err, &missing) {
		t.Errorf("Continue: %v", err)
	}
}

func TestTimelineIsKept(t *testing.T) {
	j := open(t)
	r := run("r1")
	l := start(t, j, r, schema.Action{Op: schema.OpCreate, Want: record("one", nil)})
	r.Ended = started.Add(time.Minute)
	r.Timeline.Add(started, schema.Beat{Requests: 2, Throttled: 1})
	r.Timeline.Hold(started, started.Add(time.Second))
	if err := l.Finish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if d := diff(r.Timeline, load(t, j, "r1").Run.Timeline); d != "" {
		t.Error(d)
	}
}
