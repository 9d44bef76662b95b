package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/schema"
)

func TestApplyTellsEveryRecordOnce(t *testing.T) {
	names := make([]string, 200)
	for i := range names {
		names[i] = fmt.Sprint("n", i)
	}
	plan := creates(names...)
	s, l := newServer(), &ledger{}
	inside := false
	im := &Importer{Target: s, Concurrency: 8}
	err := im.Apply(t.Context(), plan, func(o schema.Outcome) {
		if inside {
			t.Error("emit was called twice at once")
		}
		inside = true
		l.emit(o)
		inside = false
	})
	if err != nil {
		t.Fatal(err)
	}
	if l.told != len(names) || len(l.words) != len(names) || len(s.live) != len(names) {
		t.Errorf("told %d, records %d, live %d", l.told, len(l.words), len(s.live))
	}
	if s.most > 8 {
		t.Errorf("%d writes at once, more than 8", s.most)
	}
}

func TestApplyStopsWhole(t *testing.T) {
	s, l := newServer(), &ledger{}
	s.answer = func(_ context.Context, _ *server, a schema.Action, _ int) schema.Outcome { return stopped(a) }
	err := (&Importer{Target: s, Concurrency: 1}).Apply(t.Context(), creates("a", "b", "c"), l.emit)
	var stop *Stopped
	if !errors.As(err, &stop) || stop.Reason() != schema.StopCredentials {
		t.Fatalf("error %v, want a stop for credentials", err)
	}
	if len(s.sent) != 1 {
		t.Errorf("%d requests left, want 1", len(s.sent))
	}
	for _, o := range l.outcomes() {
		if o.Status != schema.StatusUnprocessed {
			t.Errorf("%s is %s", o.Action.Want.Name(), o.Status)
		}
	}
}

func TestApplyTurnsAPanicIntoAFailure(t *testing.T) {
	s, l := newServer(), &ledger{}
	s.answer = func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
		if a.Want.Name() == "b" {
			panic("out of luck")
		}
		return done(s, a)
	}
	if err := (&Importer{Target: s, Concurrency: 2}).Apply(t.Context(), creates("a", "b", "c"), l.emit); err != nil {
		t.Fatal(err)
	}
	want := []schema.Status{schema.StatusCreated, schema.StatusFailed, schema.StatusCreated}
	if !slices.Equal(l.statuses(), want) || !strings.Contains(l.words[1].Error, "out of luck") {
		t.Errorf("statuses %v, error %q", l.statuses(), l.words[1].Error)
	}
}

func TestApplyFinishesWhatIsOnTheWire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s, l := newServer(), &ledger{}
		s.answer = func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
			time.Sleep(time.Second)
			return done(s, a)
		}
		go func() { time.Sleep(1500 * time.Millisecond); cancel() }()
		err := (&Importer{Target: s, Concurrency: 2}).Apply(ctx, creates("a", "b", "c", "d", "e", "f"), l.emit)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		c, u := schema.StatusCreated, schema.StatusUnprocessed
		if want := []schema.Status{c, c, c, c, u, u}; !slices.Equal(l.statuses(), want) {
			t.Errorf("statuses %v, want %v", l.statuses(), want)
		}
	})
}

// notebook is a Journal that can be out of order.
type notebook struct {
	lines []string
	fail  string
}

func (n *notebook) Begin(_ context.Context, actions ...schema.Action) error {
	for _, a := range actions {
		if err := n.write("begin " + a.Want.Name()); err != nil {
			return err
		}
	}
	return nil
}

func (n *notebook) End(ctx context.Context, outcomes ...schema.Outcome) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, o := range outcomes {
		if err := n.write("end " + o.Action.Want.Name() + " " + string(o.Status)); err != nil {
			return err
		}
	}
	return nil
}

func (n *notebook) write(line string) error {
	if line == n.fail {
		return errors.New("disk full")
	}
	n.lines = append(n.lines, line)
	return nil
}

