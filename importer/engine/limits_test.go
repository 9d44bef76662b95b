package engine_test

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

func limit(t *testing.T, s string) schema.Limit {
	t.Helper()
	l, err := schema.ParseLimit(s)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// TestCanary: the first writes are sent alone, and what they leave decides about the others.
func TestCanary(t *testing.T) {
	for _, tt := range []struct {
		name     string
		canary   int
		b        []answer // of "a b c d", and e, which is unchanged
		earlier  string   // the outcomes of the first in an earlier process; "": there is none
		died     bool     // that process
		reason   engine.LimitReason
		of       string // the record that did not succeed
		statuses string
	}{
		{name: "none", b: []answer{refuse}, statuses: "created failed created created unchanged"},
		{name: "succeeds", canary: 2, b: []answer{perform}, statuses: "created created created created unchanged"},
		{name: "more than there is", canary: 9, b: []answer{perform}, statuses: "created created created created unchanged"},
		{name: "fails", canary: 2, b: []answer{refuse}, reason: engine.Canary, of: "b", statuses: "created failed unprocessed unprocessed unchanged"},
		{name: "is settled first", canary: 2, b: []answer{lose, perform}, statuses: "created created created created unchanged"},
		{name: "stays unknown", canary: 2, b: []answer{lose}, reason: engine.Canary, of: "b", statuses: "created unknown unprocessed unprocessed unchanged"},
		{name: "fails after it", canary: 1, b: []answer{refuse}, statuses: "created failed created created unchanged"},
		{name: "half done before a death, then succeeds", canary: 2, earlier: "failed unprocessed", b: []answer{perform}, statuses: "failed created created created unchanged"},
		{name: "half done before a death, then fails", canary: 2, earlier: "failed unprocessed", b: []answer{refuse}, reason: engine.Canary, of: "b",
			statuses: "failed failed unprocessed unprocessed unchanged"},
		{name: "failed before a resume", canary: 2, earlier: "failed failed", statuses: "failed failed created created unchanged"},
		{name: "failed before a death", canary: 2, earlier: "created failed", died: true, reason: engine.Canary, of: "b", statuses: "created failed unprocessed unprocessed unchanged"},
		{name: "half done before a death, and failed", canary: 2, earlier: "unprocessed failed", died: true, reason: engine.Canary, of: "b",
			statuses: "created failed unprocessed unprocessed unchanged"},
		{name: "judged before a death", canary: 2, earlier: "created failed created", died: true, statuses: "created failed created created unchanged"},
		{name: "unknown when a process dies", canary: 2, earlier: "created unknown", died: true, b: []answer{refuse}, reason: engine.Canary, of: "b",
			statuses: "created failed unprocessed unprocessed unchanged"},
		{name: "unknown at a death", canary: 2, earlier: "failed unknown", b: []answer{refuse}, statuses: "failed failed created created unchanged"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.latency = time.Second
				s.add(integration(0, "e"))
				s.answers["b"] = tt.b
				plan, _ := planner.Diff(wanted("a", "b", "c", "d", "e"), s.live, planner.Options{})
				f := newRun(t, s, plan)
				f.Limits.Canary, f.Died = tt.canary, tt.died
				err := f.resumeFrom(t, tt.earlier)
				if got := limitOf(err); got.Reason != tt.reason || got.Key.Name != tt.of || (tt.reason == "") != (err == nil) {
					t.Errorf("error %v, of %q", err, got.Key.Name)
				}
				if tt.reason != "" && !strings.HasPrefix(err.Error(), `canary write GITHUB https://api.github.com "b" has status `) {
					t.Error(err)
				}
				if f.statuses() != tt.statuses {
					t.Errorf("%s, want %s", f.statuses(), tt.statuses)
				}
				if c, b := slices.Index(f.events.all, "send c"), slices.Index(f.events.all, "end b created"); tt.canary == 2 && c >= 0 && b > c {
					t.Errorf("c is sent before b has ended: %q", f.events.all)
				}
			})
		})
	}
}

// TestInferredCanary: a canary that may be somebody else's record opens nothing, until a person resumes the run.
func TestInferredCanary(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers["A"] = []answer{func(s *server, a schema.Action) schema.Outcome {
			s.add(a.Want.Set(schema.FieldDisplayName, schema.Text("a")))
			return lose(s, a)
		}}
		f := newRun(t, s, creates("A", "b"))
		f.Limits.Canary = 1
		err := f.Start(t.Context())
		want := `canary write GITHUB https://api.github.com "A" has status created, which is inferred: the record may be somebody else's`
		if got := limitOf(err); got.Reason != engine.Canary || err.Error() != want || f.statuses() != "created unprocessed" {
			t.Errorf("%v, %s", err, f.statuses())
		}
		if err := f.resumeFrom(t, "created unprocessed"); err != nil || f.statuses() != "created created" {
			t.Errorf("after the resume: %v, %s", err, f.statuses())
		}
	})
}

