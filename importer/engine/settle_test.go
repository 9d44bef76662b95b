package engine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// run applies, settles and verifies, as a command does.
func run(t *testing.T, im *Importer, plan schema.Plan) (*ledger, error) {
	t.Helper()
	l := &ledger{}
	if err := im.Apply(t.Context(), plan, l.emit); err != nil {
		return l, err
	}
	if err := im.Settle(t.Context(), plan, l.outcomes(), l.emit); err != nil {
		return l, err
	}
	return l, im.Verify(t.Context(), plan, l.outcomes(), l.emit)
}

func TestSettle(t *testing.T) {
	created, failed, unknown, conflict := schema.StatusCreated, schema.StatusFailed, schema.StatusUnknown, schema.StatusConflict
	for _, tt := range []struct {
		name   string
		answer func(ctx context.Context, s *server, a schema.Action, nth int) schema.Outcome
		listed func(s *server, nth int) error
		want   schema.Status
		sent   int
		there  int
	}{
		{name: "it happened",
			answer: func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
				s.make(a.Want)
				return lost(a)
			},
			want: created, sent: 1, there: 1},
		{name: "it did not happen", answer: func(_ context.Context, s *server, a schema.Action, nth int) schema.Outcome {
			if nth == 1 {
				return lost(a)
			}
			return done(s, a)
		}, want: created, sent: 2, there: 1},
		{name: "it happened late", answer: func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
			go func() { time.Sleep(15 * time.Second); s.make(a.Want) }()
			return lost(a)
		}, want: created, sent: 1, there: 1},
		{name: "it happened long after the time limit", answer: func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
			go func() { time.Sleep(100 * time.Second); s.make(a.Want) }()
			o := lost(a)
			o.Waited = true
			return o
		}, want: created, sent: 1, there: 1},
		{name: "never", answer: func(_ context.Context, _ *server, a schema.Action, _ int) schema.Outcome { return lost(a) },
			want: unknown, sent: 4, there: 0},
		{name: "refused the second time", answer: func(_ context.Context, _ *server, a schema.Action, nth int) schema.Outcome {
			if nth == 1 {
				return lost(a)
			}
			return refused(a)
		}, want: failed, sent: 2, there: 0},
		{name: "a stranger under another name", answer: func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
			s.make(a.Want.Set(schema.FieldDisplayName, schema.Text("renamed by the server")))
			return lost(a)
		}, want: unknown, sent: 1, there: 0},
		{name: "twice", answer: func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
			s.make(a.Want)
			s.make(a.Want)
			return lost(a)
		}, want: conflict, sent: 1, there: 2},
		{name: "done but doubled", answer: func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
			s.make(a.Want)
			return done(s, a)
		}, want: conflict, sent: 1, there: 2},
		{name: "refused but made", answer: func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
			s.make(a.Want)
			return refused(a)
		},
			want: created, sent: 1, there: 1},
		{name: "made, then gone", listed: func(s *server, _ int) error { s.live = nil; return nil }, want: failed, sent: 1, there: 0},
		{name: "another value than asked for", answer: func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
			o := done(s, a)
			s.live[len(s.live)-1] = s.live[len(s.live)-1].Set(schema.FieldDisabled, schema.Bool(true))
			return o
		}, want: failed, sent: 1, there: 1},
		{name: "a panic after the work", answer: func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
			s.make(a.Want)
			panic("late")
		}, want: created, sent: 1, there: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.answer, s.listed = tt.answer, tt.listed
				im := &Importer{Target: s, Concurrency: 4, Quiet: 10 * time.Second, Timeout: 2 * time.Minute, Resends: 3}
				plan := creates("a")
				plan.Actions[0].Want = plan.Actions[0].Want.Set(schema.FieldDisabled, schema.Bool(false))
				l, err := run(t, im, plan)
				if err != nil {
					t.Fatal(err)
				}
				o := l.words[0]
				if o.Status != tt.want || s.sent["a"] != tt.sent || s.count("a") != tt.there {
					t.Errorf("%s (%s) after %d sent, %d there; want %s after %d, %d there", o.Status, o.Error, s.sent["a"], s.count("a"), tt.want, tt.sent, tt.there)
				}
				if !o.Status.Good() && (o.Error == "" || tt.want != unknown && tt.want != failed && o.Advice == "") {
					t.Errorf("no error or advice: %+v", o)
				}
				if o.Attempts != tt.sent {
					t.Errorf("%d attempts, want %d", o.Attempts, tt.sent)
				}
			})
		})
	}
}

func TestSettleDoesNotTakeAnothersRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.make(record(0, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "old"))
		s.answer = func(_ context.Context, s *server, a schema.Action, nth int) schema.Outcome {
			if nth == 1 && a.Want.Name() != "b" {
				return lost(a)
			}
			return done(s, a)
		}
		want := []schema.Record{
			record(2, "type", "GITHUB", "origin", "https://api.github.com"), // the server names it
			record(3, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "b"),
			record(4, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "old"),
		}
		have, _ := s.List(t.Context(), schema.KindIntegration)
		plan, _ := planner.Diff(want, have, planner.Options{})
		l, err := run(t, &Importer{Target: s, Concurrency: 1, Quiet: time.Second, Resends: 2}, plan)
		if err != nil {
			t.Fatal(err)
		}
		want3 := []schema.Status{schema.StatusCreated, schema.StatusCreated, schema.StatusUnchanged}
		if !slices.Equal(l.statuses(), want3) || len(s.live) != 3 {
			t.Errorf("statuses %v, %d live", l.statuses(), len(s.live))
		}
		if l.words[0].ID == l.words[1].ID {
			t.Error("two outcomes have the same id")
		}
	})
}

func TestSettleLeavesUnknownWhereTheListFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answer = func(_ context.Context, _ *server, a schema.Action, _ int) schema.Outcome { return lost(a) }
		s.listed = func(*server, int) error { return errors.New("no connection") }
		l, err := run(t, &Importer{Target: s, Concurrency: 1, Quiet: time.Second, Resends: 2}, creates("a"))
		if err == nil || !strings.Contains(err.Error(), "no connection") || l.words[0].Status != schema.StatusUnknown || s.sent["a"] != 1 {
			t.Errorf("error %v, status %s, sent %d", err, l.words[0].Status, s.sent["a"])
		}
	})
}

func TestSettleEndsWhenCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := newServer()
		go func() { time.Sleep(time.Second); cancel() }()
		plan := creates("a")
		err := (&Importer{Target: s, Quiet: time.Hour}).Settle(ctx, plan, []schema.Outcome{lost(plan.Actions[0])}, func(schema.Outcome) {})
		if !errors.Is(err, context.Canceled) || s.lists != 0 {
			t.Errorf("error %v after %d lists", err, s.lists)
		}
	})
}

// TestTheJournalHoldsWhatIsTold: also of a create that was sent again.
func TestTheJournalHoldsWhatIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, kept := newServer(), &keeper{}
		s.answer = func(_ context.Context, s *server, a schema.Action, nth int) schema.Outcome {
			if nth < 3 {
				return lost(a)
			}
			return done(s, a)
		}
		l, err := run(t, &Importer{Target: s, Journal: kept, Concurrency: 1, Quiet: time.Second, Resends: 5}, creates("a"))
		if err != nil {
			t.Fatal(err)
		}
		told := l.words[0]
		if told.Attempts != 3 || kept.last.Attempts != told.Attempts || kept.last.Status != told.Status || kept.last.ID != told.ID {
			t.Errorf("told %s after %d attempts, kept %s after %d", told.Status, told.Attempts, kept.last.Status, kept.last.Attempts)
		}
	})
}

// keeper is a Journal that remembers the last outcome.
type keeper struct{ last schema.Outcome }

func (k *keeper) Begin(context.Context, ...schema.Action) error { return nil }

func (k *keeper) End(_ context.Context, outcomes ...schema.Outcome) error {
	k.last = outcomes[len(outcomes)-1]
	return nil
}