func TestApplyJournalsBeforeAndAfter(t *testing.T) {
	s, l, n := newServer(), &ledger{}, &notebook{}
	im := &Importer{Target: s, Journal: n, Concurrency: 1}
	if err := im.Apply(t.Context(), creates("a", "b"), func(o schema.Outcome) { n.lines = append(n.lines, "tell "+o.Action.Want.Name()); l.emit(o) }); err != nil {
		t.Fatal(err)
	}
	want := []string{"begin a", "end a created", "tell a", "begin b", "end b created", "tell b"}
	if !slices.Equal(n.lines, want) {
		t.Errorf("order %q, want %q", n.lines, want)
	}
}

func TestApplyEndsWhenTheJournalFails(t *testing.T) {
	for _, fail := range []string{"begin b", "end b created"} {
		s, l := newServer(), &ledger{}
		im := &Importer{Target: s, Journal: &notebook{fail: fail}, Concurrency: 1}
		err := im.Apply(t.Context(), creates("a", "b", "c"), l.emit)
		if err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("%s: error %v", fail, err)
		}
		if len(l.words) != 3 || l.words[2].Status != schema.StatusUnprocessed || s.sent["c"] != 0 {
			t.Errorf("%s: statuses %v, sent %v", fail, l.statuses(), s.sent)
		}
	}
}

// slow is a Journal that takes a second for each outcome.
type slow struct{}

func (slow) Begin(context.Context, ...schema.Action) error { return nil }
func (slow) End(context.Context, ...schema.Outcome) error  { time.Sleep(time.Second); return nil }

// TestApplySendsWhileOutcomesAreKept: who waits for the journal is not on the wire.
func TestApplySendsWhileOutcomesAreKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := newServer(), &ledger{}
		begun := time.Now()
		var last atomic.Int64 // two are on the wire at once
		s.answer = func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
			last.Store(int64(time.Since(begun)))
			return done(s, a)
		}
		if err := (&Importer{Target: s, Journal: slow{}, Concurrency: 2}).Apply(t.Context(), creates("a", "b", "c", "d"), l.emit); err != nil {
			t.Fatal(err)
		}
		if late := time.Duration(last.Load()); late != 0 {
			t.Errorf("the last request left after %v", late)
		}
	})
}

// TestApplySendsNothingAfterAStop: nor while the outcome that ends the run is being kept.
func TestApplySendsNothingAfterAStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l := newServer(), &ledger{}
		s.answer = func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
			if a.Want.Name() == "a" {
				time.Sleep(time.Second) // the other worker has sent b
				return stopped(a)
			}
			time.Sleep(time.Minute)
			return done(s, a)
		}
		err := (&Importer{Target: s, Journal: slow{}, Concurrency: 2}).Apply(t.Context(), creates("a", "b", "c", "d"), l.emit)
		if _, ended := errors.AsType[*Stopped](err); !ended || len(s.sent) != 2 {
			t.Errorf("error %v, %d requests left", err, len(s.sent))
		}
	})
}

// intents is a Journal that counts the intents without an outcome.
type intents struct {
	mu         sync.Mutex
	open, most int
}

func (i *intents) Begin(_ context.Context, actions ...schema.Action) error {
	return i.add(len(actions))
}

func (i *intents) End(_ context.Context, outcomes ...schema.Outcome) error {
	return i.add(-len(outcomes))
}

func (i *intents) add(n int) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.open += n
	i.most = max(i.most, i.open)
	return nil
}

// TestIntentsAreKeptAheadOfAQuickServerOnly: a death should leave no more to be looked up
// than the speed is worth.
func TestIntentsAreKeptAheadOfAQuickServerOnly(t *testing.T) {
	names := make([]string, 200)
	for i := range names {
		names[i] = fmt.Sprint("n", i)
	}
	for took, ahead := range map[time.Duration]bool{time.Millisecond: true, time.Second: false} {
		synctest.Test(t, func(t *testing.T) {
			s, l, kept := newServer(), &ledger{}, &intents{}
			s.answer = func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
				time.Sleep(took)
				return done(s, a)
			}
			if err := (&Importer{Target: s, Journal: kept, Concurrency: 4}).Apply(t.Context(), creates(names...), l.emit); err != nil {
				t.Fatal(err)
			}
			// Each of the four places may have one on the wire, and one whose outcome is being kept.
			if got := kept.most > 8; got != ahead || kept.open != 0 {
				t.Errorf("a server that takes %s: %d intents open at once, %d left", took, kept.most, kept.open)
			}
		})
	}
}
