package convert_test

import (
	"strings"
	"testing"

	"gijbulk/importer/convert"
	"gijbulk/importer/convert/tools"
	"gijbulk/schema"
)

// TestBareNames: repositories that a table only names are found below the base URL.
func TestBareNames(t *testing.T) {
	for _, tt := range []struct{ from, text, base, want, why string }{
		{from: "csv", text: "name,org\nweb,acme\napi.git,acme\n", base: "https://github.com", want: "/orgs/acme/repos [?contains(['api','web'], name)]"},
		{from: "csv", text: "name,org\nweb,acme\n", base: "https://github.com/acme/", want: "/orgs/acme/repos [?name=='web']"},
		{from: "csv", text: "repository\nacme/web\n", base: "https://github.com", want: "/orgs/acme/repos [?name=='web']"},
		{from: "csv", text: "url,org\nweb,acme\nhttps://github.com/acme/api.git,acme\n", base: "https://github.com", want: "/orgs/acme/repos [?contains(['api','web'], name)]"},
		{from: "csv", text: "name\nPay/Ledger\n", base: "https://dev.azure.com/acme", want: "acme {value:value[?project.name=='Pay' && name=='Ledger']}"},
		{from: "csv", text: "name\ntools\n", base: "https://git-codecommit.eu-west-1.amazonaws.com", want: "eu-west-1"},
		{from: "csv", text: "name\nOPS/tools\n", base: "https://bitbucket.acme.example/scm", want: "https://bitbucket.acme.example/scm/OPS/tools"},
		{from: "csv", text: "cloneUrl,org,path\n,acme,web\n", why: "it has a name and no host; use the URL of the host as the base URL"},
		{from: "csv", text: "cloneUrl,org,path\n,acme,\n", base: "https://github.com", why: "it has no URL to clone from"},
		{from: "gei", text: "org,teamproject,repo,url\nacme,Pay & Book,Ledger,\n", base: "https://dev.azure.com", want: "acme {value:value[?project.name=='Pay & Book']}"},
		{from: "gei", text: "org,teamproject,repo,url\nMain,P,R,R\n", base: "https://devops.acme.example/tfs", want: "https://devops.acme.example/tfs Main {value:value[?project.name=='P']}"},
		{from: "gei", text: "project-key,project-name,repo,url\nOPS,Operations,tools,tools\n", base: "https://bitbucket.acme.example/", want: "https://bitbucket.acme.example/scm/OPS/tools.git"},
		{from: "gei", text: "group-path,group-name,project,url\nshop/backend,B,cart,\n", base: "https://gitlab.acme.example", want: "https://gitlab.acme.example /api/v4/groups/shop%2Fbackend/projects?include_subgroups=true"},
		{from: "gei", text: "org,teamproject,repo,url\nacme,P,R,\n", why: "it has a name and no host; use the URL of the host as the base URL"},
		{from: "gei", text: "org,teamproject,repo,url\nacme,,R,\n", base: "https://dev.azure.com", why: "it has no URL to clone from"},
	} {
		result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(tt.text)}}), convert.Options{From: tt.from, BaseURL: tt.base})
		if tt.why != "" {
			if err == nil || result.Rows[0].Why != tt.why {
				t.Errorf("%q: %s error %v", tt.text, dump(result), err)
			}
			continue
		}
		if err != nil || len(result.Entries) != 1 {
			t.Errorf("%q: %s error %v", tt.text, dump(result), err)
			continue
		}
		var got []string
		for _, f := range []schema.Field{schema.FieldOrigin, schema.FieldAPIPath, schema.FieldTfsCollection, schema.FieldAwsRegion, schema.FieldAPIFilter} {
			if s := result.Entries[0].Text(f); s != "" {
				got = append(got, s)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

// TestPersonalAccounts: GitHub lists only the public repositories of a person.
func TestPersonalAccounts(t *testing.T) {
	for text, want := range map[string]int{
		`[{"nameWithOwner":"me/a","url":"https://github.com/me/a","isInOrganization":false,"isPrivate":true}]`:                           1,
		`[{"nameWithOwner":"me/a","url":"https://github.com/me/a","isInOrganization":false,"visibility":"PUBLIC"}]`:                      1,
		`[{"nameWithOwner":"acme/a","url":"https://github.com/acme/a","isInOrganization":true}]`:                                         0,
		`[{"path_with_namespace":"me/a","http_url_to_repo":"https://gitlab.com/me/a.git","namespace":{"full_path":"me","kind":"user"}}]`: 0,
	} {
		result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(text)}}), convert.Options{})
		if err != nil || len(result.Findings) != want || want > 0 && !strings.Contains(result.Findings[0].Message, "lists only its public repositories at /users/me/repos") {
			t.Errorf("%s: %v, error %v", text, result.Findings, err)
		}
	}
}

// TestReposFiles: a .repos file is known by what it has, not by its name; a manifest is none.
func TestReposFiles(t *testing.T) {
	for text, known := range map[string]bool{
		"repositories:\n  a/b:\n    type: git\n    url: https://h.example/a/b.git\n":       true,
		"# ours\nrepositories:\n  a: {type: 'git', url: https://h.example/a.git}\n":        true,
		"version: 1\nrepositories:\n  - origin: https://h.example/a.git\n    pat: env:A\n": false,
	} {
		_, err := tools.All().Read(each([]convert.Input{{Name: "workspace.yaml", Text: []byte(text)}}), convert.Options{})
		if (err == nil) != known {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

// TestWestImports: each import is reported where it stands.
func TestWestImports(t *testing.T) {
	text := "manifest:\n  projects:\n    - name: a\n      url: https://h.example/a\n      import: true\n    - name: b\n      url: https://h.example/b\n      import:\n        file: x.yml\n    - name: c\n      url: https://h.example/c\n      import: false\n  self:\n    import: local\n"
	result, err := tools.All().Read(each([]convert.Input{{Name: "west.yml", Text: []byte(text)}}), convert.Options{})
	var lines []int
	for _, f := range result.Findings {
		lines = append(lines, f.Place.Line)
	}
	if err != nil || len(lines) != 3 || lines[0] != 14 || lines[1] != 5 || lines[2] != 8 {
		t.Errorf("lines %v, error %v", lines, err)
	}
}
