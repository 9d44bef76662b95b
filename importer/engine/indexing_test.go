package engine

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/schema"
)

// indexer is a server's indexing: each takes this long, and some fail.
type indexer struct {
	*server
	takes time.Duration
	fails map[string]string

	mu    sync.Mutex
	begun map[int64]time.Time
	most  int // first indexings at once
}

func (x *indexer) Do(ctx context.Context, a schema.Action) schema.Outcome {
	o := x.server.Do(ctx, a)
	x.mu.Lock()
	defer x.mu.Unlock()
	x.begun[o.ID] = time.Now()
	open := 0
	for _, begun := range x.begun {
		if time.Since(begun) < x.takes {
			open++
		}
	}
	x.most = max(x.most, open)
	return o
}

func (x *indexer) Indexing(_ context.Context, r schema.Record) (schema.Indexing, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	switch begun, known := x.begun[r.ID]; {
	case !known:
		return schema.Indexing{}, errors.New("no such integration")
	case time.Since(begun) < x.takes:
		return schema.Indexing{}, nil
	}
	if text, fails := x.fails[r.Name()]; fails {
		return schema.Indexing{Ended: true, Errors: []string{text}}, nil
	}
	return schema.Indexing{Ended: true}, nil
}

func TestApplyWaitsForFirstIndexings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := &indexer{server: newServer(), takes: time.Minute, fails: map[string]string{"b": "401 Unauthorized"}, begun: map[int64]time.Time{}}
		l := &ledger{}
		im := &Importer{Target: x, Concurrency: 8, Gentle: Gentle{Indexer: x, AtOnce: 2, Timeout: time.Hour}}
		started := time.Now()
		if err := im.Apply(t.Context(), creates("a", "b", "c", "d", "e"), l.emit); err != nil {
			t.Fatal(err)
		}
		if x.most != 2 {
			t.Errorf("%d first indexings at once, want 2", x.most)
		}
		if took := time.Since(started); took < 3*time.Minute || took > 5*time.Minute {
			t.Errorf("five of a minute each, two at a time, took %s", took)
		}
		for _, o := range l.outcomes() {
			if failed := strings.Contains(o.Error, "401 Unauthorized"); o.Status != schema.StatusCreated || failed != (o.Action.Want.Name() == "b") {
				t.Errorf("%s is %s: %q", o.Action.Want.Name(), o.Status, o.Error)
			}
		}
	})
}

// TestAnIndexingThatNeverEnds holds nobody up for longer than its limit, and nobody at
// all once the run is to end.
func TestAnIndexingThatNeverEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			name   string
			cancel time.Duration
			want   string
		}{{"its limit", time.Hour, "--index-timeout"}, {"the run ends", time.Minute, "enough"}} {
			ctx, cancel := context.WithCancelCause(t.Context())
			x := &indexer{server: newServer(), takes: 1000 * time.Hour, begun: map[int64]time.Time{}}
			l, kept := &ledger{}, &keeper{}
			time.AfterFunc(tt.cancel, func() { cancel(errors.New("enough")) })
			im := &Importer{Target: x, Journal: kept, Concurrency: 1, Gentle: Gentle{Indexer: x, AtOnce: 1, Timeout: 10 * time.Minute}}
			_ = im.Apply(ctx, creates("a"), l.emit)
			if o := l.words[0]; o.Status != schema.StatusCreated || !strings.Contains(o.Advice, tt.want) || kept.last.Advice != o.Advice {
				t.Errorf("%s: %s, advice %q, kept %q", tt.name, o.Status, o.Advice, kept.last.Advice)
			}
		}
	})
}
