package schema

import (
	"slices"
	"strings"
	"testing"
)

// entry makes an entry as a YAML file would: alternating names and texts. A text that
// begins with "!" is a plain scalar of another form.
func entry(pairs ...string) Entry {
	e := Entry{Place: Place{File: "m.yaml", Line: 3, Column: 5, Record: 1}}
	for i := 0; i < len(pairs); i += 2 {
		f, _ := FieldNamed(pairs[i])
		e.Cells = append(e.Cells, Cell{Name: pairs[i], Field: f, Line: int32(4 + i/2), Column: 7, Written: written(pairs[i+1])})
	}
	return e
}

// repository makes the entry of a plain repository.
func repository(origin string, pairs ...string) Entry {
	return entry(append([]string{"kind", "repository", "origin", origin}, pairs...)...)
}

func written(s string) Written {
	switch {
	case s == "!null":
		return Written{Form: FormNull}
	case s == "!map":
		return Written{Form: FormMap}
	case s == "!true" || s == "!false":
		return Written{Form: FormBool, Text: s[1:], Loose: true}
	case strings.HasPrefix(s, "!["):
		w := Written{Form: FormList}
		for _, item := range strings.Fields(strings.TrimSuffix(s[2:], "]")) {
			w.Items = append(w.Items, written(item))
		}
		return w
	case strings.HasPrefix(s, "!"):
		return Written{Form: FormNumber, Text: s[1:], Loose: true}
	}
	return Written{Form: FormString, Text: s, Loose: true}
}

// ofRecord leaves out what only a create needs.
func ofRecord(findings []Finding) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Create })
}

func codes(findings []Finding) []string {
	var all []string
	for _, f := range findings {
		all = append(all, f.Field+" "+string(f.Code))
	}
	return all
}

