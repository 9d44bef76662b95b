package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"gijbulk/importer/engine"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// TestResumeAfterRestore: a server that has given an id of the run, or one of before it, to another
// record was restored: nothing is sent.
func TestResumeAfterRestore(t *testing.T) {
	for name, reassign := range map[string]func(plan *schema.Plan, outcomes []schema.Outcome, id int64){
		"was live before": func(plan *schema.Plan, _ []schema.Outcome, id int64) {
			plan.Live = []schema.Known{{ID: id, InitDate: 1}}
		},
		"was created": func(_ *schema.Plan, outcomes []schema.Outcome, id int64) {
			outcomes[1].ID, outcomes[1].InitDate = id, 1
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				f := newRun(t, s, creates("a", "b"))
				outcomes := f.outcomesOf("unprocessed created")
				another := integration(0, "another")
				another.InitDate = 2
				id := s.add(another)
				reassign(&f.Plan, outcomes, id)
				err := f.Resume(t.Context(), outcomes, nil)
				if restored, ok := errors.AsType[*engine.Restored](err); !ok || restored.Now.ID != id || s.requests() != 0 || f.statuses() != "unprocessed created" {
					t.Errorf("error %v after %d requests, %s", err, s.requests(), f.statuses())
				}
			})
		})
	}
}

// TestResumeAfterRestoreOfOtherKinds: an id of a repository, of which the server shows no initDate, that is
// an integration's now proves a restore too.
func TestResumeAfterRestoreOfOtherKinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		id := s.add(integration(0, "another"))
		a, b := repository(1, "https://git.example.org/a.git"), integration(2, "b")
		was := a.Set(schema.FieldDisabled, schema.Bool(true))
		was.ID = id
		updated, _ := planner.Diff([]schema.Record{a.Set(schema.FieldDisabled, schema.Bool(false)), b}, []schema.Record{was}, planner.Options{Update: true})
		created := schema.Plan{Actions: []schema.Action{{Op: schema.OpCreate, Want: a}, {N: 1, Op: schema.OpCreate, Want: b}}}
		done := created.Outcomes()
		done[0].Status, done[0].ID, done[0].Attempts = schema.StatusCreated, id, 1
		for _, plan := range []struct {
			schema.Plan
			outcomes []schema.Outcome
		}{{updated, updated.Outcomes()}, {created, done}} {
			err := newRun(t, s, plan.Plan).Resume(t.Context(), plan.outcomes, nil)
			if restored, ok := errors.AsType[*engine.Restored](err); !ok || restored.Now.ID != id || s.requests() != 0 {
				t.Errorf("error %v after %d requests", err, s.requests())
			}
		}
	})
}

// TestRestoredAfterAnOldList: the first list of a resume may be older than the restore, and writes that are left
// be sent before another one is read.
func TestRestoredAfterAnOldList(t *testing.T) {
	for sent, names := range [][]string{{"a", "lost"}, {"a", "lost", "left"}} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			f := newRun(t, s, creates(names...))
			outcomes := f.outcomesOf("created unknown")
			outcomes[0].InitDate, s.live[0].InitDate = 1, 1
			s.onList = func(_ context.Context, nth int) error {
				if nth == 2 {
					another := integration(0, "another")
					another.ID, another.InitDate = outcomes[0].ID, 2
					s.live = []schema.Record{another}
				}
				return nil
			}
			err := f.Resume(t.Context(), outcomes, nil)
			if restored, ok := errors.AsType[*engine.Restored](err); !ok || restored.Now.InitDate != 2 || restored.Sent != (sent > 0) || s.requests() != sent {
				t.Errorf("error %v after %d requests, %s", err, s.requests(), f.statuses())
			}
		})
	}
}

// TestIDAssignedAgain: the id of a record that has gone may be that of a new one of a restored server, which lists
// have to show then.
func TestIDAssignedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		f := newRun(t, s, creates("gone", "new"))
		outcomes := f.outcomesOf("created unprocessed")
		id := outcomes[0].ID
		s.remove(id)
		s.lastID--
		if err := f.Resume(t.Context(), outcomes, nil); err != nil {
			t.Fatal(err)
		}
		if _, expected := s.expected[len(s.expected)-1][id]; !expected || f.outcome("new").ID != id || f.statuses() != "failed created" {
			t.Errorf("%s, expected of the lists: %v", f.statuses(), s.expected)
		}
	})
}

// TestResumeOfIDsOfOtherKinds: what is certainly no longer there is neither changed nor deleted by its id, which
// a restored server may have given to a record of a kind that the plan is not about.
func TestResumeOfIDsOfOtherKinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		changed, deleted := repository(0, "https://git.example.org/a.git"), repository(0, "https://git.example.org/b.git")
		changed.ID, deleted.ID = s.add(integration(0, "another")), s.add(integration(0, "a third"))
		plan, _ := planner.Diff([]schema.Record{repository(1, changed.Origin()).Set(schema.FieldDisabled, schema.Bool(true))},
			[]schema.Record{changed.Set(schema.FieldDisabled, schema.Bool(false)), deleted}, planner.Options{Update: true, Prune: true})
		f := newRun(t, s, plan)
		if err := f.resumeFrom(t, "unprocessed unknown"); err != nil || f.statuses() != "conflict deleted" || s.requests() != 0 {
			t.Errorf("error %v, %s after %d requests", err, f.statuses(), s.requests())
		}
	})
}

// TestResumeAfterRestoreOfRepositories: the server shows no initDate of a repository, and its id alone
// does not identify it.
func TestResumeAfterRestoreOfRepositories(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		a, b := repository(1, "https://git.example.org/a.git"), repository(2, "https://git.example.org/b.git")
		was := a.Set(schema.FieldDisabled, schema.Bool(true))
		was.ID = s.add(b)
		plan, _ := planner.Diff([]schema.Record{a.Set(schema.FieldDisabled, schema.Bool(false))}, []schema.Record{was}, planner.Options{Update: true})
		f := newRun(t, s, plan)
		if err := f.Resume(t.Context(), plan.Outcomes(), nil); err != nil || f.statuses() != "conflict" || s.requests() != 0 {
			t.Errorf("error %v, %s after %d requests", err, f.statuses(), s.requests())
		}

		f = newRun(t, s, schema.Plan{Actions: []schema.Action{{Op: schema.OpCreate, Want: a}}})
		earlier := f.Plan.Outcomes()
		earlier[0].Status, earlier[0].ID, earlier[0].Attempts = schema.StatusCreated, was.ID, 1
		if err := f.Resume(t.Context(), earlier, nil); err != nil || f.statuses() != "failed" || !strings.Contains(f.Outcomes()[0].Error, "no longer on the server") {
			t.Errorf("error %v, %v", err, f.Outcomes())
		}
	})
}
