package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"

	"gijbulk/schema"
)

// Log is a run that is being written. Its methods may be called by many goroutines at
// once; each returns when what it was given is durable. An error means that it is not
// kept: the run has to end, and what was kept before stays.
type Log struct {
	journal *Journal
	run     int64 // its number in the file
	target  int64
	actions []schema.Action // as planned
	hasher  hasherPool
	mask    schema.Mask

	conn    *sql.Conn
	steps   *steps
	queue   chan write
	stop    chan struct{} // closed by Close
	stopped chan struct{} // closed when the writer has left
	close   sync.Once
}

// write is one thing to keep, inside a transaction that others may share.
type write struct {
	do     func(*steps) error
	answer chan error
}

func (j *Journal) openLog(ctx context.Context, run int64, r schema.Run, plan schema.Plan, mask schema.Mask) (*Log, error) {
	l := &Log{journal: j, run: run, actions: plan.Actions, mask: mask,
		hasher: newHasherPool(j.key, r.Target), queue: make(chan write), stop: make(chan struct{}), stopped: make(chan struct{})}
	err := j.db.QueryRowContext(ctx, `SELECT target FROM runs WHERE seq = ?`, run).Scan(&l.target)
	if err != nil {
		return nil, j.trouble("open the log of run "+r.ID, err)
	}
	// The statements live on one connection, for longer than the caller's context.
	if l.conn, err = j.db.Conn(ctx); err != nil {
		return nil, j.trouble("open the log of run "+r.ID, err)
	}
	if l.steps, err = prepareSteps(context.WithoutCancel(ctx), l.conn); err != nil {
		return nil, j.trouble("open the log of run "+r.ID, errors.Join(err, l.conn.Close()))
	}
	go l.serve()
	return l, nil
}

// Close waits for what is being written and gives the file back. Calls that come
// later fail.
func (l *Log) Close() error {
	var err error
	l.close.Do(func() {
		close(l.stop)
		<-l.stopped
		err = errors.Join(l.steps.close(), l.conn.Close())
	})
	if err != nil {
		return l.journal.trouble("close the log", err)
	}
	return nil
}

// Begin keeps the intent to perform an action. It is not cut short by the context: the
// wait is that of one commit, and an intent that may or may not have been kept would
// have to be looked up on the server.
func (l *Log) Begin(_ context.Context, a schema.Action) error {
	if err := l.known(a); err != nil {
		return err
	}
	return l.keep("keep an intent", func(s *steps) error { return s.begin(l, a) })
}

// End keeps the outcome of an action, and with it the id that its identity got and what
// was last sent. Like Begin it is not cut short.
func (l *Log) End(_ context.Context, o schema.Outcome) error {
	if err := l.known(o.Action); err != nil {
		return err
	}
	row, err := l.outcomeRow(o)
	if err != nil {
		return l.journal.trouble("keep an outcome", err)
	}
	learned := l.learn(o)
	return l.keep("keep an outcome", func(s *steps) error { return s.end(l, row, learned) })
}

// Finish keeps how the run ended: when, whether by itself, and its numbers. Without an
// end it goes on counting as running. It does not close the log.
func (l *Log) Finish(_ context.Context, run schema.Run) error {
	return l.keep("keep the end of the run", func(s *steps) error { return s.finish(l, run) })
}

// known refuses an action that is not of this run's plan.
func (l *Log) known(a schema.Action) error {
	if a.N < 0 || a.N >= len(l.actions) {
		return l.journal.trouble("", fmt.Errorf("the run has no action %d, only %d", a.N, len(l.actions)))
	}
	return nil
}

// asPlanned reports whether an outcome's action still says what the plan said: Verify
// puts into it what it found on the server instead.
func (l *Log) asPlanned(a schema.Action) bool {
	planned := l.actions[a.N]
	return a.Have.ID == planned.Have.ID && slices.EqualFunc(a.Changes, planned.Changes, func(c, d schema.Change) bool {
		return c.Field == d.Field && c.From.Equal(d.From) && c.To.Equal(d.To)
	})
}

// keep hands something to the writer and waits until it is durable.
func (l *Log) keep(doing string, do func(*steps) error) error {
	w := write{do, make(chan error, 1)}
	select {
	case l.queue <- w:
	case <-l.stop:
		return l.journal.trouble(doing, errors.New("the log is closed"))
	}
	if err := <-w.answer; err != nil {
		return l.journal.trouble(doing, err)
	}
	return nil
}

// serve is the one writer. While a commit waits for the disk, others queue up, and the
// next commit takes them all.
func (l *Log) serve() {
	defer close(l.stopped)
	var batch []write
	for {
		select {
		case w := <-l.queue:
			batch = l.gather(append(batch[:0], w))
		case <-l.stop:
			return
		}
		err := l.steps.commit(batch)
		for _, w := range batch {
			w.answer <- err
		}
	}
}

// gather adds what waits already. It ends because nobody who waits sends more.
func (l *Log) gather(batch []write) []write {
	for {
		select {
		case w := <-l.queue:
			batch = append(batch, w)
		default:
			return batch
		}
	}
}