func TestRules(t *testing.T) {
	for _, tt := range []struct {
		name  string
		entry Entry
		want  []string // "field code", findings first
		needs []string // what only a create needs
	}{
		{"a good one", entry("type", "GITHUB", "displayName", "Acme", "pat", "env:PAT"), nil, nil},
		{"no type", entry("origin", "https://x.example"), []string{"type type-required"}, nil},
		{"a list for a type", entry("type", "![a]"), []string{"type not-a-text"}, nil},
		{"misspelt type", entry("type", "GITHUP", "pat", "env:P"), []string{"type unknown-type"}, nil},
		{"small letters", entry("type", "github", "pat", "env:P"), []string{"type unknown-type"}, nil},
		{"not deprecated", entry("type", "GERRIT", "origin", "https://g.example", "username", "u", "password", "env:P"), nil, nil},
		{"deprecated field", entry("type", "GITHUB", "pat", "env:P", "limitGitData", "!false"), []string{"limitGitData deprecated-field"}, nil},
		{"path", entry("type", "GITLAB_SERVER", "origin", "https://g.example", "pat", "env:P", "apiPath", "/api/v4/projects"), nil, nil},
		{"path on a type without", entry("type", "GERRIT", "origin", "https://g.example", "username", "u", "password", "env:P", "apiPath", "/projects"),
			[]string{"apiPath path-on-type"}, nil},
		{"list where an object is needed", entry("type", "AZURE", "pat", "env:P", "apiFilter", "[?contains(name, 'a')]"), []string{"apiFilter filter-shape"}, nil},
		{"object", entry("type", "AZURE", "pat", "env:P", "apiFilter", "{value:value[?contains(name, 'a')]}"), nil, nil},
		{"object where a list is needed", entry("type", "GITHUB", "pat", "env:P", "apiFilter", "{value:value[?a]}"), []string{"apiFilter filter-shape"}, nil},
		{"names where a list is needed", entry("type", "GITHUB", "pat", "env:P", "apiFilter", "[].name"), []string{"apiFilter filter-shape"}, nil},
		{"shape not documented", entry("type", "AWS", "awsRegion", "us-east-1", "username", "a", "password", "env:P", "apiFilter", "[].name"), nil, nil},
		{"filter by page", entry("type", "GITHUB", "pat", "env:P", "apiFilter", "[:100]"), []string{"apiFilter filter-paging"}, nil},
		{"first of all", entry("type", "GITHUB", "pat", "env:P", "apiFilter", "[?a] | [0]"),
			[]string{"apiFilter filter-shape", "apiFilter filter-paging"}, nil},
		{"no origin", entry("type", "GITHUB_SERVER", "pat", "env:P"), nil, []string{"origin origin-required"}},
		{"origin by default", entry("type", "GITLAB", "pat", "env:P"), nil, nil},
		{"origin free", entry("type", "VSTS", "pat", "env:P"), nil, nil},
		{"origin without scheme", entry("type", "GITLAB_SERVER", "origin", "gitlab.example.org", "pat", "env:P"),
			[]string{"origin bad-origin"}, nil},
		{"origin ssh", entry("type", "GITLAB_SERVER", "origin", "ssh://git@gitlab.example.org", "pat", "env:P"),
			[]string{"origin bad-origin"}, nil},
		{"origin with login", entry("type", "GITLAB_SERVER", "origin", "https://u:p%zz@gitlab.example.org", "pat", "env:P"),
			[]string{"origin origin-credentials"}, nil},
		{"origin with query", entry("type", "GITLAB_SERVER", "origin", "https://gitlab.example.org/?a=b", "pat", "env:P"),
			[]string{"origin bad-origin"}, nil},
		{"highest port", entry("type", "GITLAB_SERVER", "origin", "https://gitlab.example.org:65535", "pat", "env:P"), nil, nil},
		{"port too high", entry("type", "GITLAB_SERVER", "origin", "https://gitlab.example.org:65536", "pat", "env:P"), []string{"origin bad-origin"}, nil},
		{"port zero", entry("type", "GITLAB_SERVER", "origin", "https://gitlab.example.org:0", "pat", "env:P"), []string{"origin bad-origin"}, nil},
		{"repository's port too high", repository("ssh://git@git.example.org:79990/a.git"), []string{"origin bad-origin"}, nil},
		{"another type's host", entry("type", "GITHUB_SERVER", "origin", "https://github.com", "pat", "env:P"),
			[]string{"origin origin-fits-other-type"}, nil},
		{"plain http", entry("type", "GITLAB_SERVER", "origin", "http://gitlab.example.org", "pat", "env:P"),
			[]string{"origin credentials-over-http"}, nil},
		{"folder", entry("type", "FILESPACE", "origin", "/srv/git/*", "folderDepth", "!2"), nil, nil},
		{"windows folder", entry("type", "FILESPACE", "origin", `D:\repos\*`, "folderDepth", "!2"), nil, nil},
		{"share", entry("type", "FILESPACE", "origin", `\\host\share\*`, "folderDepth", "!5"), nil, nil},
		{"relative folder", entry("type", "FILESPACE", "origin", "git/*", "folderDepth", "!6"),
			[]string{"origin bad-origin", "folderDepth out-of-range"}, nil},
		{"folder without depth", entry("type", "FILESPACE", "origin", "/srv/git"), nil, []string{"folderDepth folder-depth-required"}},
		{"folder with pat", entry("type", "FILESPACE", "origin", "/srv/git", "folderDepth", "!1", "pat", "env:P"),
			[]string{"pat credentials-refused"}, nil},
		{"no credentials", entry("type", "GITHUB"), nil, []string{"pat credentials-required"}},
		{"half of them", entry("type", "GITHUB", "username", "u"), nil, []string{"password credentials-required"}},
		{"both", entry("type", "GITHUB", "username", "u", "password", "env:A", "pat", "env:B"),
			[]string{"password pat-and-password"}, nil},
		{"username beside pat", entry("type", "GITHUB", "username", "u", "pat", "env:B"),
			[]string{"username pat-and-password"}, nil},
		{"password where a pat belongs", entry("type", "GITLAB", "username", "u", "password", "env:A"),
			[]string{"password credentials-refused"}, nil},
		{"pat where a password belongs", entry("type", "AWS", "awsRegion", "us-east-1", "pat", "env:A"),
			[]string{"pat credentials-refused"}, nil},
		{"tfs all", entry("type", "TFS_SERVER", "origin", "https://tfs.example", "username", "all", "pat", "env:A"), nil, nil},
		{"tfs not all", entry("type", "TFS_SERVER", "origin", "https://tfs.example", "username", "bob", "pat", "env:A"),
			nil, []string{"username credentials-required"}},
		{"plain secret", entry("type", "GITHUB", "pat", "ghp_0123456789"), []string{"pat plain-secret"}, nil},
		{"bad reference", entry("type", "GITHUB", "pat", "env:MY-PAT"), []string{"pat bad-secret-reference"}, nil},
		{"region", entry("type", "AWS", "awsRegion", "ap-outh-1", "username", "a", "password", "env:A"),
			[]string{"awsRegion unknown-region"}, nil},
		{"no region", entry("type", "AWS", "username", "a", "password", "env:A"), nil, []string{"awsRegion aws-region-required"}},
		{"refused fields", entry("type", "GITHUB", "pat", "env:A", "awsRegion", "us-east-1", "folderDepth", "!1", "tfsCollection", "c"),
			[]string{"awsRegion field-refused", "folderDepth field-refused", "tfsCollection field-refused"}, nil},
		{"no certificate", entry("type", "GITHUB", "pat", "env:A", "disableSslVerification", "!true"),
			[]string{"disableSslVerification ssl-verification-disabled"}, nil},
		{"global and projects", entry("type", "GITHUB", "pat", "env:A", "global", "!true", "projects", "![ACME]"),
			[]string{"global global-with-projects"}, nil},
		{"project keys", entry("type", "GITHUB", "pat", "env:A", "projects", "![ACME acme 10]"),
			[]string{"projects bad-project-key", "projects bad-project-key"}, nil},
		{"api path", entry("type", "GITHUB", "pat", "env:A", "apiPath", "orgs/acme"), []string{"apiPath bad-api-path"}, nil},
		{"long api path", entry("type", "GITHUB", "pat", "env:A", "apiPath", "/"+strings.Repeat("ä", 2000)), []string{"apiPath bad-api-path"}, nil},
		{"longest api path", entry("type", "GITHUB", "pat", "env:A", "apiPath", "/"+strings.Repeat("ä", 1999)), nil, nil},
		{"long filter", entry("type", "GITHUB", "pat", "env:A", "apiFilter", "[?name=='"+strings.Repeat("ä", 1990)+"']"), []string{"apiFilter bad-api-filter"}, nil},
		{"longest filter", entry("type", "GITHUB", "pat", "env:A", "apiFilter", "[?name=='"+strings.Repeat("ä", 1989)+"']"), nil, nil},
		{"filter in several lines", entry("type", "GITHUB", "pat", "env:A", "apiFilter", "[?a &&\r\n\tb]\n"), nil, nil},
		{"control character in a filter", entry("type", "GITHUB", "pat", "env:A", "apiFilter", "[?a\x01]"),
			[]string{"apiFilter control-character", "apiFilter bad-api-filter"}, nil},
		{"blank filter", entry("type", "GITHUB", "pat", "env:A", "apiFilter", " \n"), []string{"apiFilter bad-api-filter"}, nil},
		{"filter", entry("type", "GITHUB", "pat", "env:A", "apiFilter", "[?name=="), []string{"apiFilter bad-api-filter"}, nil},
		{"escaped pipe", entry("type", "GITHUB", "pat", "env:A", "apiFilter", `[?a \|\| b=='x\|y']`), []string{"apiFilter api-filter-escaped-pipe"}, nil},
		{"unknown function", entry("type", "GITHUB", "pat", "env:A", "apiFilter", "[?matches(name, 'contains(x)')]"),
			[]string{"apiFilter api-filter-unknown-function"}, nil},
		{"good filter", entry("type", "GITHUB", "pat", "env:A", "apiFilter", "[?contains(name, 'matches(x)') || a!='b' && !b]"), nil, nil},
		{"deep filter", entry("type", "GITHUB", "pat", "env:A", "apiFilter", strings.Repeat("[", 1500)), []string{"apiFilter bad-api-filter"}, nil},
		{"pattern", entry("type", "GITHUB", "pat", "env:A", "tagsFilter", "(v1"), []string{"tagsFilter bad-pattern"}, nil},
		{"java's pattern", entry("type", "GITHUB", "pat", "env:A", "tagsFilter", `[a-z&&[^b]]++\Q(\E`), []string{"tagsFilter pattern-not-judged"}, nil},
		{"lookahead", entry("type", "GITHUB", "pat", "env:A", "prHideFilter", `^(?!WIP).*$`), nil, nil},
		{"refspec", entry("type", "GITHUB", "pat", "env:A", "refSpecCustom", "+refs/x/*:refs/x/*, refs/y:refs/z"), nil, nil},
		{"bad refspec", entry("type", "GITHUB", "pat", "env:A", "refSpecCustom", "refs/x/*:refs/x, heads:refs/x"),
			[]string{"refSpecCustom bad-refspec", "refSpecCustom bad-refspec"}, nil},
		{"control character", entry("type", "GITHUB", "pat", "env:A", "displayName", "a\nb"), []string{"displayName control-character"}, nil},
		{"outer space", entry("type", "GITHUB", "pat", "env:A", "displayName", "a "), []string{"displayName outer-space"}, nil},
		{"kind", entry("kind", "project", "type", "GITHUB", "pat", "env:A"), []string{"kind unknown-kind"}, nil},
		{"misspelt kind without a type", entry("kind", "Repository", "origin", "https://x.example/a.git"), []string{"kind unknown-kind"}, nil},
		{"blank kind", entry("kind", "", "type", "GITHUB", "pat", "env:A"), []string{"kind unknown-kind"}, nil},
		{"kind integration", entry("kind", "integration", "type", "GITHUB", "pat", "env:A"), nil, nil},
		{"field of repositories", entry("type", "GITHUB", "pat", "env:A", "mainBranch", "", "enableFetches", "!true"),
			[]string{"mainBranch field-of-other-kind", "enableFetches field-of-other-kind"}, nil},
		{"repository", repository("https://git.example.org/a.git", "username", "u", "password", "env:A", "mainBranch", "main", "limitGitData", "!true"),
			[]string{"limitGitData deprecated-field"}, nil},
		{"repository with a type", repository("https://git.example.org/a.git", "type", "GITHUB"), []string{"type field-of-other-kind"}, nil},
		{"fields of integrations", repository("https://git.example.org/a.git", "apiPath", "/a", "folderDepth", "!1", "requireUserPat", "!true",
			"apiFilter", "[]", "tfsCollection", "c", "awsRegion", "us-east-1"),
			[]string{"apiPath field-of-other-kind", "apiFilter field-of-other-kind", "tfsCollection field-of-other-kind", "awsRegion field-of-other-kind",
				"requireUserPat field-of-other-kind", "folderDepth field-of-other-kind"}, nil},
		{"repository without origin", entry("kind", "repository", "displayName", "a"), []string{"origin origin-required"}, nil},
		{"repository with a list for an origin", entry("kind", "repository", "origin", "![a]"), []string{"origin not-a-text"}, nil},
		{"public repository", repository("https://git.example.org/a.git"), nil, nil},
		{"repository over ssh", repository("ssh://git@git.example.org:7999/a.git", "username", "git"), nil, nil},
		{"repository with half of its credentials", repository("https://git.example.org/a.git", "username", "u"), nil, []string{"password credentials-required"}},
		{"repository with the other half", repository("git@git.example.org:a.git", "password", "env:A"), nil, []string{"username credentials-required"}},
		{"repository with a pat", repository("https://git.example.org/a.git", "pat", "env:A"), nil, nil},
		{"repository with a user beside a pat", repository("https://git.example.org/a.git", "pat", "env:A", "username", "u"),
			[]string{"username pat-and-password"}, nil},
		{"repository with both", repository("https://git.example.org/a.git", "username", "u", "pat", "env:A", "password", "env:B"),
			[]string{"password pat-and-password"}, nil},
		{"repository over plain http", repository("http://git.example.org/a.git", "pat", "env:A"), []string{"origin credentials-over-http"}, nil},
		{"repository of a host with a type", repository("https://github.com/acme/a.git"), []string{"origin origin-fits-other-type"}, nil},
		{"repository of such a host over ssh", repository("git@github.com:acme/a.git"), nil, nil},
		{"viewer without project", repository("/srv/a.git", "gitViewerEnabled", "!true"), []string{"gitViewerEnabled viewer-without-project"}, nil},
		{"viewer for no project", repository("/srv/a.git", "gitViewerEnabled", "!true", "projects", "![]"), []string{"gitViewerEnabled viewer-without-project"}, nil},
		{"viewer with project", repository("/srv/a.git", "gitViewerEnabled", "!true", "projects", "![ACME]"), nil, nil},
		{"viewer for all", repository("/srv/a.git", "gitViewerEnabled", "!true", "global", "!true"), nil, nil},
		{"viewer with an unreadable project", repository("/srv/a.git", "gitViewerEnabled", "!true", "projectMappingIds", "![x]"),
			[]string{"projectMappingIds not-an-integer"}, nil},
		{"no origin for want of a value", entry("type", "GITLAB_SERVER", "origin", "!null", "pat", "env:A"), nil, []string{"origin origin-required"}},
		{"id", entry("id", "!7", "type", "GITHUB", "pat", "env:A"), []string{"id id-without-target"}, nil},
		{"a half number", entry("type", "GITHUB", "pat", "env:A", "maxMinsToCommitEmail", "!1.5"),
			[]string{"maxMinsToCommitEmail not-an-integer"}, nil},
		{"octal or not", entry("type", "GITHUB", "pat", "env:A", "maxMinsToCommitEmail", "!010"),
			[]string{"maxMinsToCommitEmail not-an-integer"}, nil},
		{"negative", entry("type", "GITHUB", "pat", "env:A", "maxMinsToCommitEmail", "!-1"),
			[]string{"maxMinsToCommitEmail out-of-range"}, nil},
		{"not boolean", entry("type", "GITHUB", "pat", "env:A", "disabled", "maybe"), []string{"disabled not-a-boolean"}, nil},
		{"not a text", entry("type", "GITHUB", "pat", "env:A", "displayName", "![a b]"), []string{"displayName not-a-text"}, nil},
		{"not a list", entry("type", "GITHUB", "pat", "env:A", "projectMappingIds", "!10000"), []string{"projectMappingIds not-a-list"}, nil},
		{"too large", entry("type", "GITHUB", "pat", "env:A", "displayName", strings.Repeat("x", maxCell+1)),
			[]string{"displayName cell-too-large"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			record := Checker{}.Check(tt.entry)
			if got := codes(ofRecord(record.Findings)); !slices.Equal(got, tt.want) {
				t.Errorf("findings %q, want %q", got, tt.want)
			}
			if got := codes(record.CreateErrors()); !slices.Equal(got, tt.needs) {
				t.Errorf("needs %q, want %q", got, tt.needs)
			}
			for _, f := range record.Findings {
				if f.Message == "" || f.Advice == "" || f.Place.File != "m.yaml" || f.Place.Line < 3 {
					t.Errorf("finding without message, advice or place: %+v", f)
				}
			}
		})
	}
}

