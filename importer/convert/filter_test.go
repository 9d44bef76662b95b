package convert

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jmespath/go-jmespath"

	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// TestLiterals: names that a filter must quote with care stay what they are.
func TestLiterals(t *testing.T) {
	names := []string{"plain", "it's", `back\slash`, `end\`, "tick`", "`'\\", "ünïcode 東京", `"quoted"`, "<&>"}
	var terms []term
	for _, name := range names {
		terms = append(terms, term{reach: wholeName, text: name})
	}
	var host []any
	for _, name := range append(names, "other") {
		host = append(host, map[string]any{"name": name})
	}
	form := &Filter{key: "name"}
	if diff := cmp.Diff(names, Selected(t, form.where(form.named(terms)), host)); diff != "" {
		t.Error(diff)
	}
	for _, one := range terms {
		if diff := cmp.Diff([]string{one.text}, Selected(t, form.where(form.named([]term{one})), host)); diff != "" {
			t.Error(diff)
		}
	}
}

// Selected lists the names that a filter leaves of a listing.
func Selected(t *testing.T, filter string, host any) []string {
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
		s := o.Locate(a)
		got := ""
		if s.Service != nil {
			got = strings.Join([]string{s.Service.name, s.Base, s.Owner, s.Project, s.Key}, " ")
		}
		if got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
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
		var r Repository
		r.Take(in)
		r.Location = (&Options{}).Locate(r.Address())
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
