package tools

import (
	"strings"
	"testing"

	"gijbulk/importer/convert"
)

// TestGhorgCommands: what is read out of a command of ghorg.
func TestGhorgCommands(t *testing.T) {
	for _, tt := range []struct {
		cmd, name, filter, why string
		untold                 int
	}{
		{cmd: "ghorg clone acme", name: "acme"},
		{cmd: "/usr/local/bin/ghorg clone --token ghp_canary -s gitlab acme/sub", name: "acme/sub"},
		{cmd: "GHORG_COLOR=off ghorg clone --quiet acme --future=x", name: "acme"},
		{cmd: "ghorg clone acme --skip-forks --skip-archived", name: "acme", filter: "[?(!archived) && (!fork)]"},
		{cmd: "ghorg clone acme --match-prefix=a-,b-", name: "acme", filter: "[?(starts_with(name, 'a-') || starts_with(name, 'b-'))]"},
		{cmd: "ghorg clone acme --topics=x --exclude-match-regex=^x$", name: "acme", filter: "[?(!(name=='x')) && (contains(topics, 'x'))]"},
		{cmd: "ghorg clone acme --match-regex='a.*b' --github-filter-language go", name: "acme", untold: 2},
		{cmd: "ghorg clone acme --skip-forks --match-prefix=" + strings.Repeat("another-prefix-,", 100), name: "acme", filter: "[?(!fork)]", untold: 1},
		{cmd: "ghorg reclone", why: "not a ghorg clone"}, {cmd: "clone acme", why: "not a ghorg clone"}, {cmd: "ghorg clone --quiet", why: "names no organization"},
		{cmd: "ghorg clone --quiet=maybe x", why: "names no organization"},
	} {
		c, why := cloneOf(strings.Fields(strings.ReplaceAll(tt.cmd, "'", "")))
		if tt.why != "" || why != "" {
			if tt.why == "" || !strings.Contains(why, tt.why) {
				t.Errorf("%s: %s", tt.cmd, why)
			}
			continue
		}
		filter, untold := c.filter(convert.GitHub.Filter)
		if c.name != tt.name || filter != tt.filter || len(untold) != tt.untold {
			t.Errorf("%s: %s %s %v", tt.cmd, c.name, filter, untold)
		}
	}
}

// TestGhorgScopes: where a command takes repositories from.
func TestGhorgScopes(t *testing.T) {
	for cmd, want := range map[string]string{
		"acme":                 "https://github.com acme",
		"acme -s gitlab":       "https://gitlab.com acme",
		"all-groups -s gitlab": "https://gitlab.com ",
		"a/b -s gitlab --base-url=https://h.example/git/":             "https://h.example/git a/b",
		"acme --base-url=https://github.acme.example/api/v3/":         "https://github.acme.example acme",
		"acme --base-url=https://api.github.com":                      "https://github.com acme",
		"acme --base-url=nowhere":                                     "its --base-url is not a URL",
		"acme --scm=sourcehut":                                        "there is no integration type for sourcehut; a list of its repositories can be converted",
		"acme-bot --clone-type=user --github-user-gists --scm=github": "it does not clone the repositories of an organization",
	} {
		c, why := cloneOf(strings.Fields("ghorg clone " + cmd))
		if why != "" {
			t.Fatal(why)
		}
		at, why := c.location()
		got := why
		if why == "" {
			got = at.Base + " " + at.Owner
		}
		if got != want {
			t.Errorf("%s: %q, want %q", cmd, got, want)
		}
	}
}

func TestBranches(t *testing.T) {
	for revision, want := range map[string]string{"refs/heads/main": "main", "main": "main", "feature/x": "feature/x", "v1.2.3": "", "1.0-rc1": "", "refs/tags/x": "",
		"0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c": "", "0f1e2d3c": "0f1e2d3c", "": "", "humble": "humble", "2024": "2024"} {
		if got := branchOf(revision); got != want {
			t.Errorf("%s: branch %q, want %q", revision, got, want)
		}
	}
}

// TestCheckouts: what is read out of a command line, of which nothing is run.
func TestCheckouts(t *testing.T) {
	for command, want := range map[string]string{
		"git clone 'https://h.example/a' 'a'":                      "https://h.example/a  ",
		"git clone -b x --depth 1 -q git@h.example:a.git":          "git@h.example:a.git x ",
		"git clone --branch=x --recursive https://h.example/a; ls": "https://h.example/a x ",
		"git -c http.proxy= clone https://h.example/a":             "https://h.example/a  ",
		"cd .. && git clone https://h.example/a && cd a":           "https://h.example/a  ",
		"git clone && ls https://h.example/a":                      "  its git clone has no URL",
		"git clone -b":                                             "  its git clone has no URL",
		"hg clone https://h.example/a":                             "  it is not a git repository",
		"git pull":                                                 "  its checkout runs no git clone",
		"git clone 'https://h.example/a":                           "  its checkout is not a valid command line",
		"git clone `cat url`":                                      "  its URL has a variable of the shell",
		"":                                                         "  it has no checkout",
	} {
		url, branch, why := clonedBy(command)
		if got := url + " " + branch + " " + why; got != want {
			t.Errorf("%s: %q, want %q", command, got, want)
		}
	}
}
