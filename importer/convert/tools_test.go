package convert

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gijbulk/schema"
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
		condition, ok := matching(tt.pattern)
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
		if got := selected(t, "[?"+condition+"]", host); !slices.Equal(got, want) {
			t.Errorf("%s: %s selects %q, want %q", tt.pattern, condition, got, want)
		}
	}
}

// TestPatternsDrawn: whatever is told of a pattern, is true of any name.
func TestPatternsDrawn(t *testing.T) {
	piece := rapid.SampledFrom([]string{"a", "b", "-", "(a|b)", "(ab|-)", "[ab]", "a?", ".*", "^", "$", "."})
	rapid.Check(t, func(rt *rapid.T) {
		pattern := strings.Join(rapid.SliceOfN(piece, 0, 5).Draw(rt, "pattern"), "")
		condition, ok := matching(pattern)
		if !ok {
			return
		}
		name := rapid.StringOfN(rapid.SampledFrom([]rune("ab-")), 1, 6, -1).Draw(rt, "name")
		got := selected(t, "[?"+condition+"]", []any{map[string]any{"name": name}})
		if (len(got) == 1) != regexp.MustCompile(pattern).MatchString(name) {
			rt.Fatalf("%s: %s of %q: %v", pattern, condition, name, got)
		}
	})
}

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
		{cmd: "ghorg reclone", why: "no ghorg clone"}, {cmd: "clone acme", why: "no ghorg clone"}, {cmd: "ghorg clone --quiet", why: "names no organisation"},
		{cmd: "ghorg clone --quiet=maybe x", why: "names no organisation"},
	} {
		c, why := cloneOf(strings.Fields(strings.ReplaceAll(tt.cmd, "'", "")))
		if tt.why != "" || why != "" {
			if tt.why == "" || !strings.Contains(why, tt.why) {
				t.Errorf("%s: %s", tt.cmd, why)
			}
			continue
		}
		filter, untold := c.filter(github.filter)
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
		"acme --base-url=nowhere":                                     "its --base-url is no URL",
		"acme --scm=sourcehut":                                        "there is no integration type for sourcehut; a list of its repositories can be converted",
		"acme-bot --clone-type=user --github-user-gists --scm=github": "it clones no repositories of an organisation",
	} {
		c, why := cloneOf(strings.Fields("ghorg clone " + cmd))
		if why != "" {
			t.Fatal(why)
		}
		at, why := c.scope()
		got := why
		if why == "" {
			got = at.base + " " + at.owner
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
		"hg clone https://h.example/a":                             "  it is no git repository",
		"git pull":                                                 "  its checkout runs no git clone",
		"git clone 'https://h.example/a":                           "  its checkout is no command line that can be read",
		"git clone `cat url`":                                      "  its URL has a variable of the shell",
		"":                                                         "  it has no checkout",
	} {
		url, branch, why := clonedBy(command)
		if got := url + " " + branch + " " + why; got != want {
			t.Errorf("%s: %q, want %q", command, got, want)
		}
	}
}

// TestJoins: facts that stand in another input, or elsewhere in the same.
func TestJoins(t *testing.T) {
	repository := `{"id":1,"organizationId":7,"slug":"web","linked":true}`
	for _, tt := range []struct {
		from  string
		texts []string
		want  string
	}{
		{"dvcs", []string{`{"repositories":[` + repository + `],"organizations":[{"id":7,"hostUrl":"https://github.com","name":"acme"}]}`}, "acme/web"},
		{"dvcs", []string{`[{"id":7,"hostUrl":"https://github.com/","name":"acme","repositories":[` + repository + `]}]`}, "acme/web"},
		{"dvcs", []string{`[{"id":7,"hostUrl":"https://github.com","name":"acme","repositories":null}]`, `{"repositories":[` + repository + `]}`}, "acme/web"},
		{"repo", []string{`<manifest><project name="web"/></manifest>`, `<manifest><remote name="o" fetch="https://github.com/acme"/><default remote="o"/></manifest>`}, "web"},
		{"repo", []string{`<manifest><include name="sub/1.xml"/></manifest>`,
			`<manifest><remote name="o" fetch="https://github.com/acme"/><default remote="o"/><project name="web"/></manifest>`}, "web"},
		{"ghorg", []string{"part: {cmd: ghorg clone acme --match-prefix=w}\n", "whole: {cmd: ghorg clone Acme}\n"}, "part"},
	} {
		var inputs []Input
		for i, text := range tt.texts {
			inputs = append(inputs, Input{Name: string(rune('0'+i)) + ".xml", Text: []byte(text)})
		}
		result, err := Read(inputs, Options{From: tt.from})
		if err != nil || len(result.Entries) != 1 || result.Rows[0].Name != tt.want || result.Rows[0].Record != 1 || len(result.Findings) > 0 {
			t.Errorf("%s %v: error %v\n%s", tt.from, tt.texts, err, dump(result))
			continue
		}
		accounted(t, result)
	}
}