// resumeFrom starts the run, or resumes it from these statuses of its first actions.
func (f *fixture) resumeFrom(t *testing.T, statuses string) error {
	if statuses == "" {
		return f.Start(t.Context())
	}
	return f.Resume(t.Context(), f.outcomesOf(statuses), f.intents())
}

// limitOf is the limit that an error says was reached; its zero value for another error.
func limitOf(err error) engine.LimitReached {
	if reached, ok := errors.AsType[*engine.LimitReached](err); ok {
		return *reached
	}
	return engine.LimitReached{}
}

// TestWaves: each wave is sent and settled before the next, and its failures decide whether that
// follows.
func TestWaves(t *testing.T) {
	failed, indexed := []answer{refuse}, engine.IndexingWait{Indexer: failing("b"), AtOnce: 1, Timeout: time.Minute}
	for _, tt := range []struct {
		name     string
		plan     []string
		size     int
		answers  map[string][]answer
		max      string
		indexing engine.IndexingWait
		earlier  string // the outcomes of the first actions in an earlier process
		died     bool   // that process
		err      string
		want     string // what happens
	}{
		{name: "in the order of their numbers", plan: []string{"a@2", "b", "c@1", "d@2"},
			want: "send b, wave 0: 0 of 1 failed, 2 left, send c, wave 1: 0 of 1 failed, 1 left, send a, send d"},
		{name: "cut by a size", plan: []string{"a", "b", "c"}, size: 2, want: "send a, send b, wave 0: 0 of 2 failed, 1 left, send c"},
		{name: "only one", plan: []string{"a", "b"}, answers: map[string][]answer{"a": failed}, want: "send a, send b"},
		{name: "settled before the next", plan: []string{"a", "b@1"}, answers: map[string][]answer{"a": {lose, perform}},
			want: "send a, settling 1, send a, wave 0: 0 of 1 failed, 1 left, send b"},
		{name: "a failure is too many", plan: []string{"a", "b", "c@1", "d@2"}, answers: map[string][]answer{"a": failed},
			err: "1 of 2 writes of wave 0 failed, more than 0", want: "send a, send b, wave 0: 1 of 2 failed, 2 left"},
		{name: "so is an unknown outcome", plan: []string{"a", "b@1"}, answers: map[string][]answer{"a": {lose}},
			err: "1 of 1 writes of wave 0 failed, more than 0", want: "send a, settling 1, send a, settling 1, wave 0: 1 of 1 failed, 1 left"},
		{name: "so is a first indexing", plan: []string{"b", "c@1"}, indexing: indexed,
			err: "1 of 1 writes of wave 0 failed, more than 0", want: "send b, wave 0: 1 of 1 failed, 1 left"},
		{name: "a share", plan: []string{"a", "b", "c@1"}, answers: map[string][]answer{"a": failed}, max: "50%",
			want: "send a, send b, wave 0: 1 of 2 failed, 1 left, send c"},
		{name: "more than a share", plan: []string{"a", "b", "c@1"}, answers: map[string][]answer{"a": failed}, max: "49%",
			err: "1 of 2 writes of wave 0 failed, more than 49%", want: "send a, send b, wave 0: 1 of 2 failed, 1 left"},
		{name: "the last is not judged", plan: []string{"a", "b@1"}, answers: map[string][]answer{"b": failed},
			want: "send a, wave 0: 0 of 1 failed, 1 left, send b"},
		{name: "what an earlier process did counts", plan: []string{"a", "b", "c@1"}, earlier: "failed unprocessed",
			err: "1 of 2 writes of wave 0 failed, more than 0", want: "send b, wave 0: 1 of 2 failed, 1 left"},
		{name: "what an earlier process ended is not judged again", plan: []string{"a", "b", "c@1", "d@2"}, earlier: "failed created unprocessed",
			want: "send c, wave 1: 0 of 1 failed, 1 left, send d"},
		{name: "what a process ended that died may not be judged yet", plan: []string{"a", "b", "c@1", "d@2"}, earlier: "failed created unprocessed", died: true,
			err: "1 of 2 writes of wave 0 failed, more than 0", want: "wave 0: 1 of 2 failed, 2 left"},
		{name: "and is, where it sent something of the next", plan: []string{"a", "b", "c@1", "d@1", "e@2"}, earlier: "failed created created unprocessed", died: true,
			want: "send d, wave 1: 0 of 2 failed, 1 left, send e"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				if tt.answers != nil {
					s.answers = tt.answers
				}
				f := newRun(t, s, creates(tt.plan...))
				f.Concurrency, f.Indexing, f.Waves, f.Resends = 1, tt.indexing, planner.Waves(f.Plan, tt.size), 1
				f.Limits.WaveFailures, f.Died = limit(t, cmp.Or(tt.max, "0")), tt.died
				err := f.resumeFrom(t, tt.earlier)
				if reached := limitOf(err); (err == nil) != (tt.err == "") || err != nil && (err.Error() != tt.err || reached.Reason != engine.Wave) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				if got := f.events.only("send", "wave", "settling"); got != tt.want {
					t.Errorf("%s\nwant %s", got, tt.want)
				}
			})
		})
	}
}

