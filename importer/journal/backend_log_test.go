package journal

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"gijbulk/schema"
)

// What the engine and the planner need.
var (
	_ interface {
		Begin(context.Context, ...schema.Action) error
		End(context.Context, ...schema.Outcome) error
	} = (*Log)(nil)
	_ interface {
		Compare(id int64, f schema.Field, v schema.Value) (same, judged bool)
		Why(id int64, f schema.Field) schema.Resend
	} = (*Identities)(nil)
)

// testOutcomes: what is read back at each moment of a write's life.
func testOutcomes(t *testing.T, s store) {
	failed := schema.Outcome{Status: schema.StatusFailed, Class: schema.ClassRefused, Attempts: 2, HTTP: 400, Inferred: true, Temporary: true, Unanswered: true,
		Error: "will not", Advice: "ask", Started: started, Took: time.Second}
	unknown := schema.Outcome{Status: schema.StatusUnknown, Class: schema.ClassUnknown, Attempts: 1, Started: started, Took: time.Second, Error: "reset"}
	stop := schema.Outcome{Status: schema.StatusUnprocessed, Class: schema.ClassStop, Stop: schema.StopCredentials, Attempts: 1, HTTP: 401}
	created := done(schema.Action{}, schema.StatusCreated, 1<<53+1)
	created.InitDate = 1700000000000
	seen := failed
	seen.ID, seen.Seen = 12, &schema.Seen{Have: live(12, record("other", nil)), Changes: []schema.Change{
		{Field: schema.FieldDisplayName, From: schema.Text("other"), To: schema.Text("one")}}}
	j := s.open(t)
	for _, c := range []struct {
		name  string
		write []schema.Outcome // the first after an intent, the others without a further one
		want  schema.Outcome
	}{
		{"never begun", nil, schema.Outcome{Status: schema.StatusUnprocessed}},
		{"refused", []schema.Outcome{failed}, failed},
		{"stopped", []schema.Outcome{stop}, stop},
		{"created", []schema.Outcome{created}, created},
		{"settled", []schema.Outcome{unknown, created}, created},
		{"verified", []schema.Outcome{created, seen}, seen},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := create("one")
			l := start(t, j, run(c.name), a)
			if c.write != nil {
				begin(t, l, a)
			}
			for _, o := range c.write {
				end(t, l, o)
			}
			saved := load(t, j, c.name)
			if d := diff([]schema.Outcome{c.want}, saved.Outcomes); d != "" {
				t.Error(d)
			}
			if d := diff(a, saved.Plan.Actions[0]); d != "" {
				t.Errorf("the plan changed: %s", d)
			}
		})
	}
}

