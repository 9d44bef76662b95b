package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// scripted is a server with the textual form of faults.
func scripted(t *testing.T, faults string) *Server {
	t.Helper()
	f, err := ParseFaults(faults)
	if err != nil {
		t.Fatal(err)
	}
	return start(t, Options{Faults: f})
}

// named is the body of an add.
func named(name string) string { return fmt.Sprintf(`{"type":"GITHUB","displayName":%q}`, name) }

// liveNames are the names that are on the server, by id.
func liveNames(s *Server) []string {
	var names []string
	for _, in := range s.Integrations() {
		names = append(names, in.DisplayName)
	}
	return names
}

// lost sends a write that is not answered.
func lost(t *testing.T, s *Server, method, path, body string) {
	t.Helper()
	_, err := exchangeWith(s.RoundTripper(), newRequest(t, method, "http://jira"+path, body))
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Fatalf("%s %s: got %v, want a reset connection", method, path, err)
	}
}

// The connection is cut at once, and the work takes effect later, at the time when it is due.
func TestWorkGoesOnAfterItsConnection(t *testing.T) {
	for fault, after := range map[Fault]time.Duration{"slow-after-cut:10s": 10 * time.Second, SlowAfterCut: 5 * time.Second} {
		t.Run(string(fault), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := scripted(t, string(fault)+"=#1")
				lost(t, s, "POST", integrations, named("slow"))
				time.Sleep(after - time.Millisecond)
				mustAdd(t, s, named("fast"))
				if got := liveNames(s); !cmp.Equal(got, []string{"fast"}) {
					t.Fatalf("before the work is due: %v", got)
				}
				time.Sleep(time.Minute)
				if got := send(t, s, "GET", integrations, ""); !strings.Contains(got.body, `"displayName":"slow"`) {
					t.Errorf("after it was due the list is %s", got.body)
				}
				if late := s.Integrations()[1]; late.ID != 2 || !late.InitDate.Equal(startOfBubble().Add(after)) {
					t.Errorf("id %d was added at %v, want 2, %v after the start", late.ID, late.InitDate, after)
				}
			})
		})
	}
}

func TestAProxyGivesUpOnWorkThatGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scripted(t, "502-slow:3s=#1")
		if got := send(t, s, "POST", integrations, github); got.status != http.StatusBadGateway || len(s.Integrations()) != 0 {
			t.Fatalf("status %d, %d integrations; want 502 and none", got.status, len(s.Integrations()))
		}
		time.Sleep(3 * time.Second)
		if n := len(s.Integrations()); n != 1 {
			t.Errorf("%d integrations after 3 s, want 1", n)
		}
	})
}

// Work that outlives its connection is done in the order in which it is due, after the client has left, and takes no token.
func TestLateWorkInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, err := ParseFaults("slow-after-cut:9s=#1,slow-after-cut:6s=#2,slow-after-cut:7s=#4")
		if err != nil {
			t.Fatal(err)
		}
		s := start(t, Options{Faults: f, RateLimit: RateLimit{Limit: 1, FillRate: 1, Interval: time.Hour}})
		lost(t, s, "POST", integrations, named("last"))
		lost(t, s, "POST", integrations, named("first"))
		mustAdd(t, s, named("kept"))
		lost(t, s, "DELETE", integrations+"/1", "")
		time.Sleep(6 * time.Second)
		if got := liveNames(s); !cmp.Equal(got, []string{"kept", "first"}) {
			t.Errorf("after 6 s: %v", got)
		}
		time.Sleep(3 * time.Second)
		if got := liveNames(s); !cmp.Equal(got, []string{"first", "last"}) {
			t.Errorf("after 9 s: %v", got)
		}
	})
}
