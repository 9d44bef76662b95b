package engine_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/importer/sandbox"
	"gijbulk/schema"
)

// failing is an Indexer in which the first indexing of the record of a name fails.
type failing string

func (name failing) Indexing(_ context.Context, r schema.Record) (schema.Indexing, error) {
	if r.Name() == string(name) {
		return schema.Indexing{Ended: true, Errors: []string{"401 Unauthorized"}}, nil
	}
	return schema.Indexing{Ended: true}, nil
}

// slowIndexer is one in which each first indexing takes a time, from the first look on.
type slowIndexer struct {
	takes time.Duration
	err   error

	mu    sync.Mutex
	begun map[int64]time.Time
	most  int // first indexings at once
}

func (x *slowIndexer) Indexing(_ context.Context, r schema.Record) (schema.Indexing, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.begun[r.ID].IsZero() {
		x.begun[r.ID] = time.Now()
	}
	open := 0
	for _, begun := range x.begun {
		if time.Since(begun) < x.takes {
			open++
		}
	}
	x.most = max(x.most, open)
	return schema.Indexing{Ended: time.Since(x.begun[r.ID]) >= x.takes}, x.err
}

// TestFirstIndexings: so many at a time are waited for.
func TestFirstIndexings(t *testing.T) {
	for _, tt := range []struct{ concurrency, atOnce, want int }{{8, 2, 2}, {1, 2, 1}, {8, 0, 1}} {
		synctest.Test(t, func(t *testing.T) {
			x := &slowIndexer{takes: time.Minute, begun: make(map[int64]time.Time)}
			f := newRun(t, newServer(), creates("a", "b", "c", "d", "e"))
			f.Concurrency, f.Indexing = tt.concurrency, engine.IndexingWait{Indexer: x, AtOnce: tt.atOnce, Timeout: time.Hour}
			f.start(t)
			if x.most != tt.want || f.statuses() != "created created created created created" {
				t.Errorf("%+v: %d first indexings at once, %s", tt, x.most, f.statuses())
			}
		})
	}
}

// TestFirstIndexing: the create is recorded before its first indexing is waited for. One that fails
// makes the record failed, with its id; one that is not known to the end leaves it created.
func TestFirstIndexing(t *testing.T) {
	const canceled, failed = "begin a, send a, end a created, observe a created, end a created, observe a created",
		"begin a, send a, end a created, observe a created, end a failed, observe a failed"
	const waitedFor = canceled + ", end a created, observe a created" // verified
	forever := &slowIndexer{takes: 1000 * time.Hour, begun: make(map[int64]time.Time)}
	for _, tt := range []struct {
		name          string
		indexer       engine.Indexer
		answers       []answer
		cancel        time.Duration
		fails         string
		error, advice string
		order         string
	}{
		{name: "ends", indexer: failing("another"), order: waitedFor},
		{name: "fails", indexer: failing("a"), error: "401 Unauthorized", advice: "the host refuses the credential: create a new token", order: failed},
		{name: "fails after a second request", indexer: failing("a"), answers: []answer{lose, perform}, error: "401 Unauthorized", advice: "the host refuses the credential: create a new token",
			order: "begin a, send a, end a unknown, observe a unknown, begin a, send a, end a created, observe a created, end a failed, observe a failed"},
		{name: "fails after an answer that was lost", indexer: failing("a"), answers: []answer{performAndLose}, error: "401 Unauthorized", advice: "the host refuses the credential: create a new token",
			order: "begin a, send a, end a unknown, observe a unknown" + strings.Repeat(", end a created, observe a created", 2) + ", end a failed, observe a failed"},
		{name: "takes too long", indexer: forever, advice: "it had not ended after 10m0s", order: waitedFor},
		{name: "the run is canceled", indexer: forever, cancel: time.Minute, advice: "enough", order: canceled},
		{name: "cannot be seen", indexer: &slowIndexer{begun: make(map[int64]time.Time), err: errors.New("503")}, advice: "is not known: 503", order: waitedFor},
		{name: "the create is not recorded", indexer: forever, fails: "end a", order: "begin a, send a, observe a created, observe a created"},
		{name: "nothing was created", indexer: forever, answers: []answer{refuse}, error: "refused", order: "begin a, send a, end a failed, observe a failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.answers["a"] = tt.answers
				f := newRun(t, s, creates("a"))
				f.Indexing = engine.IndexingWait{Indexer: tt.indexer, AtOnce: 1, Timeout: 10 * time.Minute}
				f.journal.fails = tt.fails
				if err := f.Start(canceledAfter(t, tt.cancel)); (err != nil) != (tt.cancel > 0 || tt.fails != "") {
					t.Errorf("error %v", err)
				}
				o := f.outcome("a")
				if created := tt.error == ""; created != (o.Status == schema.StatusCreated) || (o.ID == 0) != (tt.error == "refused") || !strings.Contains(o.Error, tt.error) || !strings.Contains(o.Advice, tt.advice) ||
					(o.Error == "") != (tt.error == "") || (o.Advice == "") != (tt.advice == "") {
					t.Errorf("%s, error %q, advice %q", o.Status, o.Error, o.Advice)
				}
				if got := f.events.about("a"); got != tt.order {
					t.Errorf("order %s\nwant %s", got, tt.order)
				}
			})
		})
	}
}

