package giturl

import "testing"

func TestAddresses(t *testing.T) {
	for in, want := range map[string]string{
		"https://github.com/acme/web.git":                "https://github.com/acme/web.git",
		" HTTPS://Bob:s3cret@GitHub.com:443/acme/web/ ":  "https://github.com/acme/web",
		"https://git.example/a.git?token=s3cret#x":       "https://git.example/a.git",
		"ssh://git:s3cret@git.example:22/a.git":          "ssh://git@git.example/a.git",
		"ssh://git@git.example:7999/p/a.git":             "ssh://git@git.example:7999/p/a.git",
		"git@github.com:acme/web.git":                    "git@github.com:acme/web.git",
		"git.example:a/b":                                "git.example:a/b",
		"git+ssh://git@git.example/a":                    "ssh://git@git.example/a",
		"codecommit::eu-west-1://profile@tools":          "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/tools",
		"https://dev.azure.com/o/My%20Project/_git/Repo": "https://dev.azure.com/o/My%20Project/_git/Repo",
		"":                          "",
		"../tools.git":              "",
		"/srv/git/tools.git":        "",
		`C:\git\tools.git`:          "",
		"file:///srv/git/tools.git": "",
		"https://git.example":       "",
		"bob:s3cret@git.example:a":  "",
		"codecommit::://x":          "",
		"https://[::1":              "",
	} {
		a, ok := Parse(in)
		got := ""
		if ok {
			got = a.String()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func TestRelative(t *testing.T) {
	for _, tt := range []struct{ base, ref, want string }{
		{"https://h.example/a/b.git", "../c.git", "https://h.example/a/c.git"},
		{"https://h.example/a/b.git/", "../../x/c", "https://h.example/x/c"},
		{"https://h.example/a/b", "./c", "https://h.example/a/b/c"},
		{"git@h.example:a/b.git", "../c.git", "git@h.example:a/c.git"},
		{"ssh://git@h.example:22/a", "../c", "ssh://git@h.example/c"},
		{"https://h.example/a", "../../c", ""},
	} {
		base, ok := Parse(tt.base)
		at, reached := base.Below(tt.ref)
		got := ""
		if ok && reached {
			got = at.String()
		}
		if got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.base, tt.ref, got, tt.want)
		}
	}
}

// TestFromPage: a page of a repository in a browser leads to the address to clone.
func TestFromPage(t *testing.T) {
	for page, want := range map[string]string{
		"https://github.com/acme/web":                                 "https://github.com/acme/web.git",
		"https://github.com/acme/web/":                                "https://github.com/acme/web.git",
		"https://github.com/acme/web.git":                             "https://github.com/acme/web.git",
		"https://github.com/acme/web/tree/main/services/cart":         "https://github.com/acme/web.git",
		"https://github.com/acme/web/blob/main/catalog-info.yaml":     "https://github.com/acme/web.git",
		"https://gitlab.com/a/b/c/-/tree/main/x":                      "https://gitlab.com/a/b/c.git",
		"https://bitbucket.org/acme/web/src/main/":                    "https://bitbucket.org/acme/web.git",
		"https://git.example/acme/web/src/branch/main/x":              "https://git.example/acme/web.git",
		"https://dev.azure.com/o/p/_git/r?path=/x&version=GBmain":     "https://dev.azure.com/o/p/_git/r",
		"https://b.example/projects/OPS/repos/tools/browse/x?at=main": "https://b.example/scm/ops/tools.git",
		"https://b.example/git/users/jdoe/repos/notes":                "https://b.example/git/scm/~jdoe/notes.git",
		"https://b.example/projects/~JDOE/repos/notes":                "https://b.example/scm/~jdoe/notes.git",
		"": "",
	} {
		if got := FromPage(page); got != want {
			t.Errorf("%s: %q, want %q", page, got, want)
		}
	}
}
