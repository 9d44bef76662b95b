package journal

import (
	"errors"
	"testing"
	"time"

	"gijbulk/schema"
)

func entry(t *testing.T, j *Journal, i int) Entry {
	t.Helper()
	entries, err := j.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return entries[i]
}

// oneOfEach starts a run and leaves its actions in different states.
func oneOfEach(t *testing.T, j *Journal, r schema.Run) *Log {
	actions := append(creates(4),
		schema.Action{Op: schema.OpExists, Want: record("there", nil), Have: live(50, record("there", nil))},
		schema.Action{Op: schema.OpInvalid, Want: record("bad", nil), Reason: "no URL"})
	l := start(t, j, r, actions...)
	end(t, l, done(actions[0], schema.StatusCreated, 61))
	end(t, l, done(actions[1], schema.StatusFailed, 0))
	begin(t, l, actions[2])
	return l
}

var counted = map[schema.Status]int{schema.StatusCreated: 1, schema.StatusFailed: 2, schema.StatusUnknown: 1,
	schema.StatusUnprocessed: 1, schema.StatusExists: 1}

func TestRuns(t *testing.T) {
	j := open(t)
	want := []Entry{
		{ID: "open", State: StateRunning, Counts: counted},
		{ID: "stopped", State: StateInterrupted, Counts: counted},
		{ID: "whole", State: StateFinished, Counts: counted},
	}
	for i, ended := range []time.Duration{0, 2 * time.Hour, time.Hour} {
		r := run(want[i].ID)
		r.Started = started.Add(-time.Duration(i) * time.Hour)
		l := oneOfEach(t, j, r)
		if ended != 0 {
			r.Ended, r.Complete = started.Add(ended), r.ID == "whole"
			if err := l.Finish(t.Context(), r); err != nil {
				t.Fatal(err)
			}
		}
		want[i].Command, want[i].Target, want[i].Started, want[i].Ended = r.Command, r.Target, r.Started, r.Ended
	}
	got, err := j.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestARunsNameIsItsOwn(t *testing.T) {
	j := open(t)
	start(t, j, run("r1"), create("one"))
	_, err := j.Start(t.Context(), run("r1"), nil, schema.Mask{})
	var trouble *Error
	if !errors.As(err, &trouble) || trouble.Hint == "" {
		t.Errorf("a second run of that name: %v", err)
	}
	if name := load(t, j, "r1").Plan.Actions[0].Want.Name(); name != "one" {
		t.Errorf("the first run's plan wants %q", name)
	}
}

func TestOptionsThatAreNoJSONAreNotKept(t *testing.T) {
	j := open(t)
	if _, err := j.Start(t.Context(), run("r1"), []byte("{"), schema.Mask{}); err == nil {
		t.Error("they were taken")
	}
	if entries, err := j.Runs(t.Context()); err != nil || len(entries) != 0 {
		t.Errorf("%d runs, error %v", len(entries), err)
	}
}

func TestPrune(t *testing.T) {
	j := open(t)
	for i, id := range []string{"old", "new", "open"} {
		r := run(id)
		l := oneOfEach(t, j, r)
		if id == "open" {
			continue
		}
		r.Ended = started.Add(time.Duration(i) * time.Hour)
		if err := l.Finish(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	big := run("big")
	l := start(t, j, big, creates(2000)...)
	big.Ended = started
	if err := errors.Join(l.Finish(t.Context(), big), l.Close()); err != nil {
		t.Fatal(err)
	}
	before := pages(t, j)
	removed, err := j.Prune(t.Context(), started.Add(time.Minute))
	if err != nil || removed != 2 {
		t.Fatalf("%d runs removed, error %v", removed, err)
	}
	if after := pages(t, j); after > before/4 {
		t.Errorf("the file had %d pages and has %d", before, after)
	}
	for _, id := range []string{"old", "big"} {
		if _, err := j.Load(t.Context(), id); err == nil {
			t.Errorf("run %s is still there", id)
		}
	}
	for _, id := range []string{"new", "open"} {
		if n := len(load(t, j, id).Outcomes); n != 6 {
			t.Errorf("run %s has %d outcomes", id, n)
		}
	}
	if ids, err := j.IDs(t.Context(), jira); err != nil || ids[create("record 0").Want.Key()] != 61 {
		t.Errorf("ids %v, error %v", ids, err)
	}
}

func pages(t *testing.T, j *Journal) (n int) {
	t.Helper()
	if err := j.db.QueryRow(`PRAGMA page_count`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
