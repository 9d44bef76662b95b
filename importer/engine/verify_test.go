package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// TestVerifyUpdatesAndDeletes: the outcome is what the live list shows after the answer.
func TestVerifyUpdatesAndDeletes(t *testing.T) {
	want := integration(2, "a!")
	before := want.Set(schema.FieldDisabled, schema.Bool(false))
	before.ID = 9
	after := before.Set(schema.FieldDisabled, schema.Bool(true))
	change := []schema.Change{{Field: schema.FieldDisabled, From: schema.Bool(false), To: schema.Bool(true)}}
	unseen := append(slices.Clone(change), schema.Change{Field: schema.FieldPat, Unseen: true})
	update := func(c []schema.Change) schema.Action {
		return schema.Action{Op: schema.OpUpdate, Want: want, Have: before, Changes: c}
	}
	remove := schema.Action{Op: schema.OpDelete, Have: before}
	filter := schema.Action{Op: schema.OpUpdate, Want: want.Set(schema.FieldTagsFilter, schema.Text("v.*")), Have: after,
		Changes: []schema.Change{{Field: schema.FieldTagsFilter, To: schema.Text("v.*")}}}
	filtered := integration(0, "another").Set(schema.FieldTagsFilter, schema.Text("release-.*"))
	filtered.ID = 10
	for _, tt := range []struct {
		name   string
		action schema.Action
		answer schema.Status
		live   []schema.Record
		want   schema.Status
	}{
		{"updated", update(change), schema.StatusUpdated, []schema.Record{after}, schema.StatusUpdated},
		{"updated, not taken", update(change), schema.StatusUpdated, []schema.Record{before}, schema.StatusFailed},
		{"updated, gone", update(change), schema.StatusUpdated, nil, schema.StatusFailed},
		{"update lost, performed", update(change), schema.StatusUnknown, []schema.Record{after}, schema.StatusUpdated},
		{"update lost, not performed", update(change), schema.StatusUnknown, []schema.Record{before}, schema.StatusFailed},
		{"update lost, cannot be seen", update(unseen), schema.StatusUnknown, []schema.Record{after}, schema.StatusUnknown},
		{"update lost, of a field that is not shown while it is blank", filter, schema.StatusUnknown, []schema.Record{after}, schema.StatusUnknown},
		{"update lost, of such a field, which is shown of another record", filter, schema.StatusUnknown, []schema.Record{after, filtered}, schema.StatusFailed},
		{"updated, but such a field is blank", filter, schema.StatusUpdated, []schema.Record{after, filtered}, schema.StatusFailed},
		{"update refused", update(change), schema.StatusFailed, []schema.Record{before}, schema.StatusFailed},
		{"deleted", remove, schema.StatusDeleted, nil, schema.StatusDeleted},
		{"deleted, still there", remove, schema.StatusDeleted, []schema.Record{before}, schema.StatusFailed},
		{"delete lost, performed", remove, schema.StatusUnknown, nil, schema.StatusDeleted},
		{"delete lost, not performed", remove, schema.StatusUnknown, []schema.Record{before}, schema.StatusFailed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.live = []schema.Record{before}
				s.answers["a"] = []answer{func(s *server, _ schema.Action) schema.Outcome {
					s.live = tt.live
					return schema.Outcome{Status: tt.answer}
				}}
				f := newRun(t, s, schema.Plan{Actions: []schema.Action{tt.action}, Live: []schema.Known{{ID: 9}}})
				f.start(t)
				o := f.Outcomes()[0]
				if o.Status != tt.want || o.Status == schema.StatusFailed && o.Status != tt.answer && o.Error == "" {
					t.Errorf("%s (%s), want %s", o.Status, o.Error, tt.want)
				}
			})
		})
	}
}

// TestVerifyReadsOnlyWhatMayHaveChanged: a run that sent nothing reads nothing.
func TestVerifyReadsOnlyWhatMayHaveChanged(t *testing.T) {
	s := newServer()
	s.add(integration(0, "a"))
	plan, _ := planner.Diff(wanted("a"), s.live, planner.Options{})
	f := newRun(t, s, plan)
	f.start(t)
	if f.statuses() != "unchanged" || s.lists != 0 {
		t.Errorf("%s after %d lists", f.statuses(), s.lists)
	}
	s.onList = func(context.Context, int) error { return errors.New("no connection") }
	f = newRun(t, s, creates("b"))
	if err := f.Start(t.Context()); err == nil || f.statuses() != "created" {
		t.Errorf("error %v, %s", err, f.statuses())
	}
}

