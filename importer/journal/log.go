package journal

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"gijbulk/schema"
)

// Log is a run that is being written. Several goroutines may use it; each method returns
// when what it was given is durable. An error means that nothing of it was stored: the
// run has to end, and what was stored before stays.
//
// No method is cut short by its context: it takes as long as one transaction, and an
// intent that may or may not have been stored would have to be settled.
type Log struct {
	journal *Journal
	mask    schema.Mask

	mu       sync.Mutex
	session  session // nil: closed
	run      int64   // its seq
	target   int64
	actions  []schema.Action           // as planned, or as last begun
	attempts []int                     // the latest intent of each action; 0: none
	hashes   map[int]map[string][]byte // of the secrets of intents without an outcome, by action
}

var errClosed = errors.New("the log is closed")

func (j *Journal) openLog(ctx context.Context, doing string, l *Log, run func(context.Context) error) (_ *Log, err error) {
	l.journal, l.hashes = j, make(map[int]map[string][]byte)
	if l.session, err = j.backend.newSession(ctx); err != nil {
		j.wrap(&err, doing)
		return nil, err
	}
	if err := l.transactLocked(ctx, doing, run); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

// Lock locks a target for the run on all machines that share the state, until the log is closed:
// nothing in a state file, whose runs the lock files exclude. The arguments are those of
// [Locks.Lock]. Intents are refused once the lock is lost.
func (l *Log) Lock(ctx context.Context, target string, shard, of int, by Holder, timeout time.Duration) error {
	err := untilFree(ctx, timeout, sharedLockInterval, func() error {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.session == nil {
			return errClosed
		}
		return l.session.lockTarget(ctx, target, shard, of, by)
	})
	var held *Held
	switch {
	case errors.As(err, &held):
		held.Path = l.journal.path
		return held
	case err != nil && ctx.Err() != nil:
		return context.Cause(ctx)
	}
	l.journal.wrap(&err, "lock "+target)
	return err
}

// Close releases the connection to the state. The other methods then fail.
func (l *Log) Close() (err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.journal.wrap(&err, "close the log")
	if l.session != nil {
		err = l.session.close()
		l.session = nil
	}
	return err
}

func (l *Log) transactLocked(ctx context.Context, doing string, do func(context.Context) error) (err error) {
	defer l.journal.wrap(&err, doing)
	if l.session == nil {
		return errClosed
	}
	ctx = context.WithoutCancel(ctx)
	return l.session.transact(ctx, func() error { return do(ctx) })
}

func (l *Log) checkNumber(n int) error {
	if n < 0 || n >= len(l.actions) {
		return fmt.Errorf("the plan has no action %d, only %d actions", n, len(l.actions))
	}
	return nil
}
