package journal

import (
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"gijbulk/importer/journal/postgrestest"
)

// reopened is a log that can take a lock.
func reopened(t *testing.T, j *Journal) *Log {
	t.Helper()
	l, err := j.Reopen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func mustHold(t *testing.T, l *Log, shard, of int, by Holder) {
	t.Helper()
	if err := l.Lock(t.Context(), jira, shard, of, by, time.Minute); err != nil {
		t.Fatal(err)
	}
}

func mustBeHeldBy(t *testing.T, l *Log, shard, of int, by Holder) {
	t.Helper()
	err := l.Lock(t.Context(), "HTTPS://JIRA.example.org:443/", shard, of, Holder{Run: "another"}, 0)
	held, is := errors.AsType[*Held](err)
	if !is || held.Path != l.journal.path || held.Holder != by {
		t.Fatalf("shard %d of %d: %v", shard, of, err)
	}
}

func mustRunIn(t *testing.T, j *Journal, wanted ...string) {
	t.Helper()
	running, err := j.Running(t.Context())
	if got := slices.Sorted(maps.Keys(running)); err != nil || !slices.Equal(got, wanted) {
		t.Errorf("running: %q, error %v; want %q", got, err, wanted)
	}
}

// TestDatabaseLocksExclude: as the lock files do, with two states that stand for two machines.
func TestDatabaseLocksExclude(t *testing.T) {
	server := postgrestest.Start(t)
	url := server.URL(server.NewSchema())
	here, there := openURL(t, url, Options{}), openURL(t, url, Options{})
	for _, c := range exclusions {
		t.Run(c.name, func(t *testing.T) {
			first, second := reopened(t, here), reopened(t, there)
			mustHold(t, first, c.shard, c.of, holder)
			mustRunIn(t, there, holder.Run)
			if c.excluded {
				mustBeHeldBy(t, second, c.otherShard, c.others, holder)
			} else {
				mustHold(t, second, c.otherShard, c.others, Holder{Run: "another"})
				mustRunIn(t, here, holder.Run, "another")
			}
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			mustHold(t, second, c.otherShard, c.others, Holder{Run: "another"})
			mustRunIn(t, here, "another")
			if err := second.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
	if err := reopened(t, here).Lock(t.Context(), "https://other.example.org", 0, 1, holder, 0); err != nil {
		t.Error(err)
	}
}

// TestDatabaseLockDies: a run that was killed on another machine needs no cleanup, and is not running.
func TestDatabaseLockDies(t *testing.T) {
	server := postgrestest.Start(t)
	url := server.URL(server.NewSchema())
	_, kill := child(t, "hold", url)
	j := openURL(t, url, Options{})
	mustBeHeldBy(t, reopened(t, j), 0, 1, holder)
	mustRunIn(t, j, holder.Run)
	kill()
	mustHold(t, reopened(t, j), 0, 1, Holder{Run: "the next"})
	mustRunIn(t, j, "the next")
}

// TestDatabaseShowsWaitingRuns: to all machines, as long as they wait.
func TestDatabaseShowsWaitingRuns(t *testing.T) {
	server := postgrestest.Start(t)
	url := server.URL(server.NewSchema())
	here, there := openURL(t, url, Options{}), openURL(t, url, Options{})
	first, second := start(t, here, run("r1")), start(t, there, run("r2"))
	mustHold(t, first, 0, 1, Holder{Run: "r1"})
	if err := second.session.lockTarget(t.Context(), jira, 0, 1, Holder{Run: "r2"}); err == nil {
		t.Fatal("two runs have one lock")
	}
	mustRunIn(t, here, "r1", "r2")
	if running, _ := here.Running(t.Context()); !running["r2"].Waiting || running["r1"].Waiting {
		t.Errorf("%+v", running)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	mustHold(t, second, 0, 1, Holder{Run: "r2"})
	if running, _ := here.Running(t.Context()); len(running) != 1 || running["r2"].Waiting {
		t.Errorf("%+v", running)
	}
}

// TestDatabaseClock: intents of two machines are compared by the clock of the database.
func TestDatabaseClock(t *testing.T) {
	server := postgrestest.Start(t)
	url := server.URL(server.NewSchema())
	here := openURL(t, url, Options{})
	actions := creates(1)
	begin(t, start(t, here, run("r1"), actions...), actions...)
	there := openURL(t, url, Options{})
	intent := load(t, there, "r1").Intents[0]
	id, now := there.Boot()
	if own, _ := here.Boot(); id != own || intent.Boot != id || intent.Since <= 0 || intent.Since > now {
		t.Errorf("the intent of %q at %v; now %q at %v", intent.Boot, intent.Since, id, now)
	}
	unsettled, err := there.Unsettled(t.Context(), target)
	if err != nil || len(unsettled) != 1 || unsettled[0].Age <= 0 {
		t.Errorf("%+v, error %v", unsettled, err)
	}
	elsewhere, _ := openURL(t, server.URL(server.NewSchema()), Options{}).Boot()
	if elsewhere == id {
		t.Error("two states have one clock")
	}
}

// TestFence: no intent is recorded once the lock is lost, or the connection that holds it.
func TestFence(t *testing.T) {
	server := postgrestest.Start(t)
	proxy := server.NewProxy()
	for _, c := range []struct {
		name string
		lose func(t *testing.T, l *Log)
		kind ErrorKind
	}{
		{"the lock is released", func(t *testing.T, l *Log) {
			if _, err := l.session.(*postgresSession).conn.Exec(t.Context(), `SELECT pg_advisory_unlock_all()`); err != nil {
				t.Fatal(err)
			}
		}, KindLockLost},
		{"the connection is cut", func(*testing.T, *Log) { proxy.Cut() }, KindConnection},
		{"the server ends the connection", func(*testing.T, *Log) {
			server.Query(`SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'`)
		}, KindConnection},
		{"the server crashes", func(*testing.T, *Log) { server.Kill(); server.Resume() }, KindConnection},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := server.NewSchema()
			j := openURL(t, proxy.URL(name), Options{})
			actions := creates(2)
			l := start(t, j, run("r1"), actions...)
			mustHold(t, l, 0, 1, holder)
			begin(t, l, actions[0])
			c.lose(t, l)
			for range 2 { // nothing makes it good again
				if kind := kindOfError(t, l.Begin(t.Context(), actions[1]), j.path); kind != c.kind {
					t.Errorf("kind %q, not %q", kind, c.kind)
				}
			}
			again := openURL(t, server.URL(name), Options{})
			saved := load(t, again, "r1")
			if len(saved.Intents) != 1 {
				t.Errorf("%d intents", len(saved.Intents))
			}
			mustRunIn(t, again)
			next := reopened(t, again)
			mustHold(t, next, 0, 1, Holder{Run: "the next"})
			if err := next.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}
