package convert_test

import (
	"slices"
	"strings"
	"testing"

	"gijbulk/importer/convert"
	"gijbulk/importer/convert/tools"
	"gijbulk/schema"
)

// TestLogin: where a login is given, every record has it, and there is nothing to fill in.
func TestLogin(t *testing.T) {
	github := `[{"full_name":"acme/web","clone_url":"https://github.com/acme/web.git","private":true}]`
	bitbucket := `{"isLastPage":true,"values":[{"slug":"tools","project":{"key":"OPS"},"links":{"clone":[{"href":"https://bb.example.org/scm/ops/tools.git"}]}}]}`
	gerrit := ")]}'\n{\"platform/a\":{\"id\":\"platform%2Fa\",\"state\":\"ACTIVE\"}}"
	for _, tt := range []struct {
		from, text, user string
		as               convert.As
		want             string
	}{
		{"github", github, "", "", "pat=env:T"},
		{"github", github, "octo", "", "username=octo password=env:T"},
		{"github", github, "", convert.AsRepositories, "pat=env:T"},
		{"bitbucket-server", bitbucket, "", "", "pat=env:T"},
		{"bitbucket-server", bitbucket, "env:USER", "", "username=env:USER password=env:T"},
		{"gerrit", gerrit, "gus", "", "username=gus password=env:T"},
	} {
		o := convert.Options{From: tt.from, As: tt.as, Login: convert.Login{User: tt.user, Secret: "env:T"}, BaseURL: "https://host.example.org"}
		result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(tt.text)}}), o)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range result.Entries[0].Cells {
			if slices.Contains([]schema.Field{schema.FieldUsername, schema.FieldPassword, schema.FieldPat}, c.Field) {
				got = append(got, c.Name+"="+c.Written.Text)
			}
		}
		if text := strings.Join(got, " "); text != tt.want || len(result.Placeholders) > 0 {
			t.Errorf("%s as %q of %q: %s, want %s; to fill in: %v", tt.from, tt.as, tt.user, text, tt.want, result.Placeholders)
		}
	}
}

// TestLiveListings: an empty one is no mistake, a full page no warning, and lines are not shown.
func TestLiveListings(t *testing.T) {
	page := "[" + strings.TrimSuffix(strings.Repeat(`{"full_name":"acme/web","clone_url":"https://github.com/acme/web.git"},`, 100), ",") + "]"
	inputs := []convert.Input{{Name: "api.github.com/orgs/void/repos", Text: []byte("[]")}, {Name: "api.github.com/orgs/acme/repos", Text: []byte(page)}}
	result, err := tools.All().Read(each(inputs), convert.Options{From: "github", Live: true})
	if err != nil || len(result.Findings) > 0 || len(result.Entries) != 1 || !strings.Contains(dump(result), "api.github.com/orgs/acme/repos: github acme/web") {
		t.Errorf("%v\n%s", err, dump(result))
	}
	if _, err := tools.All().Read(each(inputs[:1]), convert.Options{From: "github", Live: true}); err == nil || err.Error() != "the host lists no repository" {
		t.Error(err)
	}
	if _, err := tools.All().Read(each(inputs[:1]), convert.Options{From: "github"}); err == nil {
		t.Error("a saved listing may be empty")
	}
}
