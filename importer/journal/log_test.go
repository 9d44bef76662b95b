package journal

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"gijbulk/schema"
)

// The engine's interface.
var _ interface {
	Begin(context.Context, ...schema.Action) error
	End(context.Context, ...schema.Outcome) error
} = (*Log)(nil)

// TestManyWorkersShareTheLog: every answer is followed by a look through another
// connection, which sees what is committed and nothing else.
func TestManyWorkersShareTheLog(t *testing.T) {
	const workers, each = 16, 12
	path := filepath.Join(t.TempDir(), "gijbulk.db")
	j, reader := openAt(t, path), openAt(t, path)
	actions := creates(workers * each)
	l := start(t, j, run("r1"), actions...)
	var pool errgroup.Group
	row := func(n int) (intents int, status string) {
		all, err := replay(t.Context(), reader.db, l.run, len(actions))
		if err != nil || all[n] == nil {
			t.Errorf("nothing is there of action %d, error %v", n, err)
			return 0, ""
		}
		return all[n].intents, all[n].last.Status
	}
	for w := range workers {
		pool.Go(func() error {
			for i := range each {
				a := actions[w*each+i]
				if err := l.Begin(t.Context(), a); err != nil {
					return err
				}
				intents, status := row(a.N)
				if intents != 1 || status != "" {
					t.Errorf("after Begin: %d intents, status %q", intents, status)
				}
				if err := l.End(t.Context(), done(a, schema.StatusCreated, int64(1000+a.N))); err != nil {
					return err
				}
				intents, status = row(a.N)
				if intents != 0 || status != "created" {
					t.Errorf("after End: %d intents, status %q", intents, status)
				}
			}
			return nil
		})
	}
	if err := pool.Wait(); err != nil {
		t.Fatal(err)
	}
	ids, err := reader.IDs(t.Context(), jira)
	if err != nil || len(ids) != workers*each {
		t.Errorf("%d ids, error %v", len(ids), err)
	}
}

// TestOneCommitForAllWhoWait holds the writer back until others have queued up.
func TestOneCommitForAllWhoWait(t *testing.T) {
	j := open(t)
	actions := creates(8)
	l := start(t, j, run("r1"), actions...)
	entered, goOn := make(chan struct{}), make(chan struct{})
	var pool sync.WaitGroup
	pool.Go(func() {
		if err := l.work("hold", func(database) error { close(entered); <-goOn; return nil }); err != nil {
			t.Error(err)
		}
	})
	<-entered
	for _, a := range actions {
		pool.Go(func() {
			if err := l.Begin(t.Context(), a); err != nil {
				t.Error(err)
			}
		})
	}
	for waiting := 0; waiting < len(actions); runtime.Gosched() {
		l.queue.mu.Lock()
		if l.queue.next != nil {
			waiting = bytes.Count(l.queue.next.events, []byte("\n"))
		}
		l.queue.mu.Unlock()
	}
	close(goOn)
	pool.Wait()
	if got := len(load(t, j, "r1").Outcomes); got != len(actions) {
		t.Errorf("%d outcomes", got)
	}
	var commits int
	if err := j.db.QueryRow(`SELECT count(*) FROM steps`).Scan(&commits); err != nil || commits != 1 {
		t.Errorf("%d commits, error %v", commits, err)
	}
}

// TestABatchFailsWhole: nobody is told that something is kept when it is not.
func TestABatchFailsWhole(t *testing.T) {
	j := open(t)
	actions := creates(2)
	l := start(t, j, run("r1"), actions...)
	broken := errors.New("broken")
	batch := &batch{page: page{events: event{N: 0, Begun: 1}.appendLine(nil)}, works: []func(database) error{func(database) error { return broken }}}
	if err := l.writer.commit(batch); !errors.Is(err, broken) {
		t.Fatalf("commit: %v", err)
	}
	for _, o := range load(t, j, "r1").Outcomes {
		if o.Status != schema.StatusUnprocessed {
			t.Errorf("%d is %s", o.Action.N, o.Status)
		}
	}
	begin(t, l, actions[1])
}

