package engine_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/importer/intent"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

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
			"a": {performAndLose}, "b": {lose, lose, perform}, "c": {performLater(90 * time.Second)}, "changed": {performAndLose, perform}, "gone": {performAndLose, perform}}},
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
