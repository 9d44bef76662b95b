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

// Held is the error of a target that another run on this machine has locked.
type Held struct {
	Target string
	Path   string // of the lock file
}

// Error names the target and the lock file.
func (h *Held) Error() string {
	return h.Target + " is locked by another run (lock file " + h.Path + ")"
}

const (
	lockInterval = 50 * time.Millisecond // between two tries

	// lockMinimum is how long a lock is tried for at least: Busy, and the start of
	// another run, take locks for a moment, and must not look like a run.
	lockMinimum = 250 * time.Millisecond
)

// Lock locks a target for one run. It waits up to timeout while another run has it; then
// the error is a *Held. dir is the state file's folder. shard is from 0, below of; a run
// that is not split has of 0 or 1 and excludes all others. Shards of one split exclude
// only themselves; those of another split would overlap with them, and are excluded. The
// operating system releases the locks of a process that dies.
func Lock(ctx context.Context, dir, target string, shard, of int, timeout time.Duration) (release func() error, err error) {
	if of > 1 && (shard < 0 || shard >= of) {
		return nil, fmt.Errorf("lock %s: no shard %d of %d", target, shard, of)
	}
	l, err := newTargetLock(dir, target, shard, of)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", target, err)
	}
	for until := time.Now().Add(max(timeout, lockMinimum)); ; {
		err := l.try()
		if err == nil {
			return l.release, nil
		}
		err = errors.Join(err, l.release())
		var held *Held
		if !errors.As(err, &held) {
			return nil, fmt.Errorf("lock %s: %w", target, err)
		}
		left := time.Until(until)
		if left <= 0 {
			return nil, held
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(min(left, lockInterval)):
		}
	}
}

// Busy reports whether a run on this machine has locked a target, whole or in shards.
func Busy(dir, target string) (bool, error) {
	l, err := newTargetLock(dir, target, 0, 1)
	if err == nil {
		err = errors.Join(l.try(), l.release())
	}
	var held *Held
	if errors.As(err, &held) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("find runs on %s: %w", target, err)
	}
	return false, nil
}

// targetLock is what a run locks: the target's own file, exclusive for a whole run and
// shared among shards, and for a shard its own file, exclusive.
type targetLock struct {
	target string
	folder string
	name   string // of the target's files, without their end
	split  string // the end of the shard's file, such as "of8.lock"; "" for a whole run
	whole  *flock.Flock
	shard  *flock.Flock // nil for a whole run
}

func newTargetLock(dir, target string, shard, of int) (*targetLock, error) {
	hash := sha256.Sum256([]byte(schema.NormalURL(target)))
	l := &targetLock{target: target, folder: filepath.Join(dir, "locks"), name: hex.EncodeToString(hash[:8])}
	if err := os.MkdirAll(l.folder, 0o700); err != nil {
		return nil, err
	}
	l.whole = flock.New(filepath.Join(l.folder, l.name+".lock"), flock.SetPermissions(0o600))
	if of > 1 {
		l.split = fmt.Sprintf("of%d.lock", of)
		l.shard = flock.New(filepath.Join(l.folder, fmt.Sprintf("%s-%d%s", l.name, shard, l.split)), flock.SetPermissions(0o600))
	}
	return l, nil
}

// try tries to get all locks once. It may leave some taken when it fails.
func (l *targetLock) try() error {
	if l.shard == nil {
		return l.tryFile(l.whole, l.whole.TryLock)
	}
	if err := l.tryFile(l.whole, l.whole.TryRLock); err != nil {
		return err
	}
	if err := l.tryFile(l.shard, l.shard.TryLock); err != nil {
		return err
	}
	return l.tryOtherSplits()
}

// tryOtherSplits fails while a shard of another split is locked. Its own shard was locked
// before, so that of two runs that start at once at least one sees the other.
func (l *targetLock) tryOtherSplits() error {
	files, err := os.ReadDir(l.folder)
	if err != nil {
		return err
	}
	for _, file := range files {
		if !strings.HasPrefix(file.Name(), l.name+"-") || strings.HasSuffix(file.Name(), l.split) {
			continue
		}
		other := flock.New(filepath.Join(l.folder, file.Name()))
		if err := errors.Join(l.tryFile(other, other.TryLock), other.Unlock()); err != nil {
			return err
		}
	}
	return nil
}

func (l *targetLock) tryFile(file *flock.Flock, try func() (bool, error)) error {
	locked, err := try()
	if err == nil && !locked {
		return &Held{Target: l.target, Path: file.Path()}
	}
	return err
}

func (l *targetLock) release() error {
	if l.shard == nil {
		return l.whole.Unlock()
	}
	return errors.Join(l.shard.Unlock(), l.whole.Unlock())
}
