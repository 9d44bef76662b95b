package sandbox

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func mustScript(t *testing.T, text string) *script {
	t.Helper()
	f, err := ParseFaults(text)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newScript(f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// adds is what the next n adds suffer.
func adds(s *script, n int) []Fault {
	all := make([]Fault, n)
	for i := range all {
		all[i] = s.choose("POST", integrations)
	}
	return all
}

func TestTheSameSeedGivesTheSameFaults(t *testing.T) {
	const text = "drop-after=10%,503=10%,hang=20%,cut=10%"
	first := adds(mustScript(t, text+",seed=1"), 200)
	if diff := cmp.Diff(first, adds(mustScript(t, text+",seed=1"), 200)); diff != "" {
		t.Errorf("two scripts of one seed differ:\n%s", diff)
	}
	if cmp.Equal(first, adds(mustScript(t, text+",seed=2"), 200)) {
		t.Error("two seeds give the same faults")
	}
}

func TestRatesAreKept(t *testing.T) {
	const n = 20_000
	count := map[Fault]float64{}
	for _, f := range adds(mustScript(t, "drop-after=3%,503=3%,hang=10%,seed=7"), n) {
		count[f]++
	}
	for f, want := range map[Fault]float64{DropAfter: 0.03, "503": 0.03, HangBefore: 0.05, HangAfter: 0.05, "": 0.84} {
		if got := count[f] / n; math.Abs(got-want) > 0.01 {
			t.Errorf("%q: share %.3f, want about %.3f", f, got, want)
		}
	}
	if len(count) != 5 {
		t.Errorf("other faults came too: %v", count)
	}
}

func TestChanceHitsOnlyItsScope(t *testing.T) {
	writes, reads := mustScript(t, "503=100%"), mustScript(t, "503=100%,reads=true")
	for _, test := range []struct {
		method, path    string
		inWrites, inAll bool
	}{
		{"POST", integrations, true, true},
		{"PUT", repositories + "/1/disable", true, true},
		{"DELETE", integrations + "/1", true, true},
		{"GET", integrations, false, true},
		{"GET", myself, false, false},
		{"GET", "/", false, false},
		{"POST", "/login.jsp", false, false},
	} {
		if got := writes.choose(test.method, test.path) != ""; got != test.inWrites {
			t.Errorf("%s %s: fault %v, want %v", test.method, test.path, got, test.inWrites)
		}
		if got := reads.choose(test.method, test.path) != ""; got != test.inAll {
			t.Errorf("%s %s with reads: fault %v, want %v", test.method, test.path, got, test.inAll)
		}
	}
}

func TestRulesCountTheRequestsThatTheyMatch(t *testing.T) {
	s := mustScript(t, "cut=#2-3,503=#3-4,401=GET /rest/api/2/myself#2-,captcha=PUT#1,500=/rest/gitplugin/1.0/integration/*#2")
	for i, step := range []struct {
		method, path string
		want         Fault
	}{
		{"GET", myself, ""},
		{"POST", integrations, ""},
		{"GET", integrations, ""}, // not in scope: not counted by cut and 503
		{"POST", integrations, Cut},
		{"GET", myself, "401"},
		{"POST", integrations, Cut}, // the first rule that hits wins
		{"GET", integrations + "/1", ""},
		{"PUT", integrations + "/1", "503"}, // and the later ones have counted it too
		{"PUT", integrations + "/1", ""},
		{"GET", myself, "401"},
	} {
		if got := s.choose(step.method, step.path); got != step.want {
			t.Errorf("request %d, %s %s: %q, want %q", i+1, step.method, step.path, got, step.want)
		}
	}
}

func TestARuleWithoutNumbersHitsAll(t *testing.T) {
	s, err := newScript(Faults{Rules: []FaultRule{{Fault: Login}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := adds(s, 3); !cmp.Equal(got, []Fault{Login, Login, Login}) {
		t.Errorf("got %v", got)
	}
}

func TestRulesDoNotShiftChance(t *testing.T) {
	const text = "seed=3,503=30%"
	plain, ruled := adds(mustScript(t, text), 50), adds(mustScript(t, text+",cut=#1-10"), 50)
	if diff := cmp.Diff(plain[10:], ruled[10:]); diff != "" {
		t.Errorf("after the rule the faults differ:\n%s", diff)
	}
}

func TestHangIsDecidedByTheSeedInRulesToo(t *testing.T) {
	got := map[Fault]int{}
	for _, f := range adds(mustScript(t, "hang=#1-"), 100) {
		got[f]++
	}
	if got[HangBefore] < 20 || got[HangAfter] < 20 || len(got) != 2 {
		t.Errorf("got %v, want about half before and half after", got)
	}
}
