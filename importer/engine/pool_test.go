package engine_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/schema"
)

// TestEachWriteOnce: each write is sent once, no more at a time than the concurrency allows, and
// its outcome is recorded before it is observed; what the server shows in the end is recorded with it.
func TestEachWriteOnce(t *testing.T) {
	for _, concurrency := range []int{0, 1, 8} {
		t.Run(fmt.Sprint("concurrency ", concurrency), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				names := numbered(200)
				s := newServer()
				s.latency = time.Second
				f := newRun(t, s, creates(names...))
				f.Concurrency = concurrency
				f.start(t)
				if s.requests() != 200 || len(s.live) != 200 || f.observer.outcomes != 2*200 || s.most != max(1, concurrency) {
					t.Errorf("%d requests, %d live, %d observed, %d at once", s.requests(), len(s.live), f.observer.outcomes, s.most)
				}
				for _, name := range names {
					want := fmt.Sprintf("begin %[1]s, send %[1]s, end %[1]s created, observe %[1]s created, end %[1]s created, observe %[1]s created", name)
					if got := f.events.about(name); got != want {
						t.Errorf("order %q, want %q", got, want)
					}
				}
				if !slices.Equal(f.journal.recorded, names) {
					t.Error("the intents are not in the order of the plan")
				}
			})
		})
	}
}

// TestEndOfRun: what ends a run leaves each action with the outcome that it has.
func TestEndOfRun(t *testing.T) {
	for _, tt := range []struct {
		name     string
		answer   answer        // to the request about b
		fails    string        // the call of the journal that fails
		cancel   time.Duration // while b is on the wire
		err      string
		statuses string
		sent     int
		errorOfB string
	}{
		{name: "nothing", statuses: "created created created created", sent: 4},
		{name: "a failure", answer: refuse, statuses: "created failed created created", sent: 4},
		{name: "a panic", answer: func(*server, schema.Action) schema.Outcome { panic("out of range") }, statuses: "created failed created created", sent: 4, errorOfB: "out of range"},
		{name: "credentials refused", answer: refuseCredentials, err: "the run was stopped: 401", statuses: "created unprocessed unprocessed unprocessed", sent: 2},
		{name: "canceled", cancel: 90 * time.Second, err: "enough", statuses: "created created unprocessed unprocessed", sent: 2},
		{name: "an intent is not recorded", fails: "begin b", err: "record the intent to create", statuses: "created unprocessed unprocessed unprocessed", sent: 1},
		{name: "an outcome is not recorded", fails: "end b", err: "record the outcome of", statuses: "created created unprocessed unprocessed", sent: 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.latency = time.Minute
				if tt.answer != nil {
					s.answers["b"] = []answer{tt.answer}
				}
				f := newRun(t, s, creates("a", "b", "c", "d"))
				f.Concurrency, f.journal.fails, f.journal.delay = 1, tt.fails, time.Second
				if tt.fails == "begin b" { // in a call of its own
					f.Waves = []schema.Wave{{Actions: []int{0}}, {Actions: []int{1, 2, 3}}}
				}
				err := f.Start(canceledAfter(t, tt.cancel))
				if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				if got := f.statuses(); got != tt.statuses || s.requests() != tt.sent {
					t.Errorf("%s after %d requests, want %s after %d", got, s.requests(), tt.statuses, tt.sent)
				}
				if o := f.outcome("b"); !strings.Contains(o.Error, tt.errorOfB) {
					t.Errorf("error of b: %q", o.Error)
				}
				if stopped, ok := errors.AsType[*engine.Stopped](err); ok && stopped.Reason() != schema.StopCredentials {
					t.Errorf("stopped for %s", stopped.Reason())
				}
			})
		})
	}
}

// TestNothingIsSentAfterAStop: not even while the outcome that stops the run is recorded.
func TestNothingIsSentAfterAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers["a"] = []answer{slowly(time.Second, refuseCredentials)} // b is on the wire
		s.answers["b"] = []answer{slowly(time.Minute, perform)}
		f := newRun(t, s, creates("a", "b", "c", "d", "e"))
		f.Concurrency, f.journal.delay = 2, 10*time.Second
		err := f.Start(t.Context())
		if _, stopped := errors.AsType[*engine.Stopped](err); !stopped || f.statuses() != "unprocessed created unprocessed unprocessed unprocessed" || s.requests() != 2 {
			t.Errorf("error %v, %s, %d requests", err, f.statuses(), s.requests())
		}
	})
}

