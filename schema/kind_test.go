package schema

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestListsAndKinds: what an entry's list says counts where the entry says nothing, and
// is held against what it says.
func TestListsAndKinds(t *testing.T) {
	for _, tt := range []struct {
		listed, kind string
		want         Kind
		codes        []string
	}{
		{"", "", KindIntegration, nil},
		{"", "repository", KindRepository, nil},
		{"integration", "", KindIntegration, nil},
		{"repository", "", KindRepository, nil},
		{"repository", "!null", KindRepository, nil},
		{"repository", "repository", KindRepository, nil},
		{"repository", "integration", KindIntegration, []string{"kind kind-misplaced"}},
		{"integration", "repository", KindRepository, []string{"kind kind-misplaced"}},
		{"repository", "repo", KindIntegration, []string{"kind unknown-kind"}},
	} {
		e := entry("origin", "https://git.example.org/a.git")
		if tt.want == KindIntegration {
			e = entry("type", "GITHUB", "pat", "env:P")
		}
		if tt.kind != "" {
			e = e.Override([]Cell{{Name: "kind", Field: FieldKind, Written: written(tt.kind)}})
		}
		e.Listed = Kind(tt.listed)
		r := Checker{}.Check(e)
		if got := codes(r.Findings); r.Kind() != tt.want || !slices.Equal(got, tt.codes) {
			t.Errorf("%q in a list of %q: %s with %q, want %s with %q", tt.kind, tt.listed, r.Kind(), got, tt.want, tt.codes)
		}
	}
}

// TestDefaultsOfBothKinds: one set of defaults serves a manifest of both kinds.
func TestDefaultsOfBothKinds(t *testing.T) {
	defaults := entry("type", "GITHUB", "mainBranch", "main", "disabled", "!true", "kind", "repository").Cells
	listed := func(k Kind, e Entry) Entry { e.Listed = k; return e }
	for _, tt := range []struct {
		entry Entry
		want  string
	}{
		{entry("pat", "env:P"), "[pat mainBranch disabled kind]"},
		{entry("kind", "integration"), "[kind type disabled]"},
		{listed(KindIntegration, entry("pat", "env:P")), "[pat type disabled]"},
		{listed(KindRepository, entry("origin", "/a")), "[origin mainBranch disabled]"},
		{listed(KindRepository, entry("kind", "!null")), "[kind mainBranch disabled]"},
		{listed(KindRepository, entry("kind", "integration")), "[kind type disabled]"},
		{entry("kind", "nonsense"), "[kind type mainBranch disabled]"},
	} {
		var got []string
		for _, c := range tt.entry.Fill(defaults).Cells {
			got = append(got, c.Name)
		}
		if fmt.Sprint(got) != tt.want {
			t.Errorf("filled up: %v, want %v", got, tt.want)
		}
	}
}

// TestAssignToBothKinds: one command line serves a manifest of both kinds.
func TestAssignToBothKinds(t *testing.T) {
	set := entry("mainBranch", "trunk", "apiPath", "/x", "disabled", "!true").Cells
	for name, tt := range map[string]struct {
		entry     Entry
		set, fill []Cell
		want      string
	}{
		"an integration":               {entry("type", "GITHUB", "apiPath", "/own"), set, nil, "type=GITHUB apiPath=/x disabled=true"},
		"a repository":                 {entry("kind", "repository", "mainBranch", "own"), set, nil, "kind=repository mainBranch=trunk disabled=true"},
		"what is wrong stays so":       {entry("kind", "repository", "apiPath", "/own"), set, nil, "kind=repository apiPath=/own mainBranch=trunk disabled=true"},
		"no kind at all":               {entry("kind", "nonsense"), set, nil, "kind=nonsense mainBranch=trunk apiPath=/x disabled=true"},
		"one that becomes a kind":      {entry("origin", "/a"), append(entry("kind", "repository").Cells, set...), nil, "origin=/a kind=repository mainBranch=trunk disabled=true"},
		"one that a default makes one": {entry("origin", "/a"), set, entry("kind", "repository", "apiPath", "/y").Cells, "origin=/a mainBranch=trunk disabled=true kind=repository"},
		"defaults":                     {entry("type", "GITHUB"), nil, set, "type=GITHUB apiPath=/x disabled=true"},
	} {
		var got []string
		for _, c := range tt.entry.Assign(tt.set, tt.fill).Cells {
			got = append(got, c.Name+"="+c.Written.Text)
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %v, want %s", name, got, tt.want)
		}
	}
	if len(set) != 3 || set[1].Name != "apiPath" {
		t.Errorf("the cells were changed: %v", set)
	}
}
