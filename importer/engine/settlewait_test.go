package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

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
		{name: "the list fails", list: errors.New("no connection"), err: "settle unknown outcomes: no connection", sent: 1},
		{name: "canceled in the quiet period", cancel: 5 * time.Second, err: "enough", sent: 1},
		{name: "canceled between the lists", cancel: 15 * time.Second, err: "enough", sent: 1},
		{name: "credentials refused", answer: refuseCredentials, err: "401", sent: 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.answers["a"] = []answer{lose, tt.answer}
				s.onList = func(context.Context, int) error { return tt.list }
				f := newRun(t, s, creates("a"))
				if err := f.Start(canceledAfter(t, tt.cancel)); err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				if o := f.outcome("a"); o.Status != schema.StatusUnknown || o.Attempts != tt.sent || s.sent["a"] != tt.sent {
					t.Errorf("%s after %d attempts, %d requests", o.Status, o.Attempts, s.sent["a"])
				}
			})
		})
	}
}

// TestWaits: a lost create is sent again when the server has had its whole time limit, counted from
// the intent of the process that sent it, and two lists lack it. A list is read at once.
func TestWaits(t *testing.T) {
	const second, minute, hour = time.Second, time.Minute, time.Hour
	for _, tt := range []struct {
		name string
		boot string // of the intent
		age  time.Duration
		want time.Duration // until it is sent again
	}{
		{"died just now", "a boot", 0, 135 * second},
		{"died a minute ago", "a boot", minute, 80 * second},
		{"died yesterday", "a boot", 24 * hour, 10 * second},
		{"died before another boot", "another", 24 * hour, 140 * second},
		{"on a machine without boots", "", 24 * hour, 140 * second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				f := newRun(t, s, creates("a", "b"))
				earlier := f.outcomesOf("unknown unprocessed")
				_, since := machine.Boot()
				var first, again time.Duration
				start := time.Now()
				s.onList = func(context.Context, int) error {
					if s.lists == 1 {
						first = time.Since(start)
					}
					return nil
				}
				s.answers["a"] = []answer{func(s *server, a schema.Action) schema.Outcome { again = time.Since(start); return perform(s, a) }}
				err := f.Resume(t.Context(), earlier, []schema.Intent{{N: 0, Attempt: 1, At: start, Boot: tt.boot, Since: since - tt.age}})
				if err != nil || f.statuses() != "created created" || first != 0 {
					t.Errorf("error %v, %s, first list after %s", err, f.statuses(), first)
				}
				if again < tt.want || again > tt.want+10*second {
					t.Errorf("sent again after %s, want %s", again, tt.want)
				}
			})
		})
	}
}

// TestKilledEveryMinute: a run whose processes are killed again and again comes to its end.
func TestKilledEveryMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.latency = 20 * time.Second
		s.answers["n3"] = []answer{lose, perform}
		f := newRun(t, s, creates(numbered(20)...))
		f.Concurrency = 1
		for range 30 {
			planned, earlier := f.journal.load()
			f.Run = &engine.Run{Plan: planned, Waves: planner.Waves(planned, 0), Target: s, Journal: f.journal, Observer: f.observer,
				Concurrency: 1, Settle: 10 * time.Second, Timeout: 2 * time.Minute, Resends: 5, Clock: machine}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			err := f.Resume(ctx, earlier, f.journal.intents)
			cancel()
			if err == nil {
				expectTrueOutcomes(t, f, false)
				return
			}
		}
		t.Errorf("it has not ended: %s", f.statuses())
	})
}
