package sandbox

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestHosts: an integration at a simulated host gets what that host lists for its path, filter and credential at its next
// scan. A refusal is what the app says about its indexing, and leaves what is there; a new token ends it.
func TestHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		s := start(t, Options{Listing: Listing{"": []any{map[string]any{"full_name": "example/of-the-listing"}}}, Hosts: func(q HostQuery) ([][]any, bool, error) {
			asked++
			switch {
			case q.Origin != "https://git.example.org":
				return nil, false, nil
			case q.Token != "good":
				return nil, true, errors.New("401 Unauthorized")
			}
			one, two := map[string]any{"path_with_namespace": q.Path + "/one"}, map[string]any{"path_with_namespace": q.Path + "/two"}
			return [][]any{{one}, {two}}, true, nil
		}})
		says := func(step, indexing string, origins ...string) {
			t.Helper()
			time.Sleep(3 * time.Second)
			var got []string
			for _, re := range s.Repositories() {
				got = append(got, re.Origin)
			}
			if answer := send(t, s, "GET", "/rest/gitplugin/1.0/index.json?repoId=1", "").body; !strings.Contains(answer, `"errors":{`+indexing+`}`) || fmt.Sprint(got) != fmt.Sprint(origins) {
				t.Errorf("%s: %s, nested %v", step, answer, got)
			}
		}
		update := func(body string) {
			t.Helper()
			if got := send(t, s, "PUT", "/rest/gitplugin/1.0/integration/1", body); got.status != 200 || strings.Contains(got.body, "false,\"error") {
				t.Fatal(got)
			}
		}
		const one, two = "https://git.example.org/x/one.git", "https://git.example.org/x/two.git"
		mustAdd(t, s, `{"type":"GITLAB_SERVER","displayName":"Lab","origin":"https://git.example.org","apiPath":"/x","pat":"good"}`)
		says("scanned", "", one, two)
		update(`{"pat":"bad"}`)
		says("refused", `"Indexing Lab":"401 Unauthorized"`, one, two)
		update(`{"pat":"good","apiFilter":"[?contains(path_with_namespace, 'two')]"}`)
		says("accepted, and filtered", "", two)
		mustAdd(t, s, `{"type":"GITLAB","displayName":"Another host","pat":"good"}`)
		says("another host", "", two, "https://gitlab.com/example/of-the-listing.git")
		if asked != 4 {
			t.Errorf("the hosts were asked %d times", asked)
		}
	})
}
