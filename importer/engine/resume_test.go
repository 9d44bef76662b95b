package engine_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/importer/intent"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// TestResumeOrder: the server is read for what others made and what was done, then what was never
// sent is sent, then what is unknown is settled, and all is verified.
func TestResumeOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.add(integration(0, "old"))
		want := wanted("done", "lost", "there", "open", "failed", "old!")
		plan, _ := planner.Diff(want, s.live, planner.Options{Update: true})
		for i := range s.live {
			s.live[i] = s.live[i].Set(schema.FieldDisabled, schema.Bool(false))
		}
		f := newRun(t, s, plan)
		f.Concurrency = 1
		earlier := f.outcomesOf("created unknown unprocessed unprocessed failed unknown")
		s.add(plan.Actions[2].Want) // by somebody else
		if err := f.Resume(t.Context(), earlier, f.journal.intents); err != nil {
			t.Fatal(err)
		}
		if got, want := f.events.only("settling", "list", "send"), "list, send open, send old, list, settling 1"+strings.Repeat(", list", 14)+", send lost, list"; got != want {
			t.Errorf("order %s\nwant %s", got, want)
		}
		if f.statuses() != "created created exists created failed updated" {
			t.Error(f.statuses())
		}
		if o := f.outcome("lost"); o.Attempts != 2 {
			t.Errorf("%d attempts", o.Attempts)
		}
	})
}

// TestResume: how an action ended in an earlier process, and what others did since, decide.
func TestResume(t *testing.T) {
	for _, tt := range []struct {
		name    string
		earlier string
		live    []string // what others made
		answer  answer
		err     string
		want    schema.Status
		sent    int
	}{
		{name: "never sent", earlier: "unprocessed", answer: perform, want: schema.StatusCreated, sent: 1},
		{name: "never sent, and others made it", earlier: "unprocessed", live: []string{"a"}, want: schema.StatusExists},
		{name: "never sent, and others made it twice", earlier: "unprocessed", live: []string{"a", "a"}, want: schema.StatusConflict},
		{name: "unknown and performed", earlier: "unknown", live: []string{"a"}, want: schema.StatusCreated},
		{name: "unknown and performed twice", earlier: "unknown", live: []string{"a", "a"}, want: schema.StatusConflict},
		{name: "unknown and not performed", earlier: "unknown", answer: perform, want: schema.StatusCreated, sent: 1},
		{name: "unknown, and then the credentials are refused", earlier: "unknown", answer: refuseCredentials, err: "401", want: schema.StatusUnknown, sent: 1},
		{name: "unknown, and something unexplained resembles it", earlier: "unknown", live: []string{"b"}, want: schema.StatusUnknown},
		{name: "failed", earlier: "failed", want: schema.StatusFailed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.answers["a"] = []answer{tt.answer}
				f := newRun(t, s, creates("a"))
				for _, r := range wanted(tt.live...) {
					s.add(r)
				}
				err := f.resumeFrom(t, tt.earlier)
				if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v", err)
				}
				if o := f.outcome("a"); o.Status != tt.want || s.sent["a"] != tt.sent || o.Status == schema.StatusExists && o.ID == 0 {
					t.Errorf("%s as %d after %d requests, want %s after %d", o.Status, o.ID, s.sent["a"], tt.want, tt.sent)
				}
			})
		})
	}
}

// TestResumeAfterRename: a live record that somebody gave the identity of a create that was not sent is
// a conflict, also where the server rewrites it.
func TestResumeAfterRename(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		before := s.add(integration(0, "before"))
		plan, _ := planner.Diff(wanted("a", "b c", "d"), s.live, planner.Options{})
		f := newRun(t, s, plan)
		outcomes := f.outcomesOf("created")
		s.set(before, schema.FieldDisplayName, schema.Text("d"))
		s.set(outcomes[0].ID, schema.FieldDisplayName, schema.Text("B  c"))
		if err := f.Resume(t.Context(), outcomes, nil); err != nil {
			t.Fatal(err)
		}
		if f.statuses() != "failed conflict conflict" || s.requests() != 0 {
			t.Errorf("%s after %d requests: %v", f.statuses(), s.requests(), f.Outcomes())
		}
	})
}

