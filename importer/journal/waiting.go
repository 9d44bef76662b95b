package journal

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// waitingFile is locked by a run while it waits for the lock of a target, so that [Running] finds it. Nothing depends on
// it: where it cannot be locked, the run waits all the same.
type waitingFile struct{ lock *flock.Flock }

const waitingPrefix = "waiting-" // of such files; the run follows

func (l Locks) waitingFile(run string) waitingFile {
	return waitingFile{flock.New(filepath.Join(l.folder, waitingPrefix+run+lockSuffix), flock.SetPermissions(0o600))}
}

func (w waitingFile) take() { _, _ = w.lock.TryLock() }

func (w waitingFile) remove() {
	if w.lock.Locked() {
		_ = w.lock.Unlock()
		_ = os.Remove(w.lock.Path())
	}
}

func waitingRun(file string) (run string, is bool) {
	name, isWaiting := strings.CutPrefix(file, waitingPrefix)
	run, isLock := strings.CutSuffix(name, lockSuffix)
	return run, isWaiting && isLock
}

// waitingKey is of an advisory lock: what the file is on one machine.
func waitingKey(run string) int64 { return lockKey("waiting " + run) }

// showWaiting lasts until the next try.
func (s *postgresSession) showWaiting(ctx context.Context, run string) error {
	return s.get(ctx, `SELECT pg_try_advisory_lock($1)`, []any{waitingKey(run)}, &s.waiting)
}

func (s *postgresSession) hideWaiting(ctx context.Context, run string) error {
	if !s.waiting {
		return nil
	}
	s.waiting = false
	var released bool
	return s.get(ctx, `SELECT pg_advisory_unlock($1)`, []any{waitingKey(run)}, &released)
}
