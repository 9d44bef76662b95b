package planner

import (
	"fmt"
	"slices"
	"testing"

	"gijbulk/schema"
)

// A repository that an integration holds is told, and what is done about it is not
// changed by that.
func TestDiffTellsOfRepositoriesInsideIntegrations(t *testing.T) {
	have := []schema.Record{livePlain(3, "https://git.example.org/live.git")}
	inside := func(origin string, integration int64) schema.Record {
		r := record(0, "kind", "nested", "origin", origin)
		r.Integration = integration
		return r
	}
	tracked := []schema.Record{
		inside("https://git.example.org/a.git", 12),
		inside("https://GIT.example.org:443/live.git/", 12),
		inside("git@git.example.org:scm/b.git", 0),
		inside("", 12),
	}
	faulty := plain(2, "https://git.example.org/a.git")
	faulty = faulty.WithFindings(schema.Finding{Message: "it is faulty"})
	for _, tt := range []struct {
		name string
		want schema.Record
		said string
		told []string
	}{
		{"to create", plain(2, "https://git.example.org:443/a.git"), "create 0",
			[]string{"m.csv:2: origin: integration 12 on the server already lists this repository: it would be cloned and indexed twice"}},
		{"there already", plain(2, "https://git.example.org/live.git"), "unchanged 3",
			[]string{"m.csv:2: origin: integration 12 on the server already lists this repository: it is cloned and indexed twice"}},
		{"which one is not told", plain(2, "git@git.example.org:scm/b.git"), "create 0",
			[]string{"m.csv:2: origin: an integration on the server already lists this repository: it would be cloned and indexed twice"}},
		{"another", plain(2, "https://git.example.org/A.git"), "create 0", nil},
		{"no origin", plain(2, ""), "create 0", nil},
		{"an integration", record(2, "type", "GITLAB_SERVER", "origin", "https://git.example.org/a.git", "displayName", "a"), "create 0", nil},
		{"one with errors", faulty, "invalid 0", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, findings := Diff([]schema.Record{tt.want}, have, Options{Update: true, Nested: tracked})
			var told []string
			for _, f := range findings {
				told = append(told, fmt.Sprint(f))
				if f.Level != schema.LevelWarning || f.Code != schema.CodeInIntegration {
					t.Errorf("%s %s", f.Level, f.Code)
				}
			}
			if said(plan) != tt.said || !slices.Equal(told, tt.told) {
				t.Errorf("got %s and %q, want %s and %q", said(plan), told, tt.said, tt.told)
			}
		})
	}
}
