package sandbox

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func status(t *testing.T, s *Server) string {
	t.Helper()
	return strings.TrimSpace(send(t, s, "GET", "/rest/gitplugin/1.0/index.json?repoId=1", "").body)
}

// lastIndexed is the lastIndexedDate of integration 1, 0 where it is absent.
func lastIndexed(t *testing.T, s *Server) int64 {
	t.Helper()
	var answer struct {
		Integration []struct{ LastIndexedDate *int64 }
	}
	body := send(t, s, "GET", integrations+"/1", "").body
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if last := answer.Integration[0].LastIndexedDate; last != nil {
		return *last
	}
	return 0
}

func TestIndexingTakesTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, Options{IndexTime: 8 * time.Second})
		mustAdd(t, s, github)
		time.Sleep(3 * time.Second)
		if got, want := status(t, s), `{"success":true,"finished":false,"messages":{"Indexing Acme":37.5},"errors":{},"lastOperationPercent":37.5}`; got != want {
			t.Errorf("after 3 of 8 s: got\n%s\nwant\n%s", got, want)
		}
		if got := lastIndexed(t, s); got != 0 {
			t.Errorf("last indexed at %d before the first indexing ended", got)
		}
		time.Sleep(5 * time.Second)
		if got, want := status(t, s), `{"success":true,"finished":true,"messages":{"Indexing Acme":100.0},"errors":{},"lastOperationPercent":100.0}`; got != want {
			t.Errorf("after 8 s: got\n%s\nwant\n%s", got, want)
		}
		if got := lastIndexed(t, s); got != 946684808000 {
			t.Errorf("last indexed at %d, want 8 s after the add", got)
		}
	})
}

func TestReindex(t *testing.T) {
	uuid := regexp.MustCompile(`^\{"success":true,"finished":false,"threadId":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"\}\n$`)
	for name, test := range map[string]struct {
		body   string
		second bool // whether it reaches the second integration
	}{
		"one":          {`{"repoId":1}`, false},
		"all":          {`{}`, true},
		"all, by null": {`{"repoId":null}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := start(t, Options{})
				mustAdd(t, s, github)
				mustAdd(t, s, github)
				time.Sleep(time.Minute)
				added := s.Integrations()[0].InitDate
				if got := send(t, s, "POST", "/rest/gitplugin/2.0/reindex", test.body); !uuid.MatchString(got.body) {
					t.Errorf("got %s", got.body)
				}
				time.Sleep(time.Second)
				send(t, s, "POST", "/rest/gitplugin/2.0/reindex", test.body) // under way: goes on
				for i, in := range s.Integrations() {
					if in.LastIndexed.Sub(added) != 2*time.Second {
						t.Errorf("%d: while indexing again, last indexed %v after the add, want 2s", i, in.LastIndexed.Sub(added))
					}
				}
				time.Sleep(time.Second)
				for i, reached := range []bool{true, test.second} {
					want := 2 * time.Second
					if reached {
						want = time.Minute + 2*time.Second
					}
					if got := s.Integrations()[i].LastIndexed.Sub(added); got != want {
						t.Errorf("%d: last indexed %v after the add, want %v", i, got, want)
					}
				}
			})
		})
	}
}
