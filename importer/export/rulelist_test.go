package export

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// pathsOf reads "a/b=1 a/c=0" as sorted paths with their groups.
func pathsOf(text string) (paths []path) {
	for word := range strings.FieldsSeq(text) {
		name, number, _ := strings.Cut(word, "=")
		p := path{name: name}
		fmt.Sscan(number, &p.group)
		paths = append(paths, p)
	}
	slices.SortFunc(paths, func(a, b path) int { return strings.Compare(a.name, b.name) })
	return paths
}

func TestRuleList(t *testing.T) {
	for _, tt := range []struct{ name, paths, want string }{
		{"none differs", "acme/a=0 acme/b=0", ""},
		{"one", "acme/a=1 acme/b=0", "acme/a=1"},
		{"a common beginning", "acme/payments-api=1 acme/payments-web=1 acme/search=0", "acme/payments-*=1"},
		{"the beginning is one too", "acme/pay=1 acme/pay-api=1 acme/pay-web=1 acme/search=0", "acme/pay*=1"},
		{"all", "acme/a=1 acme/b=1 ops/c=1", "**=1"},
		{"all of an owner", "acme/a=1 acme/b=1", "acme/*=1"},
		{"across segments", "acme/x/a=1 acme/x/b/c=1 acme/z=0", "acme/x/**=1"},
		{"an exception", "acme/a=1 acme/b=1 acme/c=1 acme/d=0 ops/e=0", "acme/d=0 acme/*=1"},
		{"two names are as few as an exception", "acme/a=1 acme/b=1 acme/c=0", "acme/a=1 acme/b=1"},
		{"an exception, and what is not one", "a/aa=1 a/ab=1 a/ac=1 a/ba=2 a/bb=2 a/bc=2 a/bd=1 b/c=0 b/d=0", "a/a*=1 a/bd=1 a/b*=2"},
		{"owners", "acme-a/x=1 acme-b/y=1 ops/z=0", "acme-*/**=1"},
		{"a last segment alone", "tools=1 web=0 x/tools=0", "x/tools=0 tools=1"},
		{"a last segment alone, of all others", "tools=1 x/tools=2 y/tools=2", "x/tools=2 y/tools=2 tools=1"},
		{"no pattern holds it", "a/[x=1 a/b=0", "a/*x=1"},
		{"no pattern holds it, and others match", "a/[x=1 a/bx=0", "a/bx=0 a/*x=1"},
		{"letters of several bytes", "a/é1=1 a/é2=1 a/è=0", "a/é*=1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rules, wrong := ruleList(pathsOf(tt.paths))
			if got := textOf(rules); got != tt.want || len(wrong) > 0 {
				t.Errorf("got %s, wrong %v, want %s", got, wrong, tt.want)
			}
		})
	}
}

func textOf(rules []rule) string {
	var words []string
	for _, r := range rules {
		words = append(words, fmt.Sprintf("%s=%d", r.match, r.group))
	}
	return strings.Join(words, " ")
}

// TestRuleListIsShortest: no list of beginnings is shorter, and none of its rules can be left out.
func TestRuleListIsShortest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfNDistinct(rapid.StringMatching(`o/[ab]{1,3}`), 1, 6, rapid.ID).Draw(t, "names")
		slices.Sort(names)
		var paths []path
		for _, name := range names {
			paths = append(paths, path{name, group(rapid.IntRange(0, 2).Draw(t, name))})
		}
		rules, wrong := ruleList(paths)
		if most := shortest("", paths, 0); len(wrong) > 0 || len(rules) != most {
			t.Fatalf("%v: %s, wrong %v; %d rules are enough", paths, textOf(rules), wrong, most)
		}
		if again := needed(rules, paths); len(again) != len(rules) {
			t.Fatalf("%v: of %s only %s are needed", paths, textOf(rules), textOf(again))
		}
	})
}

// shortest is how many rules the paths that begin with a prefix need at least, where without any they are of a group. It tries
// all.
func shortest(prefix string, paths []path, given group) int {
	best := below(prefix, paths, given)
	for own := range group(3) {
		if own != given {
			best = min(best, 1+below(prefix, paths, own))
		}
	}
	return best
}

func below(prefix string, paths []path, given group) (rules int) {
	for _, next := range []string{"o", "/", "a", "b"} {
		var longer []path
		for _, p := range paths {
			if strings.HasPrefix(p.name, prefix+next) {
				longer = append(longer, p)
			}
		}
		if len(longer) > 0 {
			rules += shortest(prefix+next, longer, given)
		}
	}
	for _, p := range paths {
		if p.name == prefix && p.group != given {
			rules++
		}
	}
	return rules
}

func BenchmarkRuleList(b *testing.B) {
	for name, groupOf := range map[string]func(i int) group{
		"of three": func(i int) group { return group(i % 3) },
		"each":     func(i int) group { return group(i) },
		"by team":  func(i int) group { return group(i / 1000 % 2) },
	} {
		b.Run(name, func(b *testing.B) {
			var paths []path
			for i := range 10_000 {
				paths = append(paths, path{fmt.Sprintf("team-%d/repository-%04d", i/1000, i%1000), groupOf(i)})
			}
			var rules []rule
			for b.Loop() {
				rules, _ = ruleList(paths)
			}
			b.ReportMetric(float64(len(rules)), "rules")
		})
	}
}
