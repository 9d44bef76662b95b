package schema

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestRuleMatcher: it finds what trying the globs one by one finds.
func TestRuleMatcher(t *testing.T) {
	pattern := rapid.StringMatching(`[ab/*]{1,4}`).Filter(func(s string) bool { problem, _ := badMatch(s); return problem == "" })
	rapid.Check(t, func(t *rapid.T) {
		var rules []Record
		for _, p := range rapid.SliceOfN(pattern, 0, 8).Draw(t, "rules") {
			rules = append(rules, RecordOf([]FieldValue{{FieldMatch, Text(p)}}))
		}
		path := rapid.StringMatching(`[ab](/?[ab]){0,3}`).Draw(t, "path")
		want := slices.IndexFunc(rules, func(r Record) bool { return NewGlob(r.Get(FieldMatch).Text()).Match(path) })
		got, found := NewRuleMatcher(rules).First(path)
		if found != (want >= 0) || found && got != want {
			t.Fatalf("%s: rule %d (%v), want %d", path, got, found, want)
		}
	})
}
