package convert_test

import (
	"strings"
	"testing"

	"gijbulk/importer/convert"
	"gijbulk/importer/convert/tools"
	"gijbulk/schema"
)

// TestGraphQL: what gh api graphql answers is a listing of gh, page after page, in nodes or
// in edges, of an organization, a person or a search.
func TestGraphQL(t *testing.T) {
	web := `{"nameWithOwner":"acme/web","url":"https://github.com/acme/web","isArchived":false,"isInOrganization":true,"repositoryTopics":{"nodes":[{"topic":{"name":"core"}}]}}`
	old := `{"nameWithOwner":"acme/old","url":"https://github.com/acme/old","isArchived":true,"isInOrganization":true,"repositoryTopics":{"nodes":[]}}`
	page := func(field, list string, more bool) string {
		next := map[bool]string{true: "true", false: "false"}[more]
		return `{"data":{"` + field + `":{"repositories":{` + list + `,"pageInfo":{"hasNextPage":` + next + `,"endCursor":"x"}}}}}`
	}
	both := `"nodes":[` + web + `,` + old + `]`
	for _, tt := range []struct {
		text     string
		rows     int
		warnings int
	}{
		{page("organization", both, false), 2, 0},
		{page("viewer", both, true), 2, 1},
		{page("repositoryOwner", `"edges":[{"node":`+web+`},{"cursor":"y","node":`+old+`}]`, false), 2, 0},
		{page("organization", `"nodes":[`+web+`]`, true) + "\n" + page("organization", `"nodes":[`+old+`]`, false), 2, 0},
		{"[" + page("organization", `"nodes":[`+web+`]`, true) + "," + page("organization", `"nodes":[`+old+`]`, false) + "]", 2, 0},
		{`{"data":{"search":{"repositoryCount":2,` + both + `}}}`, 2, 0},
		{page("organization", `"totalCount":3,`+both, false), 2, 1},
	} {
		for _, from := range []string{"gh", convert.Auto} {
			result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(tt.text)}}), convert.Options{From: from})
			if err != nil || len(result.Rows) != tt.rows || len(result.Findings) != tt.warnings || len(result.Entries) != 1 || result.Entries[0].Text(schema.FieldAPIFilter) != "[?(!archived)]" {
				t.Errorf("%s %s: error %v\n%s", from, tt.text, err, dump(result))
			}
		}
	}
	_, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(`{"data":{"organization":null},"errors":[{"message":"Could not resolve to an Organization"}]}`)}}), convert.Options{From: "gh"})
	if err == nil || !strings.Contains(err.Error(), "it has no repositories") {
		t.Errorf("of no organization: error %v", err)
	}
}
