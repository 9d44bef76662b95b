package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// TestSettle: whatever the server does and answers, the outcome is what the list shows, and nothing
// is sent again that may have been performed.
func TestSettle(t *testing.T) {
	rename := func(s *server, a schema.Action) schema.Outcome {
		s.add(a.Want.Set(schema.FieldDisplayName, schema.Text("renamed by the server")))
		return lose(s, a)
	}
	disable := func(s *server, a schema.Action) schema.Outcome {
		o := perform(s, a)
		s.set(o.ID, schema.FieldDisabled, schema.Bool(true))
		return o
	}
	performAndRemove := func(s *server, a schema.Action) schema.Outcome {
		o := perform(s, a)
		s.remove(o.ID)
		return o
	}
	performTwiceAndLose := func(s *server, a schema.Action) schema.Outcome { performTwice(s, a); return lose(s, a) }
	for _, tt := range []struct {
		name    string
		answers []answer
		want    schema.Status
		sent    int
		live    int
	}{
		{"performed", []answer{performAndLose}, schema.StatusCreated, 1, 1},
		{"not performed", []answer{lose, perform}, schema.StatusCreated, 2, 1},
		{"performed late", []answer{performLater(15*time.Second, false)}, schema.StatusCreated, 1, 1},
		{"performed long after the time limit", []answer{performLater(100*time.Second, true)}, schema.StatusCreated, 1, 1},
		{"never performed", []answer{lose}, schema.StatusUnknown, 4, 0},
		{"refused the second time", []answer{lose, refuse}, schema.StatusFailed, 2, 0},
		{"something unexplained resembles it", []answer{rename}, schema.StatusUnknown, 1, 0},
		{"performed twice", []answer{performTwiceAndLose}, schema.StatusConflict, 1, 2},
		{"performed twice and answered", []answer{performTwice}, schema.StatusConflict, 1, 2},
		{"performed and refused", []answer{performAndRefuse}, schema.StatusCreated, 1, 1},
		{"performed and removed", []answer{performAndRemove}, schema.StatusFailed, 1, 0},
		{"performed with another value", []answer{disable}, schema.StatusFailed, 1, 1},
		{"performed, then a panic", []answer{performAndPanic}, schema.StatusCreated, 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.answers["a"] = tt.answers
				f := newRun(t, s, creates("a"))
				f.Plan.Actions[0].Want = f.Plan.Actions[0].Want.Set(schema.FieldDisabled, schema.Bool(false))
				f.start(t)
				o := f.outcome("a")
				if o.Status != tt.want || o.Attempts != tt.sent || s.sent["a"] != tt.sent || len(s.ids("a")) != tt.live {
					t.Errorf("%s (%s) after %d attempts and %d requests, %d live; want %s after %d, %d live",
						o.Status, o.Error, o.Attempts, s.sent["a"], len(s.ids("a")), tt.want, tt.sent, tt.live)
				}
				if !o.Status.Good() && o.Error == "" || o.Status == schema.StatusConflict && o.Advice == "" {
					t.Errorf("no error or advice: %+v", o)
				}
				if _, recorded := f.journal.load(); recorded[0] != o {
					t.Errorf("recorded is %+v, and the outcome %+v", recorded[0], o)
				}
			})
		})
	}
}

// TestSettleLeavesOthersRecords: a create without a name does not take what another create made,
// nor what was live before.
func TestSettleLeavesOthersRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.add(integration(0, "old"))
		s.answers[""], s.answers["old"] = []answer{lose, perform}, []answer{lose, perform}
		unnamed := record(2, "type", "GITHUB", "origin", "https://api.github.com")
		plan, _ := planner.Diff([]schema.Record{unnamed, integration(3, "b"), integration(4, "old")}, s.live, planner.Options{})
		f := newRun(t, s, plan)
		f.start(t)
		if f.statuses() != "created created unchanged" || len(s.live) != 3 || f.outcome("").ID == f.outcome("b").ID {
			t.Errorf("%s, %d live, ids %d and %d", f.statuses(), len(s.live), f.outcome("").ID, f.outcome("b").ID)
		}

		s = newServer()
		s.answers["a"] = []answer{lose, perform}
		plan = creates("a")
		plan.Live = []int64{s.add(plan.Actions[0].Want)}
		f = newRun(t, s, plan)
		f.start(t)
		if o := f.outcome("a"); o.Status != schema.StatusCreated || o.ID == plan.Live[0] || s.sent["a"] != 2 {
			t.Errorf("%s as %d after %d requests, where %d was live", o.Status, o.ID, s.sent["a"], plan.Live)
		}
	})
}

// TestSettleAmongDuplicates: the duplicate of another record of the plan is not unexplained, so a
// lost create is sent again.
func TestSettleAmongDuplicates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers["a"], s.answers["b"] = []answer{lose, perform}, []answer{performTwice}
		f := newRun(t, s, creates("a", "b"))
		f.start(t)
		if f.statuses() != "created conflict" || s.sent["a"] != 2 || len(s.live) != 3 {
			t.Errorf("%s, sent %v, %d live", f.statuses(), s.sent, len(s.live))
		}
	})
}

