package convert_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gijbulk/importer/convert"
)

// TestPatterns holds what a filter selects against what the pattern itself does.
func TestPatterns(t *testing.T) {
	names := []string{"", "web", "web-", "web-shop", "api-", "api-v1", "my-web", "my-web-shop", "shop", "sho", "shape", "a.b", "aXb", "cart", "basket", "WEB-x", "it's"}
	for _, tt := range []struct {
		pattern string
		told    bool
	}{
		{"^web-", true}, {"web", true}, {"-shop$", true}, {"^web$", true}, {"^(web|api)-", true}, {"^web-.*", true}, {".*web.*", true},
		{"^.*shop$", true}, {"^shop.*$", true}, {"(cart|basket)$", true}, {"^sh(op|ape)$", true}, {"^webs?-", true}, {`a\.b`, true},
		{"^web|shop$", true}, {"it's", true}, {"^$", true}, {"a[.X]b", true},
		{"web.*shop", false}, {"[0-9]+x", false}, {"(?i)web", false}, {".*", false}, {"", false}, {"a.b", false}, {"web+", false},
		{"(", false}, {"[a-z]shop", true}, {"[^a]shop", false}, {`\bweb\b`, false}, {"^^web", false}, {"web$x", false},
	} {
		condition, ok := convert.Matching(tt.pattern)
		if ok != tt.told {
			t.Errorf("%s: %s, told %v", tt.pattern, condition, ok)
		}
		if !ok {
			continue
		}
		var host []any
		var want []string
		for _, name := range names {
			host = append(host, map[string]any{"name": name})
			if regexp.MustCompile(tt.pattern).MatchString(name) {
				want = append(want, name)
			}
		}
		if got := convert.Selected(t, "[?"+condition+"]", host); !slices.Equal(got, want) {
			t.Errorf("%s: %s selects %q, want %q", tt.pattern, condition, got, want)
		}
	}
}

// TestPatternsDrawn: whatever is told of a pattern, is true of any name.
func TestPatternsDrawn(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "b", "-", "(a|b)", "(ab|-)", "[ab]", "a?", ".*", "^", "$", "."})
	rapid.Check(t, func(rt *rapid.T) {
		pattern := strings.Join(rapid.SliceOfN(piece, 0, 5).Draw(rt, "pattern"), "")
		condition, ok := convert.Matching(pattern)
		if !ok {
			return
		}
		name := rapid.StringOfN(rapid.SampledFrom([]rune("ab-")), 1, 6, -1).Draw(rt, "name")
		got := convert.Selected(t, "[?"+condition+"]", []any{map[string]any{"name": name}})
		if (len(got) == 1) != regexp.MustCompile(pattern).MatchString(name) {
			rt.Fatalf("%s: %s of %q: %v", pattern, condition, name, got)
		}
	})
}