// TestResumeAfterNoRename: that a record was called before as another one is now takes nothing from it.
func TestResumeAfterNoRename(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.add(integration(0, "a"))
		plan, _ := planner.Diff([]schema.Record{integration(1, "a"), integration(2, "b").Set(schema.FieldPreviously, schema.Words("a"))}, s.live, planner.Options{})
		f := newRun(t, s, plan)
		if err := f.Resume(t.Context(), plan.Outcomes(), nil); err != nil || f.statuses() != "unchanged created" {
			t.Errorf("error %v, %s: %v", err, f.statuses(), f.Outcomes())
		}
	})
}

// TestResumeBesideAnother: a live record that another one of the manifest has by its identity is not that of
// a create which differs only in letter case.
func TestResumeBesideAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.add(integration(0, "a"))
		plan, _ := planner.Diff(wanted("a", "A"), s.live, planner.Options{})
		f := newRun(t, s, plan)
		if err := f.Resume(t.Context(), plan.Outcomes(), nil); err != nil || f.statuses() != "unchanged created" {
			t.Errorf("error %v, %s: %v", err, f.statuses(), f.Outcomes())
		}
	})
}

// TestVanishedWithAnother: where a created record is gone and a new one has its identity, that is a
// conflict.
func TestVanishedWithAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		f := newRun(t, s, creates("a"))
		s.onList = func(_ context.Context, nth int) error {
			if nth == 1 {
				s.remove(s.ids("a")[0])
				s.add(f.Plan.Actions[0].Want)
			}
			return nil
		}
		f.start(t)
		if o := f.outcome("a"); o.Status != schema.StatusConflict || !strings.Contains(o.Error, "has its identity now") {
			t.Errorf("%+v", o)
		}
	})
}

// TestResumeLooksAtWhatIsUnchanged: a record to which nothing was to be done is a conflict where
// somebody has removed or changed it before the resume.
func TestResumeLooksAtWhatIsUnchanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		want := wanted("kept!", "changed!", "gone!", "renamed")
		ids := s.addAll(want)
		plan, _ := planner.Diff(append(want, integration(9, "new")), s.live, planner.Options{Update: true})
		s.set(ids[1], schema.FieldDisabled, schema.Bool(false))
		s.remove(ids[2])
		f := newRun(t, s, plan)
		if err := f.Resume(t.Context(), plan.Outcomes(), nil); err != nil {
			t.Fatal(err)
		}
		if f.statuses() != "unchanged conflict conflict unchanged created" || !strings.Contains(f.Outcomes()[2].Error, "removed after the plan was made") || s.requests() != 1 {
			t.Errorf("%s after %d requests: %v", f.statuses(), s.requests(), f.Outcomes())
		}
	})
}

// TestResumeLooksAtWhatIsDeleted: a field that the server leaves out where it is blank has changed where it
// is shown now.
func TestResumeLooksAtWhatIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		ids := s.addAll(wanted("changed", "same"))
		plan, _ := planner.Diff([]schema.Record{integration(9, "new")}, s.live, planner.Options{Update: true, Prune: true})
		s.set(ids[0], schema.FieldTagsFilter, schema.Text("v.*"))
		f := newRun(t, s, plan)
		if err := f.Resume(t.Context(), plan.Outcomes(), nil); err != nil {
			t.Fatal(err)
		}
		if f.statuses() != "created conflict deleted" || !strings.Contains(f.Outcomes()[1].Error, "tagsFilter") {
			t.Errorf("%s: %v", f.statuses(), f.Outcomes())
		}
	})
}

// TestResumeLooksAtWhatWasUpdated: an update whose answer was lost is sent again only where the server does not show all that
// it set.
func TestResumeLooksAtWhatWasUpdated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		have := wanted("done", "not done", "half done", "done, and not all is shown")
		ids := s.addAll(have)
		want := make([]schema.Record, len(have))
		for i, r := range have {
			want[i] = r.Set(schema.FieldDisabled, schema.Bool(true)).Set(schema.FieldTagsFilter, schema.Text("v.*"))
		}
		plan, _ := planner.Diff(want, s.live, planner.Options{Update: true})
		for i, id := range ids {
			for _, c := range plan.Actions[i].Changes {
				if i != 1 && (i != 2 || c.Field == schema.FieldDisabled) {
					s.set(id, c.Field, c.To)
				}
			}
		}
		for i := range plan.Actions {
			for c := range plan.Actions[i].Changes {
				plan.Actions[i].Changes[c].Unseen = i == 3 && c == 0
			}
		}
		f := newRun(t, s, plan)
		if err := f.Resume(t.Context(), f.outcomesOf("unknown unknown unknown unknown"), nil); err != nil {
			t.Fatal(err)
		}
		if f.statuses() != "updated updated updated updated" || s.sent["done"] != 0 || s.requests() != 3 {
			t.Errorf("%s after %d requests: %v", f.statuses(), s.requests(), f.Outcomes())
		}
	})
}

