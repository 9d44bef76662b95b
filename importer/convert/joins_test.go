package convert_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gijbulk/importer/convert"
	"gijbulk/importer/convert/tools"
	"gijbulk/schema"
)

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
		var inputs []convert.Input
		for i, text := range tt.texts {
			inputs = append(inputs, convert.Input{Name: string(rune('0'+i)) + ".xml", Text: []byte(text)})
		}
		result, err := tools.All().Read(each(inputs), convert.Options{From: tt.from})
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
	result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(text)}}), convert.Options{From: "ghorg", SkipIf: []convert.Condition{{"cmd", "ghorg clone acme"}}})
	if err != nil || len(result.Entries) != 1 || result.Count(schema.FateConverted) != 1 || result.Rows[1].Record != 1 {
		t.Errorf("error %v\n%s", err, dump(result))
	}
	accounted(t, result)
}

// TestNames: the names of regions, and where CodeCommit's listing leaves them open.
func TestNames(t *testing.T) {
	text := `{"repositories":[{"repositoryName":"a","repositoryId":"1"},{"repositoryName":"b","Arn":"arn:aws:codecommit:eu-west-1:1:b"}]}`
	result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(text)}}), convert.Options{BaseURL: "https://git-codecommit.us-east-1.amazonaws.com/"})
	if err != nil || len(result.Entries) != 2 || result.Entries[0].Text(schema.FieldAwsRegion) != "us-east-1" || result.Entries[1].Text(schema.FieldAwsRegion) != "eu-west-1" {
		t.Errorf("error %v\n%s", err, dump(result))
	}
}

// TestRegionsOfHosts: where nothing else tells the region, the host does.
func TestRegionsOfHosts(t *testing.T) {
	for _, tt := range []struct{ from, text, base string }{
		{"codecommit", `{"repositories":[{"repositoryName":"a","repositoryId":"1"}]}`, "https://codecommit.eu-west-1.amazonaws.com"},
		{"codecommit", `{"repositories":[{"repositoryName":"a","repositoryId":"1"}]}`, "https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories"},
		{"codecommit", `{"repositories":[{"repositoryName":"a","cloneUrlHttp":"https://git-codecommit-fips.eu-west-1.amazonaws.com/v1/repos/a","defaultBranch":"main"}]}`, ""},
		{"csv", "cloneUrl\nssh://git-codecommit.eu-west-1.amazonaws.com/v1/repos/a\n", ""},
		{"vendor-tsv", "integrationType\ttrackedFolderId\torigin\nAWS\t\thttps://git-codecommit.eu-west-1.amazonaws.com\n", ""},
	} {
		result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(tt.text)}}), convert.Options{From: tt.from, BaseURL: tt.base})
		if err != nil || len(result.Entries) != 1 || result.Entries[0].Text(schema.FieldAwsRegion) != "eu-west-1" {
			t.Errorf("%s: error %v\n%s", tt.text, err, dump(result))
		}
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
		options    convert.Options
	}{
		{name: "merges", text: "base: &b\n" + fields.String() + "repositories:\n" + merges.String()},
		{name: "lists of merges", text: "base: &b [" + strings.Repeat("{},", 3000) + "]\nrepositories:\n" + merges.String()},
		{name: "texts", text: "base: &b " + large + "\nrepositories:\n" + strings.ReplaceAll(merges.String(), "{<<: *b}", "{type: git, url: *b}")},
		{name: "names", text: "base: &b " + large + "\nrepositories:\n" + strings.Repeat(" ? *b\n : {}\n", 3000)},
		{name: "fields that are asked for", text: "base: &b [" + strings.Repeat("x,", 3000) + "]\nrepositories:\n" +
			strings.ReplaceAll(merges.String(), "{<<: *b}", "{type: git, url: 'https://h.example/a', z: *b}"), options: convert.Options{SkipIf: []convert.Condition{{"z", "y"}}}},
	} {
		tt.options.From = "vcstool"
		_, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(tt.text)}}), tt.options)
		var p *convert.Problem
		if !errors.As(err, &p) || !strings.Contains(p.Message, "aliases make the file") {
			t.Errorf("%s: error %v", tt.name, err)
		}
	}
	usual := "base: &b {type: git, version: main}\nrepositories:\n"
	for i := range 3000 {
		usual += fmt.Sprintf(" a/b%d: {<<: *b, url: 'https://h.example/a/b%d'}\n", i, i)
	}
	result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(usual)}}), convert.Options{From: "vcstool", SkipIf: []convert.Condition{{"version", "old"}}})
	if err != nil || len(result.Entries) != 3000 {
		t.Errorf("a usual listing: %d records, error %v", len(result.Entries), err)
	}
}