func TestCheckMakesTheRecord(t *testing.T) {
	r := Checker{}.Check(entry("type", "GITHUB", "displayName", "!1.10", "disabled", "off", "global", "!null",
		"projectMappingIds", "![!3 !1 !3]", "tagsFilter", "", "pat", "file:/run/pat"))
	if len(r.Findings) > 0 {
		t.Fatal(r.Findings)
	}
	for f, want := range map[Field]string{
		FieldOrigin: "https://api.github.com", FieldDisplayName: "1.10", FieldDisabled: "false", FieldGlobal: "false",
		FieldProjectMappingIDs: "1,3", FieldPat: "file:/run/pat",
	} {
		if got := r.Get(f).String(); got != want {
			t.Errorf("%s = %q, want %q", f, got, want)
		}
	}
	if v := r.Get(FieldTagsFilter); !v.IsSet() || !v.Blank() {
		t.Error("tagsFilter is not there and empty")
	}
	if r.Has(FieldSendCommitEmails) {
		t.Error("an absent field is there")
	}
}

// TestNullIsNoWord: a table made of the record would take the word for a value.
func TestNullIsNoWord(t *testing.T) {
	null := Cell{Name: "tagsFilter", Field: FieldTagsFilter, Written: Written{Form: FormNull, Text: "~"}}
	e := entry("type", "GITHUB", "pat", "env:P").Override([]Cell{null})
	r := Checker{}.Check(e)
	for _, cell := range e.Shown(r) {
		if cell.Name == null.Name {
			t.Errorf("%s is shown as %q", cell.Name, cell.Text)
		}
	}
}