// TestSettleRepositories: one was performed, one was not, and one may be what is on the server
// under another origin.
func TestSettleRepositories(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers["performed"], s.answers["lost"] = []answer{performAndLose}, []answer{lose, perform}
		s.answers["moved"] = []answer{func(s *server, a schema.Action) schema.Outcome {
			s.add(a.Want.Set(schema.FieldOrigin, schema.Text("https://mirror.example.org/moved.git")))
			s.add(integration(0, "lost")) // of another kind
			return lose(s, a)
		}}
		plan, _ := planner.Diff([]schema.Record{
			repository(2, "https://git.example.org/performed.git"), repository(3, "https://git.example.org/lost.git"), repository(4, "https://git.example.org/moved.git"),
		}, nil, planner.Options{})
		f := newRun(t, s, plan)
		f.start(t)
		if f.statuses() != "created created unknown" || s.sent["performed"] != 1 || s.sent["lost"] != 2 || s.sent["moved"] != 1 {
			t.Errorf("%s, sent %v", f.statuses(), s.sent)
		}
		if !strings.Contains(f.outcome("moved").Advice, "look in Jira") {
			t.Errorf("advice %q", f.outcome("moved").Advice)
		}
	})
}

// TestSettleEnds: where it cannot look, a create stays unknown and is not sent again.
func TestSettleEnds(t *testing.T) {
	for _, tt := range []struct {
		name   string
		cancel time.Duration
		list   error
		answer answer // to the second request
		err    string
		sent   int
	}{
		{name: "the list fails", list: errors.New("no connection"), err: "look up 1 writes whose answers were lost: no connection", sent: 1},
		{name: "canceled in the quiet period", cancel: 5 * time.Second, err: "enough", sent: 1},
		{name: "canceled between the lists", cancel: 15 * time.Second, err: "enough", sent: 1},
		{name: "credentials refused", answer: refuseCredentials, err: "401", sent: 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if tt.cancel > 0 {
					time.AfterFunc(tt.cancel, func() { cancel(errors.New("enough")) })
				}
				s := newServer()
				s.answers["a"] = []answer{lose, tt.answer}
				s.onList = func(context.Context, int) error { return tt.list }
				f := newRun(t, s, creates("a"))
				if err := f.Start(ctx); err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				if o := f.outcome("a"); o.Status != schema.StatusUnknown || o.Attempts != tt.sent || s.sent["a"] != tt.sent {
					t.Errorf("%s after %d attempts, %d requests", o.Status, o.Attempts, s.sent["a"])
				}
			})
		})
	}
}

// TestQuietPeriod: what may still be at work on the server is given its whole time limit, counted
// from the last sign of life of the process that sent it.
func TestQuietPeriod(t *testing.T) {
	const second, minute, hour = time.Second, time.Minute, time.Hour
	for _, tt := range []struct {
		name     string
		timedOut bool
		started  time.Duration // ago; the last answer came at once
		later    time.Duration // ago, when another write was answered; 0: none
		held     time.Duration
		want     time.Duration
	}{
		{"a lost answer", false, 0, 0, 0, 10 * second},
		{"died just now", true, 0, 0, 0, 2 * minute},
		{"died in the time in which another may have been sent", true, minute, 0, 0, 2 * minute},
		{"died a minute after that", true, 3 * minute, 0, 0, minute},
		{"another was answered after it", true, 150 * second, 135 * second, 0, 105 * second},
		{"died yesterday", true, 24 * hour, 0, 0, 10 * second},
		{"died just now, perhaps held back", true, 0, 0, 10 * minute, 2 * minute},
		{"died in the time both may have been held back", true, 21 * minute, 0, 10 * minute, 2 * minute},
		{"died a minute after that time", true, 23 * minute, 0, 10 * minute, minute},
		{"died long after that time", true, 24 * hour, 0, 10 * minute, 10 * second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				f := newRun(t, s, creates("a", "b"))
				f.Held = tt.held
				now := time.Now()
				earlier := f.Plan.Outcomes()
				earlier[0].Status, earlier[0].Attempts = schema.StatusUnknown, 1
				earlier[0].TimedOut, earlier[0].Started = tt.timedOut, now.Add(-tt.started)
				earlier[1].Status, earlier[1].Attempts, earlier[1].ID = schema.StatusCreated, 1, s.add(f.Plan.Actions[1].Want)
				if tt.later > 0 {
					earlier[1].Started = now.Add(-tt.later)
				}
				if err := f.Resume(t.Context(), earlier); err != nil {
					t.Fatal(err)
				}
				// A dead process is waited for once; the second look is only a quiet period later.
				if got := f.observer.steps; len(got) != 2 || got[0].Settling.After != tt.want || got[1].Settling.After != 10*second {
					t.Errorf("waits %+v and %+v, want %s and 10 s", got[0].Settling, got[1].Settling, tt.want)
				}
				if f.statuses() != "created created" || s.sent["a"] != 1 {
					t.Errorf("%s after %d requests", f.statuses(), s.sent["a"])
				}
			})
		})
	}
}

// TestRequestOfADeadProcess: one that was held back long after its intent was recorded, and left
// just before the process died, is not sent a second time.
func TestRequestOfADeadProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		f := newRun(t, s, creates("a"))
		earlier := f.Plan.Outcomes()
		earlier[0].Status, earlier[0].Attempts, earlier[0].TimedOut, earlier[0].Started = schema.StatusUnknown, 1, true, time.Now().Add(-9*time.Minute)
		time.AfterFunc(100*time.Second, func() { s.add(f.Plan.Actions[0].Want) })
		if err := f.Resume(t.Context(), earlier); err != nil {
			t.Fatal(err)
		}
		if f.statuses() != "created" || s.requests() != 0 || len(s.live) != 1 {
			t.Errorf("%s after %d more requests, %d live", f.statuses(), s.requests(), len(s.live))
		}
	})
}
