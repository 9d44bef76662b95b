package journal

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

var holder = Holder{Run: "20260301-023000-a1b2c3", Host: "ci-7", PID: 4711, Since: started}

func locksIn(t *testing.T, dir string) Locks {
	t.Helper()
	locks, err := OpenLocks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return locks
}

// newLocks are those of a folder that is there for its owner only, as t.TempDir is not.
func newLocks(t *testing.T) Locks { return locksIn(t, filepath.Join(t.TempDir(), "locks")) }

func mustLock(t *testing.T, l Locks, shard, of int) (release func()) {
	t.Helper()
	return mustLockAs(t, l, shard, of, holder)
}

func mustLockAs(t *testing.T, l Locks, shard, of int, by Holder) (release func()) {
	t.Helper()
	unlock, err := l.Lock(t.Context(), jira, shard, of, by, 0)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := unlock(); err != nil {
			t.Error(err)
		}
	}
}

func mustBeHeld(t *testing.T, l Locks, shard, of int, by Holder) {
	t.Helper()
	_, err := l.Lock(t.Context(), jira, shard, of, Holder{Run: "another"}, 0)
	var held *Held
	if !errors.As(err, &held) || held.Target != jira || !strings.HasPrefix(held.Path, l.folder) {
		t.Fatalf("shard %d of %d: %v", shard, of, err)
	}
	if held.Holder != by {
		t.Errorf("shard %d of %d: locked by %+v, not by %+v", shard, of, held.Holder, by)
	}
}

func mustRun(t *testing.T, l Locks, wanted ...string) {
	t.Helper()
	running, err := Running(l.folder)
	if got := slices.Sorted(maps.Keys(running)); err != nil || !slices.Equal(got, wanted) {
		t.Errorf("running: %q, error %v; want %q", got, err, wanted)
	}
}

// In these tests time is virtual: the tries are real, the waits are not.

var exclusions = []struct {
	name               string
	shard, of          int
	otherShard, others int
	excluded           bool
}{
	{"whole and whole", 0, 1, 0, 1, true},
	{"whole, and its shard", 0, 0, 0, 2, true},
	{"a shard, and the whole", 1, 2, 0, 1, true},
	{"the same shard", 1, 2, 1, 2, true},
	{"two shards of one split", 0, 2, 1, 2, false},
	{"shards of two splits", 0, 2, 1, 3, true},
	{"shards of two splits with similar numbers", 0, 8, 1, 18, true},
}

func TestLocksExclude(t *testing.T) {
	for _, c := range exclusions {
		t.Run(c.name, func(t *testing.T) {
			locks := newLocks(t)
			synctest.Test(t, func(t *testing.T) {
				release := mustLock(t, locks, c.shard, c.of)
				if !c.excluded {
					mustLock(t, locks, c.otherShard, c.others)()
				} else {
					mustBeHeld(t, locks, c.otherShard, c.others, holder)
				}
				mustRun(t, locks, holder.Run)
				release()
				mustRun(t, locks)
				mustLock(t, locks, c.otherShard, c.others)()
			})
		})
	}
}

func TestLocksOfTwoTargets(t *testing.T) {
	locks := newLocks(t)
	defer mustLock(t, locks, 0, 1)()
	release, err := locks.Lock(t.Context(), "https://other.example.org", 0, 1, holder, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
	synctest.Test(t, func(t *testing.T) {
		_, err := locks.Lock(t.Context(), "HTTPS://JIRA.example.org:443/", 0, 1, holder, 0)
		var held *Held
		if !errors.As(err, &held) {
			t.Errorf("the same target, written differently: %v", err)
		}
	})
}

func TestLockWaits(t *testing.T) {
	locks := newLocks(t)
	synctest.Test(t, func(t *testing.T) {
		release := mustLock(t, locks, 0, 1)
		time.AfterFunc(time.Minute, release)
		since := time.Now()
		second, err := locks.Lock(t.Context(), jira, 0, 1, holder, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(since); waited < time.Minute || waited > time.Minute+lockInterval {
			t.Errorf("it waited %v", waited)
		}
		since = time.Now()
		_, err = locks.Lock(t.Context(), jira, 0, 1, holder, 10*time.Second)
		var held *Held
		if waited := time.Since(since); !errors.As(err, &held) || waited != 10*time.Second {
			t.Errorf("after %v: %v", waited, err)
		}
		if err := second(); err != nil {
			t.Error(err)
		}
	})
}

// TestWaitingRunsAreFound: as long as they wait, and nothing of it is left.
func TestWaitingRunsAreFound(t *testing.T) {
	locks := newLocks(t)
	synctest.Test(t, func(t *testing.T) {
		first := mustLock(t, locks, 1, 4)
		second := make(chan func() error)
		go func() {
			release, err := locks.Lock(t.Context(), jira, 0, 1, Holder{Run: "second"}, time.Hour)
			if err != nil {
				t.Error(err)
			}
			second <- release
		}()
		synctest.Wait()
		mustRun(t, locks, holder.Run, "second")
		if running, _ := Running(locks.folder); !running["second"].Waiting || running[holder.Run].Waiting {
			t.Errorf("%+v", running)
		}
		first()
		release := <-second
		if running, _ := Running(locks.folder); len(running) != 1 || running["second"].Waiting {
			t.Errorf("%+v", running)
		}
		if err := release(); err != nil {
			t.Error(err)
		}
	})
	if left, err := filepath.Glob(filepath.Join(locks.folder, waitingPrefix+"*")); err != nil || len(left) > 0 {
		t.Errorf("%q are left, error %v", left, err)
	}
}

func TestLockObeysItsContext(t *testing.T) {
	locks := newLocks(t)
	synctest.Test(t, func(t *testing.T) {
		defer mustLock(t, locks, 0, 1)()
		cause := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(cause) })
		if _, err := locks.Lock(ctx, jira, 0, 1, holder, time.Hour); !errors.Is(err, cause) {
			t.Errorf("error %v", err)
		}
	})
}

func TestLockFilesAreTheOwners(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	defer mustLock(t, locksIn(t, dir), 2, 4)()
	seen := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		if strings.Contains(entry.Name(), "jira") {
			t.Errorf("%s names the target", path)
		}
		seen++
		return err
	})
	if err != nil || seen != 4 { // the folder, two locks and who has them
		t.Errorf("%d files and folders, error %v", seen, err)
	}
}

func TestLockRefuses(t *testing.T) {
	if _, err := newLocks(t).Lock(t.Context(), jira, 4, 4, holder, 0); err == nil {
		t.Error("shard 4 of 4, counted from 0, was taken")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenLocks(file); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file in the folder's place: %v", err)
	}
}
