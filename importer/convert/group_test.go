package convert

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmespath/go-jmespath"

	"gijbulk/importer/credential"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// TestFilters holds what a filter selects of the host's own listing against what was
// converted of the tool's.
func TestFilters(t *testing.T) {
	item := func(pairs ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	}
	azureItem := func(project, name string, more ...any) map[string]any {
		return item(append([]any{"name", name, "project", map[string]any{"name": project}}, more...)...)
	}
	for _, tt := range []struct {
		sample string
		record int
		host   any
		want   []string
	}{
		{"gh", 1, []any{item("name", "web"), item("name", "billing", "archived", false), item("name", "billing-2019", "archived", true),
			item("name", "linux", "fork", true), item("name", "new-idea"), item("name", "made later", "archived", false, "fork", false)},
			[]string{"web", "billing", "made later"}},
		{"gitlab", 1, []any{item("name", "a", "path_with_namespace", "shop/backend/a"), item("name", "b", "archived", true), item("name", "c", "empty_repo", true)},
			[]string{"a"}},
		{"azure", 1, item("value", []any{azureItem("Pay & Book", "Ledger", "isDisabled", false), azureItem("Pay & Book", "Ledger.Old", "isDisabled", true),
			azureItem("Pay & Book", "Drafts"), azureItem("Pay & Book", "Later"), azureItem("Other", "Ledger")}),
			[]string{"Ledger", "Later"}},
		{"csv", 1, []any{item("name", "web"), item("name", "billing"), item("name", "other")}, []string{"web", "billing"}},
	} {
		at := slices.IndexFunc(sampleListings, func(s listingSample) bool { return s.golden == tt.sample })
		result, err := Read(readSamples(t, sampleListings[at].files...), sampleListings[at].options)
		if err != nil {
			t.Fatal(err)
		}
		filter := result.Entries[tt.record-1].Text(schema.FieldAPIFilter)
		if got := selected(t, filter, tt.host); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %s selects %q, want %q", tt.sample, filter, got, tt.want)
		}
	}
}

// selected lists the names that a filter leaves of a listing.
func selected(t *testing.T, filter string, host any) []string {
	t.Helper()
	left, err := jmespath.Search(filter, host)
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	if whole, ok := left.(map[string]any); ok {
		left = whole["value"]
	}
	var names []string
	for _, item := range left.([]any) {
		names = append(names, item.(map[string]any)["name"].(string))
	}
	return names
}

// TestLongFilters: where more is left out by name than a filter may hold, those that stay
// are named.
func TestLongFilters(t *testing.T) {
	list := []map[string]any{{"nameWithOwner": "acme/web", "url": "https://github.com/acme/web"}}
	host := []any{map[string]any{"name": "web"}}
	for i := range 10_000 {
		name := fmt.Sprintf("an-idea-that-nobody-began-%d", i)
		list = append(list, map[string]any{"nameWithOwner": "acme/" + name, "url": "https://github.com/acme/" + name, "isEmpty": true})
		host = append(host, map[string]any{"name": name})
	}
	text, _ := json.Marshal(list)
	result, err := Read([]Input{{Name: "in", Text: text}}, Options{From: "gh"})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, result)
	if got := selected(t, result.Entries[0].Text(schema.FieldAPIFilter), host); len(result.Entries) != 1 || !slices.Equal(got, []string{"web"}) {
		t.Errorf("%d records, of %d repositories", len(result.Entries), len(got))
	}
}