// TestResumedFirstIndexing: a first indexing that an earlier process did not wait for to its end is waited for, and its
// result is that of the record.
func TestResumedFirstIndexing(t *testing.T) {
	for _, tt := range []struct {
		name    string
		earlier func(*schema.Outcome)
		indexer engine.Indexer
		status  schema.Status
		waited  time.Duration // at least
	}{
		{"it ends", func(*schema.Outcome) {}, &slowIndexer{takes: time.Hour, begun: make(map[int64]time.Time)}, schema.StatusCreated, time.Hour},
		{"it fails", func(*schema.Outcome) {}, failing("a"), schema.StatusFailed, 0},
		{"its result was known", func(o *schema.Outcome) { o.Scanned = true }, failing("a"), schema.StatusCreated, 0},
		{"the wait was interrupted", func(o *schema.Outcome) { o.Advice = "its first indexing may still be running: stopped" }, failing("b"), schema.StatusCreated, 0},
		{"the answer was lost", func(o *schema.Outcome) { o.Status, o.ID = schema.StatusUnknown, 0 }, failing("a"), schema.StatusFailed, 0},
		{"the run does not wait", func(*schema.Outcome) {}, nil, schema.StatusCreated, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				f := newRun(t, newServer(), creates("a"))
				f.Indexing = engine.IndexingWait{Indexer: tt.indexer, AtOnce: 2, Timeout: 2 * time.Hour}
				earlier := f.outcomesOf("created")
				tt.earlier(&earlier[0])
				if err := f.Resume(t.Context(), earlier, f.intents()); err != nil {
					t.Fatal(err)
				}
				o := f.outcome("a")
				if o.Status != tt.status || o.ID == 0 || (o.Advice == "") != (o.Status == schema.StatusCreated) || time.Since(began) < tt.waited {
					t.Errorf("%s as %d after %v, advice %q", o.Status, o.ID, time.Since(began), o.Advice)
				}
			})
		})
	}
}

// TestInterruptedIndexing: an interrupted wait leaves the first indexing to a resume, also once its scan has ended.
func TestInterruptedIndexing(t *testing.T) {
	for name, tt := range map[string]struct {
		cancel, timeout time.Duration
		scanned         bool
	}{"interrupted": {90 * time.Second, time.Hour, false}, "given up": {0, 90 * time.Second, true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, client := newSandbox(t, sandbox.Options{IndexTime: time.Minute, Listing: listing("acme/api")})
				run := runOn(t, client, wanted("Acme"))
				run.Indexing = engine.IndexingWait{Indexer: client, AtOnce: 1, Timeout: tt.timeout}
				if err := run.Start(canceledAfter(t, tt.cancel)); (err != nil) != (tt.cancel > 0) {
					t.Error(err)
				}
				if o := run.Outcomes()[0]; o.Status != schema.StatusCreated || o.Scanned != tt.scanned || !strings.Contains(o.Advice, "scan ended") {
					t.Errorf("%s, scanned %v, %s", o.Status, o.Scanned, o.Advice)
				}
			})
		})
	}
}
