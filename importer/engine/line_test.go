package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/schema"
)

// commits is a Journal that takes its time for each call, and counts them. It can be told
// to fail for the batch that has a name.
type commits struct {
	mu           sync.Mutex
	begins, ends int
	began, ended []string
	failing      string // "begin NAME" or "end NAME"
}

func (c *commits) Begin(_ context.Context, actions ...schema.Action) error {
	var names []string
	for _, a := range actions {
		names = append(names, a.Want.Name())
	}
	return c.keep("begin ", names, &c.begins, &c.began)
}

func (c *commits) End(_ context.Context, outcomes ...schema.Outcome) error {
	var names []string
	for _, o := range outcomes {
		names = append(names, o.Action.Want.Name())
	}
	return c.keep("end ", names, &c.ends, &c.ended)
}

func (c *commits) keep(what string, names []string, calls *int, kept *[]string) error {
	time.Sleep(10 * time.Millisecond)
	c.mu.Lock()
	defer c.mu.Unlock()
	*calls++
	if slices.ContainsFunc(names, func(name string) bool { return c.failing == what+name }) {
		return errors.New("disk full")
	}
	*kept = append(*kept, names...)
	return nil
}

func numbered(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("n", i))
	}
	return names
}

// TestOneCommitServesMany: a quick server does not wait for the journal once for each
// record.
func TestOneCommitServesMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, l, c := newServer(), &ledger{}, &commits{}
		s.answer = func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
			time.Sleep(time.Millisecond)
			return done(s, a)
		}
		names := numbered(500)
		if err := (&Importer{Target: s, Journal: c, Concurrency: 4}).Apply(t.Context(), creates(names...), l.emit); err != nil {
			t.Fatal(err)
		}
		if c.begins > 50 || c.ends > 50 {
			t.Errorf("%d and %d commits for %d records", c.begins, c.ends, len(names))
		}
		if len(c.ended) != len(names) || l.told != len(names) || len(s.live) != len(names) {
			t.Errorf("%d outcomes kept, %d told, %d live", len(c.ended), l.told, len(s.live))
		}
		for i, name := range c.began {
			if name != names[i] {
				t.Fatalf("intent %d is that of %s", i, name)
			}
		}
	})
}

// TestTheLineEndsWhenTheJournalFails: nothing is sent whose intent is not kept, and each
// record has one outcome.
func TestTheLineEndsWhenTheJournalFails(t *testing.T) {
	for _, failing := range []string{"begin n60", "end n60"} {
		synctest.Test(t, func(t *testing.T) {
			s, l, c := newServer(), &ledger{}, &commits{failing: failing}
			s.answer = func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
				time.Sleep(time.Millisecond)
				return done(s, a)
			}
			names := numbered(500)
			err := (&Importer{Target: s, Journal: c, Concurrency: 4}).Apply(t.Context(), creates(names...), l.emit)
			if err == nil || !strings.Contains(err.Error(), "disk full") || len(s.live) == len(names) {
				t.Errorf("%s: error %v, %d live", failing, err, len(s.live))
			}
			if l.told != len(names) || len(l.words) != len(names) {
				t.Errorf("%s: %d outcomes told of %d records", failing, l.told, len(l.words))
			}
			intents := make(map[string]bool)
			for _, name := range c.began {
				intents[name] = true
			}
			for _, o := range l.outcomes() {
				if name := o.Action.Want.Name(); s.sent[name] > 0 && !intents[name] {
					t.Errorf("%s: %s was sent without an intent", failing, name)
				}
			}
		})
	}
}
