package sandbox

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A restore reverts adds, updates and deletes, and late work is lost; the ids go to other records.
func TestRestore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scripted(t, "restore:4=#8,slow-after-cut:1s=#7")
		for _, name := range []string{"a", "b", "c"} {
			mustAdd(t, s, named(name))
		}
		send(t, s, "PUT", integrations+"/1", `{"displayName":"A"}`)
		send(t, s, "DELETE", integrations+"/2", "")
		mustAdd(t, s, named("d"))
		lost(t, s, "POST", integrations, named("late"))
		before := s.Integrations()
		time.Sleep(500 * time.Millisecond)
		mustAdd(t, s, named("e"))
		time.Sleep(time.Hour)
		live := s.Integrations()
		if got := liveNames(s); !cmp.Equal(got, []string{"a", "b", "e"}) {
			t.Fatalf("after the restore and an add: %v", got)
		}
		if was, is := before[1], live[2]; was.ID != is.ID || was.InitDate.Equal(is.InitDate) {
			t.Errorf("id %d of %v is now id %d of %v, want the same id and another date", was.ID, was.InitDate, is.ID, is.InitDate)
		}
	})
}

// Where the server has not so many changes behind it, it is what it was at its start; and a refusal is no change.
func TestRestoreToTheStart(t *testing.T) {
	s := scripted(t, "restore:100=GET /rest/api/2/myself#2-3,restore:1=PUT#1")
	send(t, s, "GET", myself, "")
	mustAdd(t, s, named("a"))
	send(t, s, "POST", integrations, `{"type":"NONE"}`)
	send(t, s, "PUT", integrations+"/1", `{"displayName":"A"}`)
	if got := liveNames(s); got != nil {
		t.Errorf("a restore of the only change leaves %v", got)
	}
	mustAdd(t, s, named("b"))
	for range 2 {
		send(t, s, "GET", myself, "")
		if got := liveNames(s); got != nil {
			t.Errorf("a restore of more changes than there were leaves %v", got)
		}
	}
}

func TestARestoreIsInTheDataFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "jira.db")
	f, err := ParseFaults("restore:3=#6")
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{DataFile: path, Faults: f, Tracked: 1})
	if err != nil {
		t.Fatal(err)
	}
	mustAdd(t, s, named("a"))
	mustAddRepository(t, s, plainRepository("r"))
	mustAdd(t, s, named("b"))
	send(t, s, "PUT", integrations+"/1", `{"displayName":"A"}`)
	mustAdd(t, s, named("c"))
	send(t, s, "DELETE", integrations+"/77", "") // there is none: the restore is all that happens
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, Options{DataFile: path, Tracked: 1})
	if got := liveNames(s); !cmp.Equal(got, []string{"a"}) || len(s.Repositories()) != 2 {
		t.Errorf("after a restart: %v and %d repositories", got, len(s.Repositories()))
	}
	mustAdd(t, s, named("d"))
	if id := s.Integrations()[1].ID; id != 4 {
		t.Errorf("the next id is %d, want 4", id)
	}
}