// TestWithin: a part does not go with a whole that was left out.
func TestWithin(t *testing.T) {
	text := "whole: {cmd: ghorg clone acme}\npart: {cmd: ghorg clone acme --match-prefix=w}\n"
	result, err := Read([]Input{{Name: "in", Text: []byte(text)}}, Options{From: "ghorg", SkipIf: []Condition{{"cmd", "ghorg clone acme"}}})
	if err != nil || len(result.Entries) != 1 || result.Count(schema.FateConverted) != 1 || result.Rows[1].Record != 1 {
		t.Errorf("error %v\n%s", err, dump(result))
	}
	accounted(t, result)
}

// TestNames: the names of regions, and where CodeCommit's listing leaves them open.
func TestNames(t *testing.T) {
	text := `{"repositories":[{"repositoryName":"a","repositoryId":"1"},{"repositoryName":"b","Arn":"arn:aws:codecommit:eu-west-1:1:b"}]}`
	result, err := Read([]Input{{Name: "in", Text: []byte(text)}}, Options{BaseURL: "https://git-codecommit.us-east-1.amazonaws.com/"})
	if err != nil || len(result.Entries) != 2 || result.Entries[0].Text(schema.FieldAwsRegion) != "us-east-1" || result.Entries[1].Text(schema.FieldAwsRegion) != "eu-west-1" {
		t.Errorf("error %v\n%s", err, dump(result))
	}
}

// TestYAML: aliases and merges stand for what they name, and each mapping is merged once.
func TestYAML(t *testing.T) {
	text := "base: &b {type: git, url: x, <<: *b}\nkid: {<<: [*b, {url: y, more: z}], url: own}\nnothing: ~\n---\n---\nother: 1\n"
	var lines []string
	l := &listing{Input: Input{Name: "in", Text: []byte(text)}, tool: &vcstoolTool}
	err := l.eachDocument(func(doc yamlValue) error {
		for _, m := range doc.members() {
			parts := []string{m.name, m.value.text()}
			for _, inner := range m.value.members() {
				parts = append(parts, inner.name+"="+inner.value.text())
			}
			lines = append(lines, strings.Join(parts, " "))
		}
		return nil
	})
	want := []string{"base  type=git url=x", "kid  url=own type=git more=z", "nothing ", "other 1"}
	if err != nil || !slices.Equal(lines, want) {
		t.Errorf("%q, error %v", lines, err)
	}
}

// TestYAMLBombs: what aliases show again and again is looked at only so often.
func TestYAMLBombs(t *testing.T) {
	var fields, merges strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&fields, " f%d: x\n", i)
		fmt.Fprintf(&merges, " m%d: {<<: *b}\n", i)
	}
	large := strings.Repeat("x", 10_000)
	for _, tt := range []struct {
		name, text string
		options    Options
	}{
		{name: "merges", text: "base: &b\n" + fields.String() + "repositories:\n" + merges.String()},
		{name: "lists of merges", text: "base: &b [" + strings.Repeat("{},", 3000) + "]\nrepositories:\n" + merges.String()},
		{name: "texts", text: "base: &b " + large + "\nrepositories:\n" + strings.ReplaceAll(merges.String(), "{<<: *b}", "{type: git, url: *b}")},
		{name: "names", text: "base: &b " + large + "\nrepositories:\n" + strings.Repeat(" ? *b\n : {}\n", 3000)},
		{name: "fields that are asked for", text: "base: &b [" + strings.Repeat("x,", 3000) + "]\nrepositories:\n" +
			strings.ReplaceAll(merges.String(), "{<<: *b}", "{type: git, url: 'https://h.example/a', z: *b}"), options: Options{SkipIf: []Condition{{"z", "y"}}}},
	} {
		tt.options.From = "vcstool"
		_, err := Read([]Input{{Name: "in", Text: []byte(tt.text)}}, tt.options)
		var p *Problem
		if !errors.As(err, &p) || !strings.Contains(p.Message, "aliases make the listing") {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
	usual := "base: &b {type: git, version: main}\nrepositories:\n"
	for i := range 3000 {
		usual += fmt.Sprintf(" a/b%d: {<<: *b, url: 'https://h.example/a/b%d'}\n", i, i)
	}
	result, err := Read([]Input{{Name: "in", Text: []byte(usual)}}, Options{From: "vcstool", SkipIf: []Condition{{"version", "old"}}})
	if err != nil || len(result.Entries) != 3000 {
		t.Errorf("a usual listing: %d records, error %v", len(result.Entries), err)
	}
}