// TestWorkersDoNotWaitForTheJournal: requests leave while earlier outcomes are recorded, and one
// call records what has gathered.
func TestWorkersDoNotWaitForTheJournal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		names := numbered(500)
		s := newServer()
		s.latency = time.Millisecond
		f := newRun(t, s, creates(names...))
		f.journal.delay = 10 * time.Millisecond
		f.start(t)
		if most := len(names) / 2; f.journal.begins > most || f.journal.ends > most {
			t.Errorf("%d and %d calls of the journal for %d writes", f.journal.begins, f.journal.ends, len(names))
		}
		ended := false
		for _, line := range f.events.all {
			ended = ended || strings.HasPrefix(line, "end ")
			if line == "send n4" && ended {
				t.Error("the fifth request waits until an outcome is recorded")
			}
		}
	})
}

// TestFewIntentsAhead: a death leaves no more to be looked up than twice the concurrency.
func TestFewIntentsAhead(t *testing.T) {
	for _, latency := range []time.Duration{0, time.Millisecond, time.Second} {
		t.Run(latency.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.latency = latency
				f := newRun(t, s, creates(numbered(200)...))
				f.journal.delay, f.journal.answered = 10*time.Millisecond, func() int { s.mu.Lock(); defer s.mu.Unlock(); return s.answered }
				f.start(t)
				if most := 8 * f.Concurrency; f.journal.mostOpen > most || f.journal.mostOpen < f.Concurrency {
					t.Errorf("%d intents without an answer, want %d at most", f.journal.mostOpen, most)
				}
			})
		})
	}
}

// TestJournalFailsInTheMiddle: nothing is sent whose intent is not recorded, and each action has
// one outcome.
func TestJournalFailsInTheMiddle(t *testing.T) {
	for _, fails := range []string{"begin n60", "end n60"} {
		t.Run(fails, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				names := numbered(500)
				s := newServer()
				s.latency = time.Millisecond
				f := newRun(t, s, creates(names...))
				f.journal.delay, f.journal.fails = 10*time.Millisecond, fails
				if err := f.Start(t.Context()); !errors.Is(err, errDiskFull) {
					t.Errorf("error %v", err)
				}
				created := strings.Count(f.statuses(), string(schema.StatusCreated))
				if len(s.live) != created || len(f.Outcomes()) != len(names) || created == len(names) || s.requests() > len(f.journal.recorded) {
					t.Errorf("%d requests for %d intents, %d live, %d created of %d outcomes", s.requests(), len(f.journal.recorded), len(s.live), created, len(f.Outcomes()))
				}
			})
		})
	}
}

// TestObserver: its calls never overlap, and each is about an outcome that is recorded.
func TestObserver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.latency = time.Second
		s.answers["n1"] = []answer{lose, perform}
		s.answers["n2"] = []answer{performTwice}
		s.answers["n3"] = []answer{performAndRefuse}
		f := newRun(t, s, creates(numbered(20)...))
		f.RemoveDuplicates = true
		f.start(t)
		var recorded, observed []string
		for _, line := range f.events.all {
			switch what, outcome, _ := strings.Cut(line, " "); what {
			case "end":
				recorded = append(recorded, outcome)
			case "observe":
				observed = append(observed, outcome)
				if !slices.Contains(recorded, outcome) {
					t.Errorf("%s is observed before it is recorded", outcome)
				}
			}
		}
		slices.Sort(recorded)
		slices.Sort(observed)
		if !slices.Equal(recorded, observed) {
			t.Errorf("recorded %q, observed %q", recorded, observed)
		}
		if got, want := f.events.only("settling", "removing"), "settling 1, removing 1"; got != want {
			t.Errorf("steps %q, want %q", got, want)
		}
	})
}