// TestMaxFailures: the failures of all writes of the plan count, those of earlier processes too.
func TestMaxFailures(t *testing.T) {
	for _, tt := range []struct {
		name, max string
		earlier   string
		err       string
		sent      int
	}{
		{name: "none", max: "", sent: 4},
		{name: "not reached", max: "2", sent: 4},
		{name: "reached", max: "1", err: "2 of 4 writes failed, more than 1", sent: 2},
		{name: "the first", max: "0", err: "1 of 4 writes failed, more than 0", sent: 1},
		{name: "a share", max: "25%", err: "2 of 4 writes failed, more than 25%", sent: 2},
		{name: "after a resume", max: "2", earlier: "failed failed unprocessed", err: "3 of 4 writes failed, more than 2", sent: 1},
		{name: "reached before a resume, and nothing fails since", max: "0", earlier: "failed failed failed", sent: 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer()
			s.answers["a"], s.answers["b"], s.answers["c"] = []answer{refuse}, []answer{refuse}, []answer{perform}
			if tt.earlier != "" {
				s.answers["c"] = []answer{refuse}
			}
			plan, waves := creates("a", "b", "c", "d"), []schema.Wave(nil)
			for n := range plan.Actions { // one after the other
				waves = append(waves, schema.Wave{Actions: []int{n}})
			}
			f := newRun(t, s, plan)
			f.Waves, f.Limits.WaveFailures = waves, limit(t, "100%")
			if tt.max != "" {
				max := limit(t, tt.max)
				f.Limits.MaxFailures = &max
			}
			err := f.resumeFrom(t, tt.earlier)
			if reached := limitOf(err); (err == nil) != (tt.err == "") || err != nil && (err.Error() != tt.err || reached.Reason != engine.Failures) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
			if s.requests() != tt.sent {
				t.Errorf("%d requests, want %d", s.requests(), tt.sent)
			}
		})
	}
}

// TestMaxDuration: whatever the run does when the time is over, that is why it ends.
func TestMaxDuration(t *testing.T) {
	untilDone := func(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }
	for _, tt := range []struct {
		name     string
		answer   answer // to all
		onList   func(ctx context.Context, nth int) error
		max      time.Duration
		earlier  string
		ends     bool // before the time is over
		statuses string
	}{
		{name: "nothing", answer: slowly(time.Minute, perform), max: 4 * time.Minute, ends: true, statuses: "created created created"},
		{name: "while it sends", answer: slowly(time.Minute, perform), max: 90 * time.Second, statuses: "created created unprocessed"},
		{name: "while it records the first intents", answer: perform, max: time.Nanosecond, statuses: "unprocessed unprocessed unprocessed"},
		{name: "while it settles", answer: lose, max: 15 * time.Second, statuses: "unknown unknown unknown"},
		{name: "while it reads a list", answer: perform, onList: untilDone, max: time.Minute, statuses: "created created created"},
		{name: "while it reads the first list of a resume", answer: perform, onList: untilDone, max: time.Minute, earlier: "unprocessed", statuses: "unprocessed unprocessed unprocessed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.onList = tt.onList
				for _, name := range []string{"a", "b", "c"} {
					s.answers[name] = []answer{tt.answer}
				}
				f := newRun(t, s, creates("a", "b", "c"))
				f.Concurrency, f.Limits.MaxDuration, f.journal.delay = 1, tt.max, time.Second
				if err := f.resumeFrom(t, tt.earlier); tt.ends != (err == nil) || !tt.ends && limitOf(err).Reason != engine.Duration {
					t.Errorf("error %v", err)
				}
				if f.statuses() != tt.statuses {
					t.Errorf("%s, want %s", f.statuses(), tt.statuses)
				}
			})
		})
	}
}
