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

// Held is the error of a target that another run on this machine is working on.
type Held struct {
	Target string
	Path   string // the lock file that is held
}

// Error names the target and the lock file.
func (h *Held) Error() string {
	return "another run is working on " + h.Target + " (lock file " + h.Path + ")"
}

const (
	lockEvery = 50 * time.Millisecond
	// glance is how long a lock is tried for at least: Busy, and the start of another
	// run, take locks for a moment, and must not look like a run.
	glance = 250 * time.Millisecond
)

// Lock takes a target for one run, and waits for as long as timeout while another has
// it; then the error is a *Held. dir is the state file's folder. shard is from 0, below
// of; a run that is not cut into shards has of 0 or 1 and excludes all others. Shards of
// one cut work side by side; those of another cut would overlap with them, and are kept
// out. The operating system frees the locks of a process that dies.
func Lock(ctx context.Context, dir, target string, shard, of int, timeout time.Duration) (release func() error, err error) {
	if of > 1 && (shard < 0 || shard >= of) {
		return nil, fmt.Errorf("lock %s: there is no shard %d of %d", target, shard, of)
	}
	c, err := newClaim(dir, target, shard, of)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", target, err)
	}
	for until := time.Now().Add(max(timeout, glance)); ; {
		err := c.take()
		if err == nil {
			return c.release, nil
		}
		err = errors.Join(err, c.release())
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
		case <-time.After(min(left, lockEvery)):
		}
	}
}

// Busy reports whether a run on this machine is working on a target, whole or in
// shards.
func Busy(dir, target string) (bool, error) {
	c, err := newClaim(dir, target, 0, 1)
	if err == nil {
		err = errors.Join(c.take(), c.release())
	}
	var held *Held
	if errors.As(err, &held) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for runs on %s: %w", target, err)
	}
	return false, nil
}

// claim is the locks that a run takes on its target: the target's own file, exclusive
// for a whole run and shared among shards, and for a shard its own file, exclusive.
type claim struct {
	target string
	folder string
	name   string // of the target's files, without an end
	cut    string // the end of the shard's file, such as "of8.lock"; "" for a whole run
	whole  *flock.Flock
	shard  *flock.Flock // nil for a whole run
}

func newClaim(dir, target string, shard, of int) (*claim, error) {
	hash := sha256.Sum256([]byte(schema.NormalURL(target)))
	c := &claim{target: target, folder: filepath.Join(dir, "locks"), name: hex.EncodeToString(hash[:8])}
	if err := os.MkdirAll(c.folder, 0o700); err != nil {
		return nil, err
	}
	c.whole = flock.New(filepath.Join(c.folder, c.name+".lock"), flock.SetPermissions(0o600))
	if of > 1 {
		c.cut = fmt.Sprintf("of%d.lock", of)
		c.shard = flock.New(filepath.Join(c.folder, fmt.Sprintf("%s-%d%s", c.name, shard, c.cut)), flock.SetPermissions(0o600))
	}
	return c, nil
}

// take tries to get all locks once. It may leave some taken when it fails.
func (c *claim) take() error {
	if c.shard == nil {
		return c.try(c.whole, c.whole.TryLock)
	}
	if err := c.try(c.whole, c.whole.TryRLock); err != nil {
		return err
	}
	if err := c.try(c.shard, c.shard.TryLock); err != nil {
		return err
	}
	return c.otherCuts()
}

// otherCuts fails while a shard of another cut is held. Its own shard is taken before, so
// that of two runs that start at once at least one sees the other.
func (c *claim) otherCuts() error {
	files, err := os.ReadDir(c.folder)
	if err != nil {
		return err
	}
	for _, file := range files {
		if !strings.HasPrefix(file.Name(), c.name+"-") || strings.HasSuffix(file.Name(), c.cut) {
			continue
		}
		other := flock.New(filepath.Join(c.folder, file.Name()))
		if err := errors.Join(c.try(other, other.TryLock), other.Unlock()); err != nil {
			return err
		}
	}
	return nil
}

func (c *claim) try(lock *flock.Flock, try func() (bool, error)) error {
	taken, err := try()
	if err == nil && !taken {
		return &Held{Target: c.target, Path: lock.Path()}
	}
	return err
}

func (c *claim) release() error {
	if c.shard == nil {
		return c.whole.Unlock()
	}
	return errors.Join(c.shard.Unlock(), c.whole.Unlock())
}
