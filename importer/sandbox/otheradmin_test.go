package sandbox

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestAnotherAdministratorWorks(t *testing.T) {
	s := scripted(t, "seed=5,other-admin:add=#2,other-admin:copy=PUT#1,other-admin:rename=PUT#2,other-admin:delete=PUT#3")
	mustAdd(t, s, `{"type":"GITLAB","displayName":"ours","pat":"ghp_0123456789","global":true}`)
	mustAdd(t, s, named("ours too"))
	for range 3 {
		send(t, s, "PUT", integrations+"/1", `{}`)
	}
	actions := s.AdminActions()
	var did []string
	for _, d := range actions {
		did = append(did, d.What)
	}
	if !cmp.Equal(did, []string{"add", "copy", "rename", "delete"}) {
		t.Fatalf("the other administrator did %v", did)
	}
	added, copied, renamed, deleted := actions[0].Record, actions[1].Record, actions[2].Record, actions[3].Record
	if added.ID != 2 || !added.OtherAdmin || !copied.OtherAdmin || copied.ID != 4 {
		t.Errorf("made are %+v and %+v, both to be marked", added, copied)
	}
	var live []int64
	same := 0
	for _, in := range s.Integrations() {
		live = append(live, in.ID)
		if in.OtherAdmin != (in.ID == 2 || in.ID == 4) {
			t.Errorf("id %d is marked as the other administrator's: %v", in.ID, in.OtherAdmin)
		}
		if in.ID == renamed.ID && in.DisplayName != renamed.DisplayName {
			t.Errorf("id %d is %q, want %q", in.ID, in.DisplayName, renamed.DisplayName)
		}
		if cmp.Equal(in.Connection, copied, cmpopts.IgnoreFields(Connection{}, "ID", "InitDate", "IndexStart", "LastIndexed", "OtherAdmin")) {
			same++
		}
	}
	if len(live) != 3 || strings.Contains(fmt.Sprint(live), fmt.Sprint(deleted.ID)) {
		t.Errorf("live are %v, want three without %d", live, deleted.ID)
	}
	if !strings.HasSuffix(renamed.DisplayName, " (5)") || same == 0 {
		t.Errorf("renamed to %q, %d like the copy", renamed.DisplayName, same)
	}
	if got := send(t, s, "GET", integrations, "").body; strings.Contains(strings.ToLower(got), "otheradmin") {
		t.Errorf("the list shows the mark: %s", got)
	}
}

// What clients do to the other administrator's records is counted.
func TestWritesToWhatAnotherAdministratorMadeAreCounted(t *testing.T) {
	s := scripted(t, "other-admin:add=#1,other-admin:copy=#3")
	mustAddRepository(t, s, plainRepository("ours")) // 1 is the other administrator's
	send(t, s, "DELETE", integrations+"/1", "")
	send(t, s, "DELETE", repositories+"?id=2", "")
	if n := s.Counts().OtherAdmin; n != 1 {
		t.Fatalf("%d writes are counted, want one", n)
	}
	for _, path := range []string{integrations + "/3", repositories + "/3/disable?disable=true"} {
		send(t, s, "PUT", path, `{}`)
	}
	send(t, s, "PUT", repositories, `{"id":3,"displayName":"x"}`)
	send(t, s, "DELETE", repositories+"?id=3", "")
	if n := s.Counts().OtherAdmin; n != 5 || len(s.Repositories()) != 0 {
		t.Errorf("%d writes are counted, want five", n)
	}
}

// At a rate the seed chooses what is done, and to which record: the same each time.
func TestTheSeedChoosesWhatTheAdministratorDoes(t *testing.T) {
	work := func(seed int) (did []string) {
		s := scripted(t, fmt.Sprintf("seed=%d,other-admin=30%%", seed))
		for i := range 60 {
			mustAdd(t, s, named(fmt.Sprint("ours ", i)))
		}
		for _, d := range s.AdminActions() {
			did = append(did, fmt.Sprintf("%s %d %s", d.What, d.Record.ID, d.Record.DisplayName))
		}
		return did
	}
	first := work(1)
	if diff := cmp.Diff(first, work(1)); diff != "" {
		t.Errorf("the same seed differs:\n%s", diff)
	}
	if cmp.Equal(first, work(2)) || len(first) < 5 {
		t.Errorf("seed 1 and 2 do the same, or too little: %v", first)
	}
}

// What has nothing to work on does nothing; repositories inside an integration are left alone, and go with it.
func TestAnotherAdministratorAndNestedRepositories(t *testing.T) {
	f, err := ParseFaults("other-admin:delete=#1-2,other-admin:copy=#3")
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, Options{Faults: f, Tracked: 2})
	mustAdd(t, s, named("a"))
	mustAdd(t, s, named("b"))
	mustAdd(t, s, named("c"))
	if got := liveNames(s); !cmp.Equal(got, []string{"b", "b", "c"}) || len(s.Repositories()) != 6 || len(s.AdminActions()) != 2 {
		t.Errorf("live are %v with %d repositories, after %d actions", got, len(s.Repositories()), len(s.AdminActions()))
	}
}
