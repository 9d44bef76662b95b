package sandbox

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRequestsAndCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, Options{BasePath: "/jira", Token: "good"})
		send(t, s, "GET", "/jira"+myself+"?x=canary", "", bearer("bad"))
		time.Sleep(time.Second)
		send(t, s, "POST", "/jira"+integrations, github, bearer("good"))
		send(t, s, "DELETE", "/jira"+integrations+"/9", "", bearer("good"))
		zero := startOfBubble()
		want := []Request{
			{Time: zero, Method: "GET", Path: "/jira" + myself, Status: 401},
			{Time: zero.Add(time.Second), Method: "POST", Path: "/jira" + integrations, Status: 200},
			{Time: zero.Add(time.Second), Method: "DELETE", Path: "/jira" + integrations + "/9", Status: 200},
		}
		if diff := cmp.Diff(want, s.Requests()); diff != "" {
			t.Errorf("requests (-want +got):\n%s", diff)
		}
		if want := (Counts{Requests: 3, Writes: 2, Refused: 1, MostWrites: 1}); s.Counts() != want {
			t.Errorf("counts %+v, want %+v", s.Counts(), want)
		}
	})
}

func TestTheLogForgetsTheOldest(t *testing.T) {
	var s Server
	for range maxRequests + 2 {
		s.log.enter("GET", "/old", "")(200)
	}
	leave := s.log.enter("POST", "/new", Hang)
	got := s.Requests()
	if len(got) != maxRequests || got[0].Path != "/old" || got[maxRequests-2].Path != "/old" || got[maxRequests-1].Path != "/new" {
		t.Errorf("%d requests from %+v to %+v, want the latest, oldest first", len(got), got[0], got[len(got)-1])
	}
	if got[maxRequests-1].Status != 0 {
		t.Error("a request in flight has a status")
	}
	for range maxRequests {
		s.log.enter("GET", "/newer", "")(200)
	}
	leave(403) // long forgotten
	if want := (Counts{Requests: 2*maxRequests + 3, Writes: 1, Refused: 1, MostWrites: 1}); s.Counts() != want {
		t.Errorf("counts %+v, want %+v", s.Counts(), want)
	}
	for _, r := range s.Requests() {
		if r.Path != "/newer" || r.Status != 200 {
			t.Fatalf("got %+v, want only the newer ones", r)
		}
	}
}