// TestCellsInAnyOrder: where cells stand, and which of them cannot be read, does not
// matter to the others.
func TestCellsInAnyOrder(t *testing.T) {
	r := Checker{}.Check(entry("wave", "!2", "disabled", "maybe", "apiPath", "/a", "target", "!null", "displayName", "A", "id", "!x", "type", "GITHUB",
		"projectMappingIds", "![!1]", "pat", "env:P"))
	if got, want := codes(r.Findings), []string{"disabled not-a-boolean", "id not-an-integer"}; !slices.Equal(got, want) {
		t.Errorf("findings %q, want %q", got, want)
	}
	var got []string
	for _, f := range r.Fields() {
		got = append(got, f.String()+"="+r.Get(f).String())
	}
	want := []string{"type=GITHUB", "origin=https://api.github.com", "displayName=A", "pat=env:P", "apiPath=/a", "global=false",
		"projectMappingIds=1", "wave=2"}
	if !slices.Equal(got, want) {
		t.Errorf("fields %q, want %q", got, want)
	}
}

// TestAllBadItemsOfAListAreNamed: who mends the first should not hear of the next in the
// next run.
func TestAllBadItemsOfAListAreNamed(t *testing.T) {
	for cell, want := range map[string]string{
		"1;b;2;c;-4":          `"b" is not a whole number; "c" is not a whole number; -4 is not an id`,
		"a;b;c;d;e;f;g":       `"a" is not a whole number; "b" is not a whole number; "c" is not a whole number; "d" is not a whole number; "e" is not a whole number; 2 more are not either`,
		"99999999999999999;x": `"x" is not a whole number`,
	} {
		v, bad := readValue(FieldProjectMappingIDs, &Written{Form: FormCell, Text: cell})
		if bad == nil || bad.message != want || v.IsSet() {
			t.Errorf("%s: %+v, want %q", cell, bad, want)
		}
	}
}
