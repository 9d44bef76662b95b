package journal

import (
	"errors"
	"testing"
	"time"

	"gijbulk/schema"
)

// oneOfEach starts a run and leaves its actions in different states.
func oneOfEach(t *testing.T, j *Journal, r schema.Run) *Log {
	actions := append(creates(4),
		schema.Action{Op: schema.OpExists, Want: record("there", nil), Have: live(50, record("there", nil))},
		schema.Action{Op: schema.OpInvalid, Want: record("bad", nil), Reason: "no URL"})
	l := start(t, j, r, actions...)
	do(t, l, actions[0], schema.StatusCreated, 61)
	do(t, l, actions[1], schema.StatusFailed, 0)
	begin(t, l, actions[2])
	return l
}

var counted = map[schema.Status]int{schema.StatusCreated: 1, schema.StatusFailed: 2, schema.StatusUnknown: 1,
	schema.StatusUnprocessed: 1, schema.StatusExists: 1}

func testRuns(t *testing.T, s store) {
	j := s.open(t)
	want := []RunSummary{
		{ID: "open", State: StateRunning, Wrote: true, Counts: counted},
		{ID: "stopped", State: StateInterrupted, Wrote: true, Counts: counted},
		{ID: "complete", State: StateFinished, Wrote: true, Counts: counted},
	}
	for i := len(want) - 1; i >= 0; i-- {
		r := run(want[i].ID)
		l := oneOfEach(t, j, r)
		if want[i].State != StateRunning {
			r.Ended, r.Complete = started.Add(time.Hour), want[i].State == StateFinished
			finish(t, l, r)
		}
		want[i].Command, want[i].Target, want[i].Host, want[i].Started, want[i].Ended = r.Command, r.Target, r.Host, r.Started, r.Ended
	}
	if d := diff(want, runs(t, j)); d != "" {
		t.Error(d)
	}
	start(t, j, run("idle"), schema.Action{Op: schema.OpUnchanged, Want: record("same", nil)})
	if newest := runs(t, j)[0]; newest.Wrote {
		t.Errorf("%s has not written", newest.ID)
	}
}

// testLast: by the order of their start, because clocks are set back.
func testLast(t *testing.T, s store) {
	j := s.open(t)
	r := run("before the clock was set back")
	r.Started = started.Add(time.Hour)
	start(t, j, r)
	start(t, j, run("after"))
	if got := load(t, j, Last).Run.ID; got != "after" {
		t.Errorf("the last run is %q", got)
	}
	if got := runs(t, j)[0].ID; got != "after" {
		t.Errorf("the first of the list is %q", got)
	}
}

func testNoRun(t *testing.T, s store) {
	j := s.open(t)
	for _, id := range []string{Last, "r1"} {
		_, err := j.Load(t.Context(), id)
		if missing, is := errors.AsType[*NoRun](err); !is || missing.ID != id || missing.Path != j.Path() {
			t.Errorf("Load(%q): %v", id, err)
		}
	}
	_, err := continued(t, j, Saved{Run: run("r1")})
	if _, is := errors.AsType[*NoRun](err); !is {
		t.Errorf("Continue: %v", err)
	}
}

func testPrune(t *testing.T, s store) {
	j := s.open(t)
	for i, id := range []string{"old", "new", "open"} {
		r := run(id)
		l := oneOfEach(t, j, r)
		if id != "open" {
			r.Ended = started.Add(time.Duration(i) * time.Hour)
			finish(t, l, r)
		}
	}
	if removed, err := j.Prune(t.Context(), started.Add(time.Minute)); err != nil || removed != 1 {
		t.Fatalf("%d runs removed, error %v", removed, err)
	}
	if _, err := j.Load(t.Context(), "old"); err == nil {
		t.Error("the old run is still there")
	}
	for _, id := range []string{"new", "open"} {
		if n := len(load(t, j, id).Outcomes); n != 6 {
			t.Errorf("run %s has %d outcomes", id, n)
		}
	}
	if ids := identities(t, j, target); ids[create("record 0").Want.Key()].ID != 61 {
		t.Errorf("identities %v", ids)
	}
}
