package convert_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gijbulk/importer/convert"
	"gijbulk/importer/convert/tools"
	"gijbulk/schema"
)

// TestSharedTokens: integrations share a reference only on hosts that let them.
func TestSharedTokens(t *testing.T) {
	parts := func(host string) string {
		var table strings.Builder
		table.WriteString("cloneUrl,org,token\n")
		for i := range 16 {
			fmt.Fprintf(&table, "https://%s/acme/%0240d,acme,file:/run/token\n", host, i)
		}
		return table.String()
	}
	given := []schema.Cell{{Name: "pat", Field: schema.FieldPat, Written: schema.Written{Text: "env:ONE"}, Given: true}}
	for _, tt := range []struct {
		name, from, text string
		options          convert.Options
		want             []string
		told             string // which the one warning about tokens has
	}{
		{name: "parts on GitHub", from: "csv", text: parts("github.com"), want: []string{"env:GITHUB_ACME_PAT", "env:GITHUB_ACME_PAT"}},
		{name: "parts on GitLab", from: "csv", text: parts("gitlab.com"), want: []string{"env:GITLAB_ACME_PAT", "env:GITLAB_ACME_ON_GITLAB_COM_PART_2_PAT", "env:GITLAB_ACME_ON_GITLAB_COM_PART_3_PAT"},
			told: "acme on gitlab.com and acme on gitlab.com (part 2) would share env:GITLAB_ACME_PAT"},
		{name: "a column", from: "csv", text: "cloneUrl,org,token\nhttps://gitlab.com/a/x,a,file:/run/token\nhttps://gitlab.com/b/x,b,file:/run/token\nhttps://gitlab.com/c/x,c,env:C\n",
			options: convert.Options{Map: []convert.Assignment{{To: "pat", From: "token"}}},
			want:    []string{"file:/run/token", "env:GITLAB_B_ON_GITLAB_COM_PAT", "env:C"}, told: "would share file:/run/token"},
		{name: "a column on GitHub", from: "csv", text: "cloneUrl,org,token\nhttps://github.com/a/x,a,file:/run/token\nhttps://github.com/b/x,b,file:/run/token\n",
			options: convert.Options{Map: []convert.Assignment{{To: "pat", From: "token"}}}, want: []string{"file:/run/token", "file:/run/token"}},
		{name: "the command line", from: "csv", text: "cloneUrl,org\nhttps://gitlab.com/a/x,a\nhttps://gitlab.com/b/x,b\n", options: convert.Options{Set: given},
			want: []string{"env:ONE", "env:ONE"}, told: "a on gitlab.com and b on gitlab.com share env:ONE"},
		{name: "choices of ghorg", from: "ghorg", text: "a:\n  cmd: ghorg clone acme -s gitlab --match-prefix=a\nb:\n  cmd: ghorg clone acme -s gitlab --match-prefix=b\n",
			want: []string{"env:GITLAB_ACME_PAT", "env:GITLAB_B_ON_GITLAB_COM_PAT"}, told: "would share"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.options.From = tt.from
			result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(tt.text)}}), tt.options)
			if err != nil {
				t.Fatal(err)
			}
			var tokens []string
			for _, e := range result.Entries {
				tokens = append(tokens, e.Text(schema.FieldPat))
			}
			var told []string
			for _, f := range result.Findings {
				if f.Field == schema.FieldPat.String() {
					told = append(told, f.Message)
				}
			}
			if !slices.Equal(tokens, tt.want) || (tt.told == "") != (len(told) == 0) || len(told) > 1 || !strings.Contains(strings.Join(told, ""), tt.told) {
				t.Errorf("%q, told %q", tokens, told)
			}
			accounted(t, result)
		})
	}
}
