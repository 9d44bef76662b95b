package journal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"gijbulk/schema"
)

// Locks are the locks of one user on one machine, as files in a folder of the user's own.
// They do not depend on the state: two runs with different state files exclude each other.
type Locks struct{ folder string }

// OpenLocks makes the folder of the locks for its owner only. In one that others can use,
// a lock could be removed while it is held: that is an error.
func OpenLocks(folder string) (Locks, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return Locks{}, fmt.Errorf("lock folder: %w", err)
	}
	info, err := os.Stat(folder)
	if err == nil {
		err = checkOwnerOnly(info)
	}
	if err != nil {
		return Locks{}, fmt.Errorf("lock folder %s: %w", folder, err)
	}
	return Locks{folder}, nil
}

// Held is the error of a target that another run has locked.
type Held struct {
	Target string
	Path   string // of the lock file, or of the state in a database
	Holder Holder // zero where it is not known
}

// Error names the target and who has locked it.
func (h *Held) Error() string {
	if h.Holder == (Holder{}) {
		place := "lock file " + h.Path
		if IsDatabase(h.Path) {
			place = named(h.Path)
		}
		return h.Target + " is locked by another run (" + place + ")"
	}
	return h.Target + " is locked by " + h.Holder.String()
}

const (
	lockInterval = 50 * time.Millisecond // between two tries

	sharedLockInterval = 500 * time.Millisecond // likewise, of a lock in a database

	// lockMinimum is how long a lock is tried for at least: whoever looks for runs, and
	// the start of another run, take locks for a moment, and must not look like a run.
	lockMinimum = 250 * time.Millisecond
)

// Lock locks a target for one run. It waits up to timeout while another run has it; then
// the error is a *Held. shard is from 0, below of; a run that is not split has of 0 or 1
// and excludes all others. Shards of one split exclude only themselves; those of another
// split would overlap with them, and are excluded. The operating system releases the locks
// of a process that dies.
func (l Locks) Lock(ctx context.Context, target string, shard, of int, by Holder, timeout time.Duration) (release func() error, err error) {
	if of > 1 && (shard < 0 || shard >= of) {
		return nil, fmt.Errorf("lock %s: no shard %d of %d", target, shard, of)
	}
	t, waiting := l.target(target, shard, of), l.waitingFile(by.Run)
	defer waiting.remove()
	err = untilFree(ctx, timeout, lockInterval, func() error {
		if err := t.try(); err != nil {
			waiting.take()
			return errors.Join(err, t.release())
		}
		return nil
	})
	var held *Held
	switch {
	case err == nil:
		return t.recordHolder(by), nil
	case errors.As(err, &held):
		held.Holder = t.findHolder(held.Path)
		return nil, held
	case ctx.Err() != nil:
		return nil, err
	}
	return nil, fmt.Errorf("lock %s: %w", target, err)
}

// untilFree tries to lock something until its error is no longer a *Held, or the time is up.
func untilFree(ctx context.Context, timeout, interval time.Duration, try func() error) error {
	for until := time.Now().Add(max(timeout, lockMinimum)); ; {
		err := try()
		var held *Held
		left := time.Until(until)
		if !errors.As(err, &held) || left <= 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(min(left, interval)):
		}
	}
}

// targetLock is what a run locks: the target's own file, exclusive for a whole run and
// shared among shards, and for a shard its own file, exclusive.
type targetLock struct {
	target string
	folder string
	name   string // of the target's files, without suffix
	split  string // the suffix of the shard's file, such as "of8.lock"; "" for a whole run
	whole  *flock.Flock
	shard  *flock.Flock // nil for a whole run
}

const lockSuffix = ".lock"

func (l Locks) target(target string, shard, of int) *targetLock {
	hash := sha256.Sum256([]byte(schema.NormalURL(target)))
	t := &targetLock{target: target, folder: l.folder, name: hex.EncodeToString(hash[:8])}
	t.whole = flock.New(filepath.Join(t.folder, t.name+lockSuffix), flock.SetPermissions(0o600))
	if of > 1 {
		t.split = fmt.Sprintf("of%d%s", of, lockSuffix)
		t.shard = flock.New(filepath.Join(t.folder, fmt.Sprintf("%s-%d%s", t.name, shard, t.split)), flock.SetPermissions(0o600))
	}
	return t
}

// try may leave some locks taken when it fails.
func (t *targetLock) try() error {
	if t.shard == nil {
		return t.tryFile(t.whole, t.whole.TryLock)
	}
	if err := t.tryFile(t.whole, t.whole.TryRLock); err != nil {
		return err
	}
	if err := t.tryFile(t.shard, t.shard.TryLock); err != nil {
		return err
	}
	return t.tryOtherSplits()
}

// tryOtherSplits fails while a shard of another split is locked. Its own shard was locked
// before, so that of two runs that start at once at least one sees the other.
func (t *targetLock) tryOtherSplits() error {
	files, err := t.shardFiles()
	if err != nil {
		return err
	}
	for _, file := range files {
		if strings.HasSuffix(file, t.split) {
			continue
		}
		other := flock.New(file)
		if err := errors.Join(t.tryFile(other, other.TryLock), other.Unlock()); err != nil {
			return err
		}
	}
	return nil
}

func (t *targetLock) shardFiles() (files []string, err error) {
	entries, err := os.ReadDir(t.folder)
	for _, entry := range entries {
		if name := entry.Name(); strings.HasPrefix(name, t.name+"-") && strings.HasSuffix(name, lockSuffix) {
			files = append(files, filepath.Join(t.folder, name))
		}
	}
	return files, err
}

func (t *targetLock) tryFile(file *flock.Flock, try func() (bool, error)) error {
	locked, err := try()
	if err == nil && !locked {
		return &Held{Target: t.target, Path: file.Path()}
	}
	return err
}

func (t *targetLock) release() error {
	if t.shard == nil {
		return t.whole.Unlock()
	}
	return errors.Join(t.shard.Unlock(), t.whole.Unlock())
}
