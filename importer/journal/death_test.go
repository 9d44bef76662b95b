package journal

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"gijbulk/importer/journal/postgrestest"
	"gijbulk/schema"
)

// TestDeath kills a process between Begin and End and opens what it left.
func TestDeath(t *testing.T) {
	testPlaces(t, func(t *testing.T, place func() string) { testDeath(t, place()) })
}

func testDeath(t *testing.T, path string) {
	_, kill := child(t, "write", path)
	kill()
	j := openAt(t, path)
	saved := load(t, j, Last)
	want := []schema.Status{schema.StatusCreated, schema.StatusUnknown, schema.StatusUnprocessed}
	for i, o := range saved.Outcomes {
		if o.Status != want[i] {
			t.Errorf("%d is %s, not %s", i, o.Status, want[i])
		}
	}
	if e := runs(t, j)[0]; e.State != StateRunning || e.Counts[schema.StatusUnknown] != 1 {
		t.Errorf("%+v", e)
	}
	if string(saved.Options) != `{"a":1}` {
		t.Errorf("options %s", saved.Options)
	}
	if ids := identities(t, j, target); ids[saved.Plan.Actions[0].Want.Key()].ID != 8 {
		t.Errorf("identities %v", ids)
	}
	l, err := continued(t, j, saved)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	end(t, l, done(saved.Plan.Actions[1], schema.StatusCreated, 9))
	if o := load(t, j, "r1").Outcomes[1]; o.Status != schema.StatusCreated || o.ID != 9 {
		t.Errorf("after it continued: %s with id %d", o.Status, o.ID)
	}
}

// TestNothingAnsweredIsLost kills a process at any moment: what it had been answered is
// there.
func TestNothingAnsweredIsLost(t *testing.T) {
	testPlaces(t, func(t *testing.T, place func() string) {
		path := place()
		line, kill := child(t, "stream", path)
		testAnswered(t, openAt(t, path), append([]string{line}, kill()...))
	})
}

// TestNothingAnsweredIsLostByAServer kills the server of a database instead.
func TestNothingAnsweredIsLostByAServer(t *testing.T) {
	server := postgrestest.Start(t)
	url := server.URL(server.NewSchema())
	line, kill := child(t, "stream", url)
	server.Kill()
	answers := append([]string{line}, kill()...)
	server.Resume()
	testAnswered(t, openAt(t, url), answers)
}

func testAnswered(t *testing.T, j *Journal, answers []string) {
	outcomes, ids := load(t, j, "r1").Outcomes, identities(t, j, target)
	for _, answer := range answers {
		if answer == "ready" { // it was too fast to be killed
			continue
		}
		var call string
		var n int
		if _, err := fmt.Sscan(answer, &call, &n); err != nil {
			t.Fatalf("%q: %v", answer, err)
		}
		switch status := outcomes[n].Status; {
		case call == "end" && (status != schema.StatusCreated || len(ids) <= n):
			t.Errorf("%d ended, and is %s; %d identities", n, status, len(ids))
		case call == "begin" && status == schema.StatusUnprocessed:
			t.Errorf("%d began, and is %s", n, status)
		}
	}
}

// TestProcesses lets several processes open a file that does not exist yet, and write to
// it at once.
func TestProcesses(t *testing.T) {
	testPlaces(t, func(t *testing.T, place func() string) { testProcesses(t, place()) })
}

func testProcesses(t *testing.T, path string) {
	names := make([]string, 5)
	var all sync.WaitGroup
	for i := range names {
		all.Go(func() { names[i], _ = child(t, "create", path) })
	}
	all.Wait()
	j := openAt(t, path)
	for _, name := range names {
		for _, o := range load(t, j, name).Outcomes {
			if o.Status != schema.StatusCreated {
				t.Errorf("%s: %d is %s", name, o.N, o.Status)
			}
		}
	}
}

// TestLockDies: a run that was killed needs no cleanup, and is not running.
func TestLockDies(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "locks")
	_, kill := child(t, "lock", dir)
	locks := locksIn(t, dir)
	mustBeHeld(t, locks, 0, 1, holder)
	mustRun(t, locks, holder.Run)
	kill()
	mustRun(t, locks)
	next := Holder{Run: "the next", Host: "ci-8", PID: 1, Since: started}
	defer mustLockAs(t, locks, 0, 1, next)()
	mustRun(t, locks, next.Run)
}