// TestRemoveDuplicates: the server performs the create of b twice.
func TestRemoveDuplicates(t *testing.T) {
	for _, tt := range []struct {
		name     string
		b        []answer
		off      bool
		between  func(*server) // before the list that decides what to delete
		statuses string
		live     int // of b
		removing string
	}{
		{name: "equal", statuses: "created created created deleted", live: 1, removing: "removing 1"},
		{name: "equal, one answer was lost: one of them need not be ours", b: []answer{func(s *server, a schema.Action) schema.Outcome { performTwice(s, a); return lose(s, a) }},
			statuses: "created conflict created", live: 2},
		{name: "equal, three times: two need not be ours", b: []answer{func(s *server, a schema.Action) schema.Outcome { perform(s, a); return performTwice(s, a) }},
			statuses: "created conflict created", live: 3},
		{name: "not wanted", off: true, statuses: "created conflict created", live: 2},
		{name: "one was changed", between: func(s *server) { s.set(s.ids("b")[0], schema.FieldDisabled, schema.Bool(true)) },
			statuses: "created conflict created", live: 2},
		{name: "one was removed", between: func(s *server) { s.remove(s.ids("b")[0]) }, statuses: "created created created", live: 1},
		{name: "the answered one was removed", between: func(s *server) { s.remove(s.ids("b")[1]) }, statuses: "created created created", live: 1},
		{name: "the answered one was renamed: the other may be somebody else's", between: func(s *server) { s.set(s.ids("b")[1], schema.FieldDisplayName, schema.Text("x")) },
			statuses: "created conflict created", live: 1},
		{name: "both were removed", between: func(s *server) { s.remove(s.ids("b")[0]); s.remove(s.ids("b")[0]) }, statuses: "created failed created"},
		{name: "the deletion is refused", b: []answer{performTwice, refuse}, statuses: "created conflict created failed", live: 2, removing: "removing 1"},
		{name: "the deletion is lost", b: []answer{performTwice, performAndLose}, statuses: "created created created deleted", live: 1, removing: "removing 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.answers["b"] = tt.b
				if tt.b == nil {
					s.answers["b"] = []answer{performTwice, perform}
				} else if len(tt.b) == 1 {
					s.answers["b"] = append(tt.b, perform)
				}
				s.onList = func(_ context.Context, nth int) error {
					if nth == 3 && tt.between != nil {
						tt.between(s)
					}
					return nil
				}
				f := newRun(t, s, creates("a", "b", "c"))
				f.RemoveDuplicates = !tt.off
				f.start(t)
				if f.statuses() != tt.statuses || len(s.ids("b")) != tt.live || f.events.only("removing") != tt.removing {
					t.Errorf("%s, %d live, %q; want %s, %d live, %q", f.statuses(), len(s.ids("b")), f.events.only("removing"), tt.statuses, tt.live, tt.removing)
				}
				if b := f.outcome("b"); b.Status == schema.StatusCreated && !slices.Equal(s.ids("b"), []int64{b.ID}) {
					t.Errorf("b is %d, live are %d", b.ID, s.ids("b"))
				}
				if _, recorded := f.journal.load(); len(recorded) != len(f.Outcomes()) || len(s.ids("a"))+len(s.ids("c")) != 2 {
					t.Errorf("%d outcomes are recorded of %d; live %v", len(recorded), len(f.Outcomes()), s.live)
				}
			})
		})
	}
}

// TestRemoveDuplicatesLeavesOthersRecords: an equal record that was live before the run is not
// deleted, and stays a conflict with what the run made.
func TestRemoveDuplicatesLeavesOthersRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers["b"] = []answer{performTwice, perform}
		plan := creates("b")
		plan.Live = []schema.Known{{ID: s.add(plan.Actions[0].Want)}}
		f := newRun(t, s, plan)
		f.RemoveDuplicates = true
		f.start(t)
		if ids := s.ids("b"); f.statuses() != "conflict deleted" || len(ids) != 2 || ids[0] != plan.Live[0].ID {
			t.Errorf("%s, live %d, where %d was before", f.statuses(), ids, plan.Live)
		}
	})
}

