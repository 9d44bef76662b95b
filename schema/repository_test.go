package schema

import (
	"slices"
	"strings"
	"testing"
)

func TestRepositoryOrigins(t *testing.T) {
	for _, tt := range []struct{ origin, code, kept string }{
		{"https://git.example.org/scm/ops/tools.git", "", ""},
		{"HTTP://git.example.org:8080/tools", "", ""},
		{"ssh://git@git.example.org/tools.git", "", ""},
		{"git://git.example.org/tools.git", "", ""},
		{"file:///srv/git/tools.git", "", ""},
		{"git@git.example.org:team/tools.git", "", ""},
		{"git.example.org:7999/tools.git", "", ""},
		{"[::1]:tools.git", "", ""},
		{"/srv/git/tools of old.git", "", ""},
		{`D:\git\tools.git`, "", ""},
		{`\\host\share\tools.git`, "", ""},
		{"https://bob@git.example.org/tools.git", "origin-credentials", "https://git.example.org/tools.git"},
		{"https://bob:hunter2@git.example.org/tools.git", "origin-credentials", "https://git.example.org/tools.git"},
		{"ssh://git:hunter2@git.example.org/tools.git", "origin-credentials", "ssh://git@git.example.org/tools.git"},
		{"bob:hunter2@git.example.org:tools.git", "origin-credentials", "git.example.org:tools.git"},
		{"bob:hunter2@git.example.org/tools.git", "origin-credentials", "git.example.org/tools.git"},
		{"git.example.org/tools.git", "bad-origin", ""},
		{"git@git.example.org/tools.git", "bad-origin", ""},
		{"git@git.example.org:", "bad-origin", ""},
		{"git@git.example.org:a b", "bad-origin", ""},
		{"ssh://git@git.example.org:team/tools.git", "bad-origin", ""},
		{"https://git.example.org/", "bad-origin", ""},
		{"https:///tools.git", "bad-origin", ""},
		{"https://git.example.org/tools.git?ref=main", "bad-origin", ""},
		{"https://git.example.org/a b.git", "bad-origin", ""},
		{"svn://svn.example.org/tools", "bad-origin", ""},
		{"file://tools.git", "bad-origin", ""},
		{"../tools.git", "bad-origin", ""},
		{"D:tools.git", "bad-origin", ""},
	} {
		e := repository(tt.origin)
		r := Checker{}.Check(e)
		r.Cells = e.Shown(r)
		var want []string
		if tt.code != "" {
			want = []string{"origin " + tt.code}
		}
		if got := codes(r.Findings); !slices.Equal(got, want) {
			t.Errorf("%s: findings %q, want %q", tt.origin, got, want)
		}
		kept := tt.kept
		if kept == "" {
			kept = tt.origin
		}
		if r.Origin() != kept || r.Cells[1].Text != kept {
			t.Errorf("%s: kept %q, shown %q, want %q", tt.origin, r.Origin(), r.Cells[1].Text, kept)
		}
		for _, f := range r.Findings {
			if f.Advice == "" || strings.Contains(f.Message+f.Advice, "hunter2") {
				t.Errorf("%s: finding %+v", tt.origin, f)
			}
		}
	}
}
