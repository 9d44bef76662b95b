package convert_test

import (
	"errors"
	"testing"

	"gijbulk/importer/convert"
	"gijbulk/importer/convert/tools"
	"gijbulk/schema"
)

// FuzzConvert reads anything as the listing of any tool. What comes out is sound: every
// row accounted for, no record with an error, and the same the next time.
func FuzzConvert(f *testing.F) {
	for _, s := range sampleListings {
		for _, in := range readSamples(f, s.files...) {
			f.Add(s.from, in.Text)
		}
	}
	for _, s := range []string{
		`[{"nameWithOwner":"a/b","url":"x"},{"nameWithOwner":5},null,[]]`, `{"values":[{"slug":"a","project":{"key":"b"}}],"start":"x"}`, `{"value":{"value":[]}}`,
		`[{"path_with_namespace":"a/b/c","web_url":"https://h/x/a/b/c","http_url_to_repo":"https://u:p@h/x/a/b/c.git"}]`, "[[[[[", `{"message":"no"}`,
		")]}'\n{\"a/b\":{\"id\":\"a%2Fb\"},\"c\":5}", "a: &a\n  cmd: ghorg clone x --match-regex=^(a|b)-\nb:\n  <<: [*a, *a]\n",
		"<manifest><remote name='o' fetch='../..'/><default remote='o'/><project name='a/../..'><project name='b'/></project><remove-project name='b'/></manifest>",
		"repositories:\n  a: &x {type: git, url: 'git@h.example:a/b.git'}\n  c: *x\n", "manifest:\n  projects:\n    - {name: a, url: https://h.example/a}\n",
		"[a]\ncheckout = git clone -b x 'https://h.example/a' 'b'\n\t&& true\n", "[submodule \"a\"]\n\turl = ../../x.git\n[submodule \"b\"]\n\turl = \"\\\n",
		"kind: Component\nmetadata:\n  annotations: {backstage.io/source-location: 'url:https://h.example/a/b/tree/c/'}\n---\n- 1\n",
		`{"repositories":[{"organizationId":1,"slug":"a","linked":true}],"organizations":[{"id":1,"hostUrl":"https://h.example","repositories":[null]}]}`,
		"cloneUrl,org\n\"https://github.com/a/b'\\\",c\n", "integrationType\ttrackedFolderId\torigin\nGITHUB\t\t\n\t\t//\n",
	} {
		for _, t := range tools.All() {
			f.Add(t.Name, []byte(s))
		}
		f.Add(convert.Auto, []byte(s))
	}
	f.Fuzz(func(t *testing.T, from string, text []byte) {
		in := []convert.Input{{Name: "in", Text: text}}
		options := convert.Options{From: from, BaseURL: []string{"", "https://git.example/a/b.git", "git@git.example:a.git"}[len(text)%3]}
		result, err := tools.All().Read(each(in), options)
		if err != nil {
			var p *convert.Problem
			if !errors.As(err, &p) || p.Message == "" {
				t.Fatalf("error %v", err)
			}
			return
		}
		again, err := tools.All().Read(each(in), options)
		if err != nil || dump(again) != dump(result) {
			t.Fatalf("the second time it is another: error %v", err)
		}
		if len(result.Entries) > len(result.Rows) {
			t.Fatalf("%d records of %d rows", len(result.Entries), len(result.Rows))
		}
		accounted(t, result)
		for _, e := range result.Entries {
			if e.Text(schema.FieldPassword) != "" {
				if _, _, reference := schema.SplitReference(e.Text(schema.FieldPassword)); !reference {
					t.Fatalf("a password came out")
				}
			}
		}
	})
}