// TestRemoveDuplicatesKeepsAnothersCopy: an equal record that somebody else adds during the run stays,
// and that of the run is deleted.
func TestRemoveDuplicatesKeepsAnothersCopy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		plan := creates("b")
		s.onList = func(_ context.Context, nth int) error {
			if nth == 1 {
				s.add(plan.Actions[0].Want)
			}
			return nil
		}
		f := newRun(t, s, plan)
		f.RemoveDuplicates = true
		f.start(t)
		b := f.outcome("b")
		if ids := s.ids("b"); f.statuses() != "created deleted" || len(ids) != 1 || ids[0] != b.ID || !b.Inferred || b.Advice == "" {
			t.Errorf("%s, live %d, b is %+v", f.statuses(), ids, b)
		}
		if deleted := f.Plan.Actions[1].Have.ID; deleted >= b.ID {
			t.Errorf("%d is deleted, which was added later than %d", deleted, b.ID)
		}
	})
}

// TestRemoveDuplicateRepositories: the server keeps each clone in a folder of its own, which makes
// no difference.
func TestRemoveDuplicateRepositories(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers["a"] = []answer{func(s *server, a schema.Action) schema.Outcome {
			a.Want = a.Want.Set(schema.FieldRealRoot, schema.Text("1_a"))
			perform(s, a)
			a.Want = a.Want.Set(schema.FieldRealRoot, schema.Text("2_a"))
			return perform(s, a)
		}, perform}
		plan, _ := planner.Diff([]schema.Record{repository(2, "https://git.example.org/a.git")}, nil, planner.Options{})
		f := newRun(t, s, plan)
		f.RemoveDuplicates = true
		f.start(t)
		if f.statuses() != "created deleted" || len(s.ids("a")) != 1 {
			t.Errorf("%s, %d live", f.statuses(), len(s.ids("a")))
		}
	})
}

// TestVerifyFindsSecondOfIdentity: what somebody else renamed during the run to the identity of a
// created or an updated record is reported.
func TestVerifyFindsSecondOfIdentity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		changed := integration(1, "changed!")
		s.add(changed.Set(schema.FieldDisabled, schema.Bool(false)))
		one, two := s.add(integration(0, "one")), s.add(integration(0, "two"))
		plan, _ := planner.Diff([]schema.Record{changed, integration(2, "new")}, s.live, planner.Options{Update: true})
		s.onList = func(context.Context, int) error {
			s.set(one, schema.FieldDisplayName, schema.Text(changed.Name()))
			s.set(two, schema.FieldDisplayName, schema.Text("new"))
			return nil
		}
		f := newRun(t, s, plan)
		f.start(t)
		if f.statuses() != "conflict conflict" || !strings.Contains(f.outcome(changed.Name()).Error, "2 times") || len(s.live) != 4 {
			t.Errorf("%s, %v", f.statuses(), f.Outcomes())
		}
	})
}

// TestVerifyLooksAtWhatIsUnchanged: a record to which nothing was to be done is a conflict where somebody
// removed, changed or copied it during the run.
func TestVerifyLooksAtWhatIsUnchanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		want := wanted("kept!", "changed!", "gone!", "copied!")
		ids := s.addAll(want)
		plan, _ := planner.Diff(append(want, integration(9, "new")), s.live, planner.Options{Update: true})
		s.onList = func(_ context.Context, nth int) error {
			if nth == 1 {
				s.set(ids[1], schema.FieldDisabled, schema.Bool(false))
				s.remove(ids[2])
				s.add(want[3])
			}
			return nil
		}
		f := newRun(t, s, plan)
		f.start(t)
		if f.statuses() != "unchanged conflict conflict conflict created" || s.requests() != 1 {
			t.Errorf("%s after %d requests: %v", f.statuses(), s.requests(), f.Outcomes())
		}
	})
}

