package sandbox

import (
	"regexp"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// shown are the names in the answer to a list.
func shown(t *testing.T, s *Server, path string) []string {
	t.Helper()
	var names []string
	for _, found := range regexp.MustCompile(`"displayName":"([^"]*)"`).FindAllStringSubmatch(send(t, s, "GET", path, "").body, -1) {
		names = append(names, found[1])
	}
	return names
}

// plainRepository is the body of an add.
func plainRepository(name string) string {
	return `{"origin":"https://git.example.org/` + name + `.git","absoluteRoot":false}`
}

// A node that is behind lacks what is new in all lists; the record itself can be read.
func TestListsLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scripted(t, "list-lag=10s")
		mustAdd(t, s, named("old"))
		mustAddRepository(t, s, plainRepository("old"))
		time.Sleep(4 * time.Second)
		mustAdd(t, s, named("new"))
		mustAddRepository(t, s, plainRepository("new"))
		time.Sleep(6 * time.Second)
		for _, path := range []string{integrations, repositories, repositories + "/all"} {
			if got := shown(t, s, path); !cmp.Equal(got, []string{"old"}) {
				t.Errorf("%s lists %v, want what is 10 s old", path, got)
			}
		}
		if got := shown(t, s, integrations+"/3"); !cmp.Equal(got, []string{"new"}) {
			t.Errorf("integration 3 is %v", got)
		}
		time.Sleep(4 * time.Second)
		if got := shown(t, s, integrations); !cmp.Equal(got, []string{"old", "new"}) {
			t.Errorf("in the end the list is %v", got)
		}
	})
}

// By a rule, or by chance, only some lists lag: those of one node.
func TestSomeListsLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scripted(t, "seed=3,list-lag:1h=#2,list-lag:1h=#5-")
		mustAdd(t, s, named("new"))
		for i, want := range []int{1, 0, 1, 1, 0, 0} {
			if got := len(shown(t, s, integrations)); got != want {
				t.Errorf("list %d has %d, want %d", i+1, got, want)
			}
		}
		var first []int
		for range 2 {
			s := scripted(t, "seed=3,list-lag:1h=50%")
			mustAdd(t, s, named("new"))
			var seen []int
			for range 40 {
				seen = append(seen, len(shown(t, s, integrations)))
			}
			if first == nil {
				first = seen
			} else if !cmp.Equal(first, seen) {
				t.Errorf("the same seed lists %v and %v", first, seen)
			}
		}
	})
}

// A cache answers until its age is reached, whatever was added, changed or deleted meanwhile.
func TestListsAreCached(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := scripted(t, "list-cache=10s")
		mustAdd(t, s, named("a"))
		mustAdd(t, s, named("b"))
		shown(t, s, integrations)
		send(t, s, "DELETE", integrations+"/1", "")
		send(t, s, "PUT", integrations+"/2", `{"displayName":"B"}`)
		mustAdd(t, s, named("c"))
		for _, step := range []struct {
			after time.Duration
			want  []string
		}{{5 * time.Second, []string{"a", "b"}}, {5 * time.Second, []string{"a", "b"}}, {time.Millisecond, []string{"B", "c"}}} {
			time.Sleep(step.after)
			if got := shown(t, s, integrations); !cmp.Equal(got, step.want) {
				t.Errorf("%v later: %v, want %v", step.after, got, step.want)
			}
		}
	})
}

func TestAListIsEmptyOnce(t *testing.T) {
	s := scripted(t, "list-empty=#2")
	mustAdd(t, s, named("a"))
	for i, want := range []int{1, 0, 1} {
		if got := len(shown(t, s, integrations)); got != want {
			t.Errorf("list %d has %d, want %d", i+1, got, want)
		}
	}
}
