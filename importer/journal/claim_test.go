package journal

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"gijbulk/importer/journal/postgrestest"
)

func claim(t *testing.T, j *Journal, targets ...string) *Claim {
	t.Helper()
	c, err := j.Claim(t.Context(), "tonight", fmt.Sprint("sync of ", targets), targets)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// mustTake takes the next target, which must be this one with this run, while so many are open. "": none is free.
func mustTake(t *testing.T, c *Claim, target, run string, open int) {
	t.Helper()
	got, left, err := c.Next(t.Context())
	if err != nil || left != open {
		t.Fatalf("%d targets are open, error %v", left, err)
	}
	if got == nil {
		got = new(Claimed)
	}
	if *got != (Claimed{Target: target, Run: run}) {
		t.Fatalf("taken: %+v", *got)
	}
}

// takeOnceFree waits until the server has noticed that a connection is gone.
func takeOnceFree(t *testing.T, c *Claim) Claimed {
	t.Helper()
	for {
		next, _, err := c.Next(t.Context())
		must(t, err)
		if next != nil {
			return *next
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestClaim: two processes share a fleet, and nothing of it is done by both.
func TestClaim(t *testing.T) {
	server := postgrestest.Start(t)
	url := server.URL(server.NewSchema())
	j := openURL(t, url, Options{})
	here, there := claim(t, j, "a", "b", "c"), claim(t, openURL(t, url, Options{}), "c", "d")
	if there.Work != here.Work || !there.Started.Equal(here.Started) || here.Work != "sync of [a b c]" {
		t.Errorf("%q and %q", here.Work, there.Work)
	}
	mustTake(t, here, "a", "", 3)
	mustTake(t, there, "b", "", 3)
	must(t, here.Begin(t.Context(), "a", "r1"))
	must(t, here.Leave(t.Context(), "a"))
	mustTake(t, there, "a", "r1", 3)
	must(t, there.End(t.Context(), "a", `{"exit":0}`))
	mustTake(t, here, "c", "", 2)
	mustTake(t, here, "", "", 2)
	must(t, there.Begin(t.Context(), "b", "r2"))
	must(t, there.Close()) // as a death does
	if b := takeOnceFree(t, here); b != (Claimed{Target: "b", Run: "r2"}) {
		t.Errorf("taken: %+v", b)
	}
	must(t, here.End(t.Context(), "b", "x"))
	must(t, here.End(t.Context(), "c", "y"))
	mustTake(t, here, "", "", 0)
	all, err := here.Targets(t.Context())
	if want := []Claimed{{"a", "r1", `{"exit":0}`}, {"b", "r2", "x"}, {"c", "", "y"}}; err != nil || !slices.Equal(all, want) {
		t.Errorf("%+v, error %v", all, err)
	}
}

// TestClaimIsFinished: the report is written once, by another process where one fails.
func TestClaimIsFinished(t *testing.T) {
	server := postgrestest.Start(t)
	url := server.URL(server.NewSchema())
	now := started
	j := openURL(t, url, Options{Clock: Clock{Now: func() time.Time { return now }}})
	here, there := claim(t, j, "a"), claim(t, openURL(t, url, Options{}), "a")
	full := errors.New("the disk is full")
	if _, err := here.Finish(t.Context(), func() (string, error) { return "", full }); !errors.Is(err, full) {
		t.Errorf("error %v", err)
	}
	end, err := here.Finish(t.Context(), func() (string, error) {
		if end, err := there.Finish(t.Context(), nil); err != nil || end != (FleetEnd{}) {
			t.Errorf("while it is being written: %+v, error %v", end, err)
		}
		return "ci-7:/reports", nil
	})
	want := FleetEnd{At: started, Report: "ci-7:/reports"}
	if err != nil || end != want {
		t.Errorf("%+v, error %v", end, err)
	}
	if end, err := there.Finish(t.Context(), nil); err != nil || end != want {
		t.Errorf("afterwards: %+v, error %v", end, err)
	}
	if end, err := there.Ended(t.Context()); err != nil || end != want {
		t.Errorf("afterwards: %+v, error %v", end, err)
	}
	if _, err := j.Prune(t.Context(), started.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	again := claim(t, j, "b")
	if end, err := again.Ended(t.Context()); err != nil || end != (FleetEnd{}) || again.Work != "sync of [b]" {
		t.Errorf("after it was removed: %q, %+v, error %v", again.Work, end, err)
	}
}

// TestClaimIsLost: a process that was cut off cannot record a result, and another one takes its target.
func TestClaimIsLost(t *testing.T) {
	server := postgrestest.Start(t)
	name, proxy := server.NewSchema(), server.NewProxy()
	here, there := claim(t, openURL(t, proxy.URL(name), Options{}), "a"), claim(t, openURL(t, server.URL(name), Options{}), "a")
	mustTake(t, here, "a", "", 1)
	proxy.Cut()
	if kind := kindOfError(t, here.End(t.Context(), "a", "x"), here.journal.path); kind != KindConnection {
		t.Errorf("kind %q", kind)
	}
	takeOnceFree(t, there)
}

// TestClaimOfAFile: a state file is for one machine.
func TestClaimOfAFile(t *testing.T) {
	j := openURL(t, filepath.Join(t.TempDir(), "gijbulk.db"), Options{})
	if _, err := j.Claim(t.Context(), "tonight", "", []string{"a"}); err == nil {
		t.Error("no error")
	}
}