// TestResumeNeedsTheList: without it, nothing is sent.
func TestResumeNeedsTheList(t *testing.T) {
	s := newServer()
	s.onList = func(context.Context, int) error { return errors.New("no connection") }
	f := newRun(t, s, creates("a"))
	if err := f.resumeFrom(t, "unprocessed"); err == nil || s.requests() != 0 || f.statuses() != "unprocessed" {
		t.Errorf("error %v after %d requests", err, s.requests())
	}
}

// TestRefusedTwice: credentials that are refused in two processes leave nothing unknown.
func TestRefusedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers["a"] = []answer{refuseCredentials, refuseCredentials, perform}
		f := newRun(t, s, creates("a"))
		for attempts, want := range []schema.Status{schema.StatusUnprocessed, schema.StatusUnprocessed, schema.StatusCreated} {
			_, earlier := f.journal.load()
			_ = f.Resume(t.Context(), earlier, f.journal.intents)
			if o := f.outcome("a"); o.Status != want || o.Attempts != attempts+1 || o.Took < 0 {
				t.Errorf("%s after %d attempts in %s, want %s", o.Status, o.Attempts, o.Took, want)
			}
			time.Sleep(time.Hour)
		}
		if len(f.observer.steps) != 0 {
			t.Errorf("something is settled: %+v", f.observer.steps)
		}
	})
}

// process is a server as long as its client lives, and the client holds each request back for a
// time. The server performs the requests of a dead client all the same.
type process struct {
	*server
	death
}

func (p process) Do(ctx context.Context, a schema.Action) schema.Outcome {
	answered := make(chan schema.Outcome, 1)
	select {
	case <-time.After(p.held):
		if intent.Renew(ctx) == nil && !isClosed(p.dead) {
			go func() { answered <- p.server.Do(context.Background(), a) }()
		}
	case <-p.dead:
	}
	select {
	case o := <-answered:
		return o
	case <-p.dead:
		return schema.Outcome{N: a.N, Status: schema.StatusUnknown}
	}
}

func (p process) List(ctx context.Context, expected map[int64]schema.Kind, kinds ...schema.Kind) ([]schema.Record, error) {
	if isClosed(p.dead) {
		return nil, errDead
	}
	return p.server.List(ctx, expected, kinds...)
}

// TestDeathAtEachStep: a process dies in its k-th call of the journal, for every k, once or twice in
// a row, before or after that call has recorded what it was given. The process that resumes the
// run ends with each record once on the server, and with outcomes that say so.
func TestDeathAtEachStep(t *testing.T) {
	for _, tt := range []struct {
		name    string
		latency time.Duration
		held    time.Duration
		answers map[string][]answer
		options func(*engine.Run)
	}{
		{name: "all is performed", latency: time.Second},
		{name: "one at a time, each just below the time limit", latency: 110 * time.Second, options: func(r *engine.Run) { r.Concurrency = 1 }},
		{name: "two at a time, held back for long", latency: 110 * time.Second, held: 10 * time.Minute},
		{name: "answers are lost", latency: time.Second, answers: map[string][]answer{
			"a": {performAndLose}, "b": {lose, lose, perform}, "c": {performLater(90*time.Second, true)}, "changed": {performAndLose, perform}, "gone": {performAndLose, perform}}},
		{name: "canary and parts", latency: time.Second, options: func(r *engine.Run) {
			r.Limits.Canary, r.Waves = 2, planner.Waves(r.Plan, 2)
		}},
		{name: "duplicates", latency: time.Second, answers: map[string][]answer{"b": {performTwice, perform}, "c": {performTwice, performAndLose, perform}}, options: func(r *engine.Run) {
			r.RemoveDuplicates = true
		}},
		{name: "long first indexings", latency: 110 * time.Second, options: func(r *engine.Run) {
			r.Indexing = engine.IndexingWait{Indexer: &slowIndexer{takes: 30 * time.Minute, begun: make(map[int64]time.Time)}, AtOnce: 2, Timeout: time.Hour}
		}},
	} {
		for _, recorded := range []bool{false, true} {
			for deaths := 1; deaths <= 2; deaths++ {
				t.Run(fmt.Sprintf("%s, recorded %t, deaths %d", tt.name, recorded, deaths), func(t *testing.T) {
					for k := 1; k < 1000; k++ {
						died := false
						synctest.Test(t, func(t *testing.T) {
							s := newServer()
							s.latency, s.answers = tt.latency, maps.Clone(tt.answers)
							died = dieAndResume(t, s, tt.options, death{at: k, recorded: recorded, held: tt.held}, deaths)
						})
						if t.Failed() {
							t.Fatalf("death at call %d of the journal", k)
						}
						if !died {
							if k < 5 {
								t.Errorf("the journal was called only %d times", k-1)
							}
							return
						}
					}
				})
			}
		}
	}
}