// TestFullDisk takes SQLite's own way into it: no page more than the file has.
func TestFullDisk(t *testing.T) {
	j := open(t)
	actions := creates(400)
	l := start(t, j, run("r1"), actions...)
	end(t, l, done(actions[0], schema.StatusCreated, 1))
	if _, err := l.writer.conn.ExecContext(t.Context(), `PRAGMA max_page_count = 1`); err != nil { // SQLite takes what there is now
		t.Fatal(err)
	}
	kept := 1
	var err error
	for ; err == nil && kept < len(actions); kept++ {
		o := done(actions[kept], schema.StatusFailed, 0)
		o.Error = strings.Repeat("the words of the server ", 20)
		err = l.End(t.Context(), o)
	}
	kept-- // the last one failed
	var trouble *Error
	if !errors.As(err, &trouble) || !strings.Contains(err.Error(), "disk is full") || !strings.Contains(err.Error(), j.path) || trouble.Hint == "" {
		t.Fatalf("after %d outcomes: %v", kept, err)
	}
	if err := l.Begin(t.Context(), actions[kept+1]); err == nil {
		if o := load(t, j, "r1").Outcomes[kept+1]; o.Status != schema.StatusUnknown {
			t.Errorf("an intent was taken and is not there: %s", o.Status)
		}
	}
	judged := 0
	for _, o := range load(t, j, "r1").Outcomes {
		if o.Status == schema.StatusCreated || o.Status == schema.StatusFailed {
			judged++
		}
	}
	if judged != kept {
		t.Errorf("%d outcomes were taken, %d are there", kept, judged)
	}
	if _, err := l.writer.conn.ExecContext(t.Context(), `PRAGMA max_page_count = 100000`); err != nil {
		t.Fatal(err)
	}
	if err := l.End(t.Context(), done(actions[kept], schema.StatusCreated, 5)); err != nil {
		t.Errorf("after space was freed: %v", err)
	}
}

func TestALogRefuses(t *testing.T) {
	j := open(t)
	l := start(t, j, run("r1"), create("one"))
	for _, n := range []int{-1, 1} {
		if err := l.Begin(t.Context(), schema.Action{N: n}); err == nil {
			t.Errorf("an intent to do action %d was taken", n)
		}
		if err := l.End(t.Context(), schema.Outcome{Action: schema.Action{N: n}}); err == nil {
			t.Errorf("an outcome of action %d was taken", n)
		}
	}
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Error(err)
	}
	if err := l.Begin(t.Context(), create("one")); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("a closed log: %v", err)
	}
}

// TestACancelledRunIsStillKept: Ctrl-C must not lose the intent or the outcome of what
// is on the wire.
func TestACancelledRunIsStillKept(t *testing.T) {
	j, a := open(t), create("one")
	l := start(t, j, run("r1"), a)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := errors.Join(l.Begin(ctx, a), l.End(ctx, done(a, schema.StatusCreated, 4)), l.Finish(ctx, run("r1"))); err != nil {
		t.Fatal(err)
	}
	if o := load(t, j, "r1").Outcomes[0]; o.Status != schema.StatusCreated {
		t.Errorf("it is %s", o.Status)
	}
}

func TestContinue(t *testing.T) {
	j := open(t)
	actions := creates(2)
	l := start(t, j, run("r1"), actions...)
	end(t, l, done(actions[0], schema.StatusCreated, 4))
	ended := run("r1")
	ended.Ended, ended.Why, ended.Requests, ended.Writes = started.Add(time.Minute), "interrupted", 3, 1
	if err := errors.Join(l.Finish(t.Context(), ended), l.Close()); err != nil {
		t.Fatal(err)
	}
	saved := load(t, j, "r1")
	if d := diff(ended, saved.Run); d != "" {
		t.Error(d)
	}
	l, err := j.Continue(t.Context(), saved, schema.Mask{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if e := entry(t, j, 0); e.State != StateRunning {
		t.Errorf("a run that goes on is %s", e.State)
	}
	end(t, l, done(actions[1], schema.StatusCreated, 5))
	ended.Complete, ended.Why = true, ""
	if err := l.Finish(t.Context(), ended); err != nil {
		t.Fatal(err)
	}
	saved = load(t, j, "r1")
	for i, o := range saved.Outcomes {
		if o.Status != schema.StatusCreated || o.ID != int64(4+i) {
			t.Errorf("%d is %s with id %d", i, o.Status, o.ID)
		}
	}
	if _, err := j.Continue(t.Context(), saved, schema.Mask{}); err == nil {
		t.Error("a finished run goes on")
	}
}