// testUnsettled: of all writes on a target, those whose answer was lost, with the age of their latest attempt where
// that was in this boot: a create also where a list has shown such a record since, an update also where it was sent again.
func testUnsettled(t *testing.T, s store) {
	boot, since := "this boot", 5*time.Minute
	j := s(t, Clock{Now: func() time.Time { return started }, Boot: func() (string, time.Duration) { return boot, since }})
	earlier := creates(1)
	begin(t, start(t, j, run("before the boot"), earlier...), earlier...)
	boot = "the next boot"
	elsewhere := run("elsewhere")
	elsewhere.Target = "https://other.example.org"
	begin(t, start(t, j, elsewhere, creates(1)...), creates(1)...)
	actions := append(creates(6), update(9, "record 6", nil), update(10, "record 7", nil), update(11, "record 8", nil))
	actions[6].N, actions[7].N, actions[8].N = 6, 7, 8
	l := start(t, j, run("r2"), actions...)
	begin(t, l, actions[0], actions[1], actions[2], actions[5], actions[6], actions[7], actions[8])
	unknown := schema.Outcome{N: 1, Status: schema.StatusUnknown, Class: schema.ClassUnknown, Attempts: 1, Started: started}
	found := done(actions[5], schema.StatusCreated, 5)
	found.Unanswered, unknown.Unanswered = true, true
	end(t, l, done(actions[0], schema.StatusCreated, 4), unknown, found, done(actions[7], schema.StatusUpdated, 10))
	since += time.Minute
	begin(t, l, actions[1], actions[3], actions[8])
	sentAgain := done(actions[8], schema.StatusUpdated, 11)
	sentAgain.Unanswered = true
	end(t, l, sentAgain, schema.Outcome{N: 3, Status: schema.StatusFailed, Class: schema.ClassRefused, Attempts: 1, Started: started})
	since += time.Minute
	got, err := j.Unsettled(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	said := func(unsettled []Unsettled) (all []string) {
		for _, u := range unsettled {
			all = append(all, fmt.Sprintln(u.Run, u.Key, u.ID, u.Age))
		}
		return all
	}
	want := []Unsettled{{Run: "before the boot", Key: earlier[0].Want.Key()},
		{Run: "r2", Key: actions[1].Want.Key(), Age: time.Minute}, {Run: "r2", Key: actions[2].Want.Key(), Age: 2 * time.Minute},
		{Run: "r2", Key: actions[5].Want.Key(), Age: 2 * time.Minute}, {Run: "r2", Key: actions[6].Have.Key(), ID: 9, Age: 2 * time.Minute}, {Run: "r2", Key: actions[8].Have.Key(), ID: 11, Age: time.Minute}}
	if d := diff(said(want), said(got)); d != "" {
		t.Error(d)
	}
	if err := j.MarkOver(t.Context(), got[:2]); err != nil {
		t.Fatal(err)
	}
	begin(t, l, actions[1])
	if got, err = j.Unsettled(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	want[1].Age = 0 // since that of its new attempt
	if d := diff(said(want[1:]), said(got)); d != "" {
		t.Error(d)
	}
}

// testLostAnswer: an action whose latest intent has no outcome is unknown, also where an
// earlier attempt had one.
func testLostAnswer(t *testing.T, s store) {
	now, since := started.Add(time.Hour), 5*time.Minute
	j := s(t, Clock{Now: func() time.Time { return now }, Boot: func() (string, time.Duration) { return "this boot", since }})
	actions := creates(3)
	l := start(t, j, run("r1"), actions...)
	begin(t, l, actions[0], actions[1], actions[2])
	stopped := schema.Outcome{N: 1, Status: schema.StatusFailed, Class: schema.ClassStop, Stop: schema.StopBusy, HTTP: 429, Attempts: 3,
		Temporary: true, Started: started, Took: time.Second}
	end(t, l, stopped, done(actions[2], schema.StatusCreated, 4))
	now, since = now.Add(time.Minute), since+time.Minute
	begin(t, l, actions[1])

	saved := load(t, j, "r1")
	intent := func(n, attempt int, after time.Duration) schema.Intent {
		return schema.Intent{N: n, Attempt: attempt, At: started.Add(time.Hour + after), Boot: "this boot", Since: 5*time.Minute + after}
	}
	want := []schema.Intent{intent(0, 1, 0), intent(1, 1, 0), intent(1, 2, time.Minute), intent(2, 1, 0)}
	if d := diff(want, saved.Intents); d != "" {
		t.Errorf("intents: %s", d)
	}
	for n, want := range []schema.Outcome{
		{N: 0, Attempts: 1, Started: started.Add(time.Hour)},
		{N: 1, Attempts: 4, Started: started, Took: time.Hour + time.Minute},
	} {
		want.Status, want.Class, want.Unanswered = schema.StatusUnknown, schema.ClassUnknown, true
		got := saved.Outcomes[n]
		if got.Error == "" || got.Advice == "" || strings.Contains(got.Error+got.Advice, "gijbulk") {
			t.Errorf("outcome %d: error %q, advice %q", n, got.Error, got.Advice)
		}
		got.Error, got.Advice = "", ""
		if d := diff(want, got); d != "" {
			t.Errorf("outcome %d: %s", n, d)
		}
	}
	if o := saved.Outcomes[2]; o.Status != schema.StatusCreated {
		t.Errorf("outcome 2 is %s", o.Status)
	}
	if counts := runs(t, j)[0].Counts; counts[schema.StatusUnknown] != 2 || counts[schema.StatusCreated] != 1 {
		t.Errorf("counts %v", counts)
	}
}

func testStandingActions(t *testing.T, s store) {
	j := s.open(t)
	have := live(9, record("x", nil))
	p := plan(
		schema.Action{Op: schema.OpUnchanged, Want: record("a", nil), Have: have},
		schema.Action{Op: schema.OpExists, Want: record("b", nil), Have: have},
		schema.Action{Op: schema.OpConflict, Want: record("c", nil), Reason: "several", Advice: "name it"},
		schema.Action{Op: schema.OpInvalid, Want: record("d", nil), Reason: "no URL"})
	start(t, j, run("r1"), p.Actions...)
	want := []schema.Outcome{{N: 0, Status: schema.StatusUnchanged, ID: 9}, {N: 1, Status: schema.StatusExists, ID: 9},
		{N: 2, Status: schema.StatusConflict, Error: "several", Advice: "name it"}, {N: 3, Status: schema.StatusFailed, Error: "no URL"}}
	if d := diff(want, load(t, j, "r1").Outcomes); d != "" {
		t.Error(d)
	}
}

func testContinue(t *testing.T, s store) {
	j := s.open(t)
	actions := creates(3)
	l := start(t, j, run("r1"), actions...)
	do(t, l, actions[0], schema.StatusCreated, 4)
	begin(t, l, actions[2])
	ended := run("r1")
	ended.Ended, ended.Why, ended.Requests, ended.Writes = started.Add(time.Minute), "interrupted", 3, 1
	finish(t, l, ended)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	saved := load(t, j, "r1")
	ended.Digest = "sha256:of the plan" // its end does not change the plan
	if d := diff(ended, saved.Run); d != "" {
		t.Error(d)
	}
	saved.Run.Host, saved.Options = "ci-8", []byte(`{"timeout":5}`)
	l, err := continued(t, s.open(t), saved)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if e := runs(t, j)[0]; e.State != StateRunning || e.Host != "ci-8" || !e.Ended.IsZero() {
		t.Errorf("a run that continues: %+v", e)
	}
	if options := load(t, j, "r1").Options; string(options) != `{"timeout":5}` {
		t.Errorf("its options are %s", options)
	}
	end(t, l, done(actions[2], schema.StatusCreated, 6)) // found on the server
	do(t, l, actions[1], schema.StatusCreated, 5)
	ended.Complete, ended.Why = true, ""
	finish(t, l, ended)
	saved = load(t, j, "r1")
	for i, o := range saved.Outcomes {
		if o.Status != schema.StatusCreated || o.ID != int64(4+i) {
			t.Errorf("%d is %s with id %d", i, o.Status, o.ID)
		}
	}
	_, err = continued(t, j, saved)
	if failure, is := errors.AsType[*Error](err); !is || failure.Kind != KindRunEnded {
		t.Errorf("a finished run continues: %v", err)
	}
}

func testLogRefuses(t *testing.T, s store) {
	j := s.open(t)
	l := start(t, j, run("r1"), create("one"))
	for _, n := range []int{-1, 1} {
		if err := l.Begin(t.Context(), schema.Action{N: n}); err == nil {
			t.Errorf("an intent of action %d was stored", n)
		}
		if err := l.End(t.Context(), schema.Outcome{N: n}); err == nil {
			t.Errorf("an outcome of action %d was stored", n)
		}
	}
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Error(err)
	}
	if err := l.Begin(t.Context(), create("one")); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("a closed log: %v", err)
	}
}