// TestLiterals: names that a filter must quote with care stay what they are.
func TestLiterals(t *testing.T) {
	names := []string{"plain", "it's", `back\slash`, `end\`, "tick`", "`'\\", "ünïcode 東京", `"quoted"`, "<&>"}
	var rows []*row
	for _, name := range names {
		rows = append(rows, &row{repo: repository{spot: spot{key: name}}})
	}
	var host []any
	for _, name := range append(names, "other") {
		host = append(host, map[string]any{"name": name})
	}
	form := &filterForm{key: "name"}
	if diff := cmp.Diff(names, selected(t, form.onlyNamed(rows), host)); diff != "" {
		t.Error(diff)
	}
	for _, r := range rows {
		if diff := cmp.Diff([]string{r.repo.key}, selected(t, form.onlyNamed([]*row{r}), host)); diff != "" {
			t.Error(diff)
		}
	}
}

// TestParts: no integration holds more than the vendor advises, and no filter is longer
// than can be judged; together they hold everything once.
func TestParts(t *testing.T) {
	for _, tt := range []struct {
		repositories, length, parts int
		choice                      bool
	}{
		{2000, 10, 1, false}, {2001, 10, 2, false}, {2000, 10, 1, true}, {6001, 10, 4, false}, {2000, 240, 1, false}, {2000, 240, 3, true},
	} {
		var list []map[string]any
		var host []any
		for i := range tt.repositories {
			name := fmt.Sprintf("%0*d", tt.length, i)
			list = append(list, map[string]any{"nameWithOwner": "acme/" + name, "url": "https://github.com/acme/" + name, "isFork": tt.choice && i == 0})
			host = append(host, map[string]any{"name": name})
		}
		text, _ := json.Marshal(list)
		options := Options{From: "gh"}
		if tt.choice {
			options.SkipIf = []Condition{{"isFork", "true"}}
		}
		result, err := Read([]Input{{Name: "in", Text: text}}, options)
		if err != nil {
			t.Fatal(err)
		}
		sound(t, result)
		if len(result.Entries) != tt.parts {
			t.Errorf("%+v: %d parts", tt, len(result.Entries))
		}
		seen := map[string]int{}
		names := map[string]bool{}
		for _, e := range result.Entries {
			names[e.Text(schema.FieldDisplayName)] = true
			filter := e.Text(schema.FieldAPIFilter)
			if filter == "" {
				continue
			}
			in := selected(t, filter, host)
			if len(in) > mostInOne {
				t.Errorf("%+v: a part holds %d", tt, len(in))
			}
			for _, name := range in {
				seen[name]++
			}
		}
		want := tt.repositories
		switch {
		case tt.choice:
			want--
		case tt.parts == 1:
			want = 0 // there is no filter
		}
		if len(seen) != want || len(names) != tt.parts {
			t.Errorf("%+v: %d repositories in %d names", tt, len(seen), len(names))
		}
		for name, n := range seen {
			if n != 1 {
				t.Errorf("%+v: %s is in %d parts", tt, name, n)
			}
		}
	}
}

// TestSpots: who hosts an address, and what the repository is called there.
func TestSpots(t *testing.T) {
	o := Options{HostTypes: map[string]schema.Type{"git.acme.example": schema.TypeGitLabServer, "devops.acme.example": schema.TypeAzureDevOps}}
	for in, want := range map[string]string{
		"https://github.com/acme/web.git":                               "GitHub https://github.com acme  web",
		"ssh://git@ssh.github.com:443/acme/web.git":                     "GitHub https://github.com acme  web",
		"git@gitlab.com:acme/a/b.git":                                   "GitLab https://gitlab.com acme  acme/a/b",
		"ssh://git@git.acme.example:2222/acme/a/b.git":                  "GitLab https://git.acme.example acme  acme/a/b",
		"https://dev.azure.com/o/My%20Project/_git/Repo":                "Azure DevOps https://dev.azure.com o My Project Repo",
		"https://dev.azure.com/o/_git/Repo":                             "Azure DevOps https://dev.azure.com o Repo Repo",
		"git@ssh.dev.azure.com:v3/o/My%20Project/Repo":                  "Azure DevOps https://dev.azure.com o My Project Repo",
		"https://o.visualstudio.com/DefaultCollection/P/_git/R":         "Visual Studio https://o.visualstudio.com o P R",
		"https://o.visualstudio.com/_git/R":                             "Visual Studio https://o.visualstudio.com o R R",
		"o@vs-ssh.visualstudio.com:v3/o/P/R":                            "Visual Studio https://o.visualstudio.com o P R",
		"https://devops.acme.example/tfs/Main/P/_git/R":                 "Azure DevOps https://devops.acme.example/tfs Main P R",
		"https://devops.acme.example/Main/_git/R":                       "Azure DevOps https://devops.acme.example Main R R",
		"https://devops.acme.example/tfs/Main/_git/R":                   "Azure DevOps https://devops.acme.example/tfs Main R R",
		"https://git-codecommit.us-east-1.amazonaws.com/v1/repos/tools": "CodeCommit https://git-codecommit.us-east-1.amazonaws.com us-east-1  tools",
		"https://bitbucket.org/acme/web.git":                            "",
		"https://github.com/web":                                        "",
	} {
		a, _ := giturl.Parse(in)
		s := o.locate(a)
		got := ""
		if s.service != nil {
			got = strings.Join([]string{s.service.name, s.base, s.owner, s.project, s.key}, " ")
		}
		if got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

// TestReferences: those of different owners never are one.
func TestReferences(t *testing.T) {
	var r credential.References
	for _, tt := range []struct {
		words []string
		want  string
	}{
		{[]string{"GITHUB", "acme"}, "env:GITHUB_ACME_PAT"}, {[]string{"GITHUB", "acme"}, "env:GITHUB_ACME_PAT"},
		{[]string{"GITLAB", "a.b"}, "env:GITLAB_A_B_PAT"}, {[]string{"GITLAB", "a-b"}, "env:GITLAB_A_B_PAT_2"}, {[]string{"GITLAB", "a b"}, "env:GITLAB_A_B_PAT_3"},
		{[]string{"GITLAB", "a-b"}, "env:GITLAB_A_B_PAT_2"}, {[]string{"東京"}, "env:PAT"}, {[]string{"10.0.0.1"}, "env:GIT_10_0_0_1_PAT"},
	} {
		if got := r.To(schema.FieldPat, tt.words...); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.words, got, tt.want)
		}
	}
}

// TestProjectMap: the most specific name counts.
func TestProjectMap(t *testing.T) {
	m, err := ReadProjectMap(Input{Name: "map", Text: []byte("# ours\nacme,ACME WEB\nacme/billing;PAY;LEDGER\ngitlab.acme.example/shop,SHOP\n\nshop/backend/cart, CART\n")})
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"https://github.com/acme/web.git": "ACME WEB", "git@github.com:Acme/billing": "PAY LEDGER",
		"https://gitlab.acme.example/shop/plans.git": "SHOP", "https://gitlab.acme.example/shop/backend/cart.git": "CART",
		"https://github.com/other/web.git": "", "https://git.example/scm/acme/x.git": "",
	} {
		var r repository
		r.take(in)
		r.spot = (&Options{}).locate(r.address())
		if got := strings.Join(m.of(&r), " "); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
	for _, bad := range []string{"acme\n", ",ACME\n"} {
		if _, err := ReadProjectMap(Input{Name: "map", Text: []byte("a,A\n" + bad)}); err == nil || !strings.HasPrefix(err.Error(), "map:2: ") {
			t.Errorf("%q: error %v", bad, err)
		}
	}
}