// TestPatience: what may still be at work on the server is given its whole time limit,
// counted from the last sign of life of the process that sent it.
func TestPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		im := &Importer{Quiet: 10 * time.Second, Timeout: 2 * time.Minute}
		plan := creates("a", "b")
		died := func(ago time.Duration) schema.Outcome {
			o := lost(plan.Actions[0])
			o.Waited, o.Started = true, time.Now().Add(-ago-time.Second)
			o.Took = time.Second
			return o
		}
		later := schema.Outcome{Action: plan.Actions[1], Status: schema.StatusCreated, Started: time.Now().Add(-20 * time.Second), Took: 5 * time.Second}
		for _, tt := range []struct {
			name     string
			held     time.Duration
			resumed  time.Duration // ago, where it was held
			outcomes []schema.Outcome
			want     time.Duration
		}{
			{"a lost answer", 0, 0, []schema.Outcome{lost(plan.Actions[0])}, 10 * time.Second},
			{"died just now", 0, 0, []schema.Outcome{died(0)}, 2 * time.Minute},
			{"died a minute ago", 0, 0, []schema.Outcome{died(time.Minute)}, time.Minute},
			{"another went on after it", 0, 0, []schema.Outcome{died(time.Minute), later}, 105 * time.Second},
			{"died yesterday", 0, 0, []schema.Outcome{died(24 * time.Hour)}, 10 * time.Second},
			{"died just now while it was held back", 10 * time.Minute, 0, []schema.Outcome{died(0)}, 2 * time.Minute},
			{"died in the time that it was held back", 10 * time.Minute, 0, []schema.Outcome{died(9 * time.Minute)}, 2 * time.Minute},
			{"died while it was held back, and resumed a minute ago", 10 * time.Minute, time.Minute, []schema.Outcome{died(9 * time.Minute)}, time.Minute},
			{"looked for once already", 10 * time.Minute, 2 * time.Minute, []schema.Outcome{died(9 * time.Minute)}, 10 * time.Second},
			{"sent again since", 10 * time.Minute, time.Minute, []schema.Outcome{died(9 * time.Minute), later}, 105 * time.Second},
			{"died after that", 10 * time.Minute, 0, []schema.Outcome{died(11 * time.Minute)}, time.Minute},
			{"died long after that", 10 * time.Minute, 0, []schema.Outcome{died(24 * time.Hour)}, 10 * time.Second},
			{"found meanwhile", 0, 0, []schema.Outcome{{Action: plan.Actions[0], Status: schema.StatusCreated, Waited: true, Started: time.Now()}}, 10 * time.Second},
		} {
			im.Held, im.Resumed = tt.held, time.Time{}
			if tt.held > 0 {
				im.Resumed = time.Now().Add(-tt.resumed)
			}
			if got := im.Patience(tt.outcomes); got != tt.want {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
			}
		}
	})
}

// A request that was held back long after the last word in the journal, and left just
// before the process died, is not sent a second time.
func TestSettleAfterADeathWhileHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, plan := newServer(), creates("a")
		im := &Importer{Target: s, Quiet: 10 * time.Second, Timeout: 2 * time.Minute, Resumed: time.Now(), Held: 10 * time.Minute, Resends: 5}
		o := lost(plan.Actions[0])
		o.Waited, o.Started = true, time.Now().Add(-9*time.Minute)
		go func() { time.Sleep(100 * time.Second); s.make(o.Action.Want) }()
		l := &ledger{}
		if err := im.Settle(t.Context(), plan, []schema.Outcome{o}, l.emit); err != nil {
			t.Fatal(err)
		}
		if got := l.outcomes(); len(got) != 1 || got[0].Status != schema.StatusCreated || s.sent["a"] != 0 || len(s.live) != 1 {
			t.Errorf("%+v after %d more, %d live", got, s.sent["a"], len(s.live))
		}
	})
}

// TestADeadProcessIsWaitedForOnce: what it may have sent has its time before the first
// look, and what is not there then is only looked for once more.
func TestADeadProcessIsWaitedForOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, plan, begun := newServer(), creates("a"), time.Now()
		im := &Importer{Target: s, Quiet: 10 * time.Second, Timeout: 2 * time.Minute, Resumed: begun, Held: 10 * time.Minute, Resends: 5}
		o := lost(plan.Actions[0])
		o.Waited, o.Started = true, begun.Add(-time.Second)
		l := &ledger{}
		if err := im.Settle(t.Context(), plan, []schema.Outcome{o}, l.emit); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took != 2*time.Minute+10*time.Second || s.sent["a"] != 1 {
			t.Errorf("sent %d times after %s", s.sent["a"], took)
		}
	})
}
