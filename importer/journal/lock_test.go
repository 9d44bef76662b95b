package journal

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func mustLock(t *testing.T, dir string, shard, of int) (release func()) {
	t.Helper()
	unlock, err := Lock(t.Context(), dir, jira, shard, of, 0)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := unlock(); err != nil {
			t.Error(err)
		}
	}
}

func mustBeHeld(t *testing.T, dir string, shard, of int) {
	t.Helper()
	_, err := Lock(t.Context(), dir, jira, shard, of, 0)
	var held *Held
	if !errors.As(err, &held) || held.Target != jira || !strings.HasPrefix(held.Path, dir) {
		t.Fatalf("shard %d of %d: %v", shard, of, err)
	}
}

// In these tests time is virtual: the tries are real, the waits are not.

func TestLocksExclude(t *testing.T) {
	for _, c := range []struct {
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
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				release := mustLock(t, dir, c.shard, c.of)
				if !c.excluded {
					mustLock(t, dir, c.otherShard, c.others)()
				} else {
					mustBeHeld(t, dir, c.otherShard, c.others)
				}
				if busy, err := Busy(dir, jira); err != nil || !busy {
					t.Errorf("while it is held: busy %t, error %v", busy, err)
				}
				release()
				if busy, err := Busy(dir, jira); err != nil || busy {
					t.Errorf("after it was released: busy %t, error %v", busy, err)
				}
				mustLock(t, dir, c.otherShard, c.others)()
			})
		})
	}
}

func TestLocksOfTwoTargets(t *testing.T) {
	dir := t.TempDir()
	defer mustLock(t, dir, 0, 1)()
	release, err := Lock(t.Context(), dir, "https://other.example.org", 0, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Error(err)
	}
	synctest.Test(t, func(t *testing.T) {
		_, err := Lock(t.Context(), dir, "HTTPS://JIRA.example.org:443/", 0, 1, 0)
		var held *Held
		if !errors.As(err, &held) {
			t.Errorf("the same target, written differently: %v", err)
		}
	})
}

func TestLockWaits(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		release := mustLock(t, dir, 0, 1)
		time.AfterFunc(time.Minute, release)
		since := time.Now()
		second, err := Lock(t.Context(), dir, jira, 0, 1, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(since); waited < time.Minute || waited > time.Minute+lockInterval {
			t.Errorf("it waited %v", waited)
		}
		since = time.Now()
		_, err = Lock(t.Context(), dir, jira, 0, 1, 10*time.Second)
		var held *Held
		if waited := time.Since(since); !errors.As(err, &held) || waited != 10*time.Second {
			t.Errorf("after %v: %v", waited, err)
		}
		if err := second(); err != nil {
			t.Error(err)
		}
	})
}

func TestLockObeysItsContext(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		defer mustLock(t, dir, 0, 1)()
		cause := errors.New("interrupted")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(cause) })
		if _, err := Lock(ctx, dir, jira, 0, 1, time.Hour); !errors.Is(err, cause) {
			t.Errorf("error %v", err)
		}
	})
}

func TestLockFilesAreTheOwners(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	defer mustLock(t, dir, 2, 4)()
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
	if err != nil || seen != 4 {
		t.Errorf("%d files and folders, error %v", seen, err)
	}
}

func TestLockRefuses(t *testing.T) {
	if _, err := Lock(t.Context(), t.TempDir(), jira, 4, 4, 0); err == nil {
		t.Error("shard 4 of 4, counted from 0, was taken")
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Lock(t.Context(), file, jira, 0, 1, 0); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a file in the folder's place: %v", err)
	}
}
