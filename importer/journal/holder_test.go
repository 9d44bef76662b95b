package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestHolderOfShards: a whole run, and a shard, are told which shard is in their way; a
// holder that died long ago is not named for it.
func TestHolderOfShards(t *testing.T) {
	locks := newLocks(t)
	synctest.Test(t, func(t *testing.T) {
		dead := Holder{Run: "dead"}
		for _, file := range []string{locks.target(jira, 0, 1).whole.Path(), locks.target(jira, 0, 4).shard.Path()} {
			if err := errors.Join(os.WriteFile(file, nil, 0o600), writeHolderAtomically(holderFile(file), dead)); err != nil {
				t.Fatal(err)
			}
		}
		mustRun(t, locks)
		first, second := Holder{Run: "first", PID: 1}, Holder{Run: "second", PID: 2}
		releaseFirst := mustLockAs(t, locks, 1, 4, first)
		releaseSecond := mustLockAs(t, locks, 2, 4, second)
		mustRun(t, locks, "first", "second")
		mustBeHeld(t, locks, 0, 1, first)
		mustBeHeld(t, locks, 1, 4, first)
		mustBeHeld(t, locks, 2, 4, second)
		releaseFirst()
		mustRun(t, locks, "second")
		mustBeHeld(t, locks, 0, 1, second)
		mustBeHeld(t, locks, 0, 3, second)
		releaseSecond()
	})
}

// TestHolderIsNoLock: a file of a holder that cannot be written, read or understood neither
// prevents a lock nor loosens it.
func TestHolderIsNoLock(t *testing.T) {
	spoil := map[string]func(file string) error{
		"a folder that cannot be removed": func(file string) error { return os.MkdirAll(filepath.Join(file, "x"), 0o700) },
		"no JSON":                         func(file string) error { return os.WriteFile(file, []byte("{"), 0o600) },
		"another's JSON":                  func(file string) error { return os.WriteFile(file, []byte(`{"run":7}`), 0o600) },
		"nothing":                         func(string) error { return nil },
	}
	for name, spoil := range spoil {
		t.Run(name, func(t *testing.T) {
			locks := newLocks(t)
			file := holderFile(locks.target(jira, 0, 1).exclusiveFile())
			synctest.Test(t, func(t *testing.T) {
				release := mustLock(t, locks, 0, 1)
				if err := errors.Join(os.Remove(file), spoil(file)); err != nil {
					t.Fatal(err)
				}
				mustBeHeld(t, locks, 0, 1, Holder{})
				mustRun(t, locks)
				release()
				mustLock(t, locks, 0, 1)()
			})
		})
	}
}

func TestHeldNamesItsHolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		now := time.Now()
		since := now.Add(-time.Hour)
		for _, c := range []struct {
			since time.Time
			want  string
		}{
			{since, since.Local().Format("15:04")},
			{now.Add(-30 * time.Hour), now.Add(-30 * time.Hour).Local().Format("2006-01-02 15:04")},
			{now.Add(time.Hour), now.Add(time.Hour).Local().Format("2006-01-02 15:04")},
		} {
			held := &Held{Target: jira, Path: "x.lock", Holder: Holder{Run: "r1", Host: "ci-7", PID: 4711, Since: c.since}}
			if want := jira + " is locked by run r1 (host ci-7, pid 4711) since " + c.want; held.Error() != want {
				t.Errorf("%q, not %q", held.Error(), want)
			}
		}
	})
	if text := (&Held{Target: jira, Path: "x.lock"}).Error(); !strings.Contains(text, "x.lock") {
		t.Error(text)
	}
}

// TestRunningMakesNothing: to look for runs needs no folder, and makes none.
func TestRunningMakesNothing(t *testing.T) {
	locks := Locks{filepath.Join(t.TempDir(), "locks")}
	mustRun(t, locks)
	if _, err := os.Stat(locks.folder); err == nil {
		t.Error("the folder was made")
	}
}