// TestVerifyLooksAtWhatOthersMade: a record that somebody made after the plan is a conflict where it is there
// twice, or no longer, at the end.
func TestVerifyLooksAtWhatOthersMade(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		f := newRun(t, s, creates("made", "copied", "gone", "new"))
		made := s.addAll(wanted("made", "copied", "gone"))
		s.onList = func(_ context.Context, nth int) error {
			if nth == 2 {
				s.add(f.Plan.Actions[1].Want)
				s.remove(made[2])
			}
			return nil
		}
		if err := f.resumeFrom(t, "unprocessed"); err != nil {
			t.Fatal(err)
		}
		if f.statuses() != "exists conflict conflict created" || !strings.Contains(f.outcome("gone").Error, fmt.Sprintf("integration %d was removed", made[2])) || s.requests() != 1 {
			t.Errorf("%s after %d requests: %v", f.statuses(), s.requests(), f.Outcomes())
		}
	})
}

// TestVerifyReadsOldValuesAgain: a list that shows values of before an update is read once more.
func TestVerifyReadsOldValuesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		want := integration(2, "a!")
		id := s.add(want.Set(schema.FieldDisabled, schema.Bool(false)))
		s.onList = func(_ context.Context, nth int) error {
			s.set(id, schema.FieldDisabled, schema.Bool(nth > 1))
			return nil
		}
		plan, _ := planner.Diff([]schema.Record{want}, s.live, planner.Options{Update: true})
		f := newRun(t, s, plan)
		f.start(t)
		if f.statuses() != "updated" || s.lists != 2 {
			t.Errorf("%s after %d lists", f.statuses(), s.lists)
		}
	})
}

// TestVerifyBelievesTwoLists: where a list has what an answer says was deleted, the next one decides.
func TestVerifyBelievesTwoLists(t *testing.T) {
	for _, tt := range []struct {
		answer schema.Status
		shown  []bool // in each list
		want   string
	}{
		{schema.StatusUnknown, []bool{false, true}, "failed deleted"},
		{schema.StatusUnknown, []bool{true, false}, "deleted deleted"},
		{schema.StatusDeleted, []bool{true, true}, "failed deleted"},
		{schema.StatusDeleted, []bool{true, false}, "deleted deleted"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			a, z := integration(2, "a"), integration(3, "z")
			a.ID, z.ID = 9, 10
			s.onList = func(_ context.Context, nth int) error {
				s.live = nil
				if tt.shown[nth-1] {
					s.live = append(s.live, a)
				}
				if nth == 1 {
					s.live = append(s.live, z)
				}
				return nil
			}
			s.answers["a"] = []answer{func(*server, schema.Action) schema.Outcome { return schema.Outcome{Status: tt.answer} }}
			f := newRun(t, s, schema.Plan{Actions: []schema.Action{{Op: schema.OpDelete, Have: a}, {N: 1, Op: schema.OpDelete, Have: z}}, Live: []schema.Known{{ID: 9}, {ID: 10}}})
			f.start(t)
			if f.statuses() != tt.want || s.lists != 2 {
				t.Errorf("%s, shown %v: %s after %d lists, want %s", tt.answer, tt.shown, f.statuses(), s.lists, tt.want)
			}
		})
	}
}

// TestVerifyExpectsWhatAnswersSay: a list has to show each record that an answer or the plan names, and that
// of a lost deletion, until one is certainly gone.
func TestVerifyExpectsWhatAnswersSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		before, doomed := s.add(integration(0, "before")), s.add(integration(0, "doomed"))
		plan, _ := planner.Diff(wanted("a", "before", "b"), s.live, planner.Options{Update: true, Prune: true})
		s.answers["b"], s.answers["doomed"] = []answer{performAndLose}, []answer{performAndLose}
		s.onList = func(context.Context, int) error { s.remove(before); return nil }
		f := newRun(t, s, plan)
		f.start(t)
		a, b := f.outcome("a").ID, f.outcome("b").ID
		after := map[int64]schema.Kind{a: schema.KindIntegration, b: schema.KindIntegration}
		want := []map[int64]schema.Kind{{a: schema.KindIntegration, before: schema.KindIntegration, doomed: schema.KindIntegration}, after, after}
		if diff := cmp.Diff(want, s.expected); diff != "" {
			t.Errorf("%s: expected of the lists (-want +got):\n%s", f.statuses(), diff)
		}
	})
}