// testWholeBatch: nothing of a batch is stored when one of it is refused, and the log can
// be used further.
func testWholeBatch(t *testing.T, s store) {
	j := s.open(t)
	actions := creates(2)
	l := start(t, j, run("r1"), actions...)
	if err := l.Begin(t.Context(), actions[0], schema.Action{N: 7}); err == nil {
		t.Fatal("an intent of action 7 was stored")
	}
	if err := l.Begin(t.Context(), actions[0], actions[0]); err == nil {
		t.Fatal("two intents of one attempt were stored")
	}
	if err := l.End(t.Context(), done(actions[0], schema.StatusCreated, 4), schema.Outcome{N: 7}); err == nil {
		t.Fatal("an outcome of action 7 was stored")
	}
	saved := load(t, j, "r1")
	if o := saved.Outcomes[0]; o.Status != schema.StatusUnprocessed || len(saved.Intents) != 0 || len(identities(t, j, target)) != 0 {
		t.Errorf("%s, %d intents", o.Status, len(saved.Intents))
	}
	do(t, l, actions[0], schema.StatusCreated, 4)
	if saved := load(t, j, "r1"); saved.Outcomes[0].Status != schema.StatusCreated || saved.Intents[0].Attempt != 1 {
		t.Errorf("then: %s, attempt %d", saved.Outcomes[0].Status, saved.Intents[0].Attempt)
	}
}

// testCancelled: Ctrl-C must not lose the intent or the outcome of a request on the wire.
func testCancelled(t *testing.T, s store) {
	j, a := s.open(t), create("one")
	l := start(t, j, run("r1"), a)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := errors.Join(l.Begin(ctx, a), l.End(ctx, done(a, schema.StatusCreated, 4)), l.Finish(ctx, run("r1"))); err != nil {
		t.Fatal(err)
	}
	if o := load(t, j, "r1").Outcomes[0]; o.Status != schema.StatusCreated {
		t.Errorf("it is %s", o.Status)
	}
}

// testWorkers: after each answer another connection sees what was stored.
func testWorkers(t *testing.T, s store) {
	const workers, each = 8, 6
	j, reader := s.open(t), s.open(t)
	actions := creates(workers * each)
	l := start(t, j, run("r1"), actions...)
	var pool errgroup.Group
	for w := range workers {
		pool.Go(func() error {
			for _, a := range actions[w*each : (w+1)*each] {
				if err := l.Begin(t.Context(), a); err != nil {
					return err
				}
				if o := load(t, reader, "r1").Outcomes[a.N]; o.Status != schema.StatusUnknown {
					t.Errorf("after Begin: %s", o.Status)
				}
				if err := l.End(t.Context(), done(a, schema.StatusCreated, int64(1000+a.N))); err != nil {
					return err
				}
				if o := load(t, reader, "r1").Outcomes[a.N]; o.Status != schema.StatusCreated {
					t.Errorf("after End: %s", o.Status)
				}
			}
			return nil
		})
	}
	if err := pool.Wait(); err != nil {
		t.Fatal(err)
	}
	if ids := identities(t, reader, target); len(ids) != workers*each {
		t.Errorf("%d identities", len(ids))
	}
}