// dieAndResume runs a plan of all kinds of writes in processes that die, and in a last one that does
// not. died reports whether the first one did.
func dieAndResume(t *testing.T, s *server, options func(*engine.Run), d death, deaths int) (died bool) {
	for _, name := range []string{"changed", "gone", "same"} {
		s.add(integration(0, name).Set(schema.FieldDisabled, schema.Bool(false)))
	}
	want := append(wanted("a", "b", "c", "d", "changed!", "same"), repository(8, "https://git.example.org/e.git"))
	plan, _ := planner.Diff(want, s.live, planner.Options{Update: true, Prune: true})
	f := newRun(t, s, plan)
	for n := 0; ; n++ {
		planned, earlier := f.journal.load()
		d.dead = make(chan struct{})
		f.journal.calls, f.journal.dies = 0, nil
		if n < deaths {
			f.journal.dies = &d
		}
		f.Run = &engine.Run{Plan: planned, Waves: planner.Waves(planned, 0), Target: process{s, d}, Journal: f.journal, Observer: f.observer,
			Concurrency: 2, Settle: 10 * time.Second, Timeout: 2 * time.Minute, Resends: 5, Clock: machine}
		if options != nil {
			options(f.Run)
		}
		var err error
		if n == 0 {
			err = f.Start(t.Context())
		} else {
			err = f.Resume(t.Context(), earlier, f.journal.intents)
		}
		if isClosed(d.dead) {
			died = true
			continue
		}
		if err != nil {
			t.Error(err)
		}
		break
	}
	expectTrueOutcomes(t, f, died)
	if _, recorded := f.journal.load(); !slices.EqualFunc(recorded, f.Outcomes(), func(a, b schema.Outcome) bool { return a.Status == b.Status && a.ID == b.ID }) {
		t.Errorf("recorded are %v, and the outcomes %v", recorded, f.Outcomes())
	}
	return died
}

// expectTrueOutcomes checks that each record of the plan is on the server once, as its outcome says.
// Where a process died, a record that the server made twice may stay a conflict.
func expectTrueOutcomes(t *testing.T, f *fixture, died bool) {
	t.Helper()
	want := map[schema.Op]schema.Status{schema.OpCreate: schema.StatusCreated, schema.OpUpdate: schema.StatusUpdated,
		schema.OpDelete: schema.StatusDeleted, schema.OpUnchanged: schema.StatusUnchanged}
	live := 0
	for n, o := range f.Outcomes() {
		a := &f.Plan.Actions[n]
		if died && f.RemoveDuplicates && a.Op == schema.OpCreate && o.Status == schema.StatusConflict && len(f.server.ids(a.Want.Name())) == 2 {
			live += 2 // what a dead process was answered is not known
			continue
		}
		if o.Status != want[a.Op] || o.N != n || a.Op.Writes() && o.Attempts == 0 {
			t.Errorf("%s of %s: %s (%s) after %d attempts", a.Op, a.Subject().Name(), o.Status, o.Error, o.Attempts)
		}
		if a.Op != schema.OpDelete {
			live++
			if ids := f.server.ids(a.Want.Name()); !slices.Equal(ids, []int64{o.ID}) {
				t.Errorf("%s is %d, on the server %d", a.Want.Name(), o.ID, ids)
			}
		}
	}
	if len(f.server.live) != live {
		t.Errorf("%d live, want %d", len(f.server.live), live)
	}
}
