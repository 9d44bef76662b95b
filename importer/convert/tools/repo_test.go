package tools

import (
	"iter"
	"slices"
	"strings"
	"testing"

	"gijbulk/importer/convert"
	"gijbulk/schema"
)

// TestManifestsInAnyOrder: what repo's manifests have together does not depend on the order
// in which their files are given.
func TestManifestsInAnyOrder(t *testing.T) {
	files := map[string]string{
		"default.xml": `<manifest><include name="remotes.xml"/><include name="common.xml"/><remove-project name="old"/><extend-project name="web" revision="next"/></manifest>`,
		"common.xml":  `<manifest><project name="web"/><project name="old"/><project name="tools"/></manifest>`,
		"remotes.xml": `<manifest><remote name="o" fetch="https://git.example/acme"/><remote name="mine" fetch="https://git.example/me"/><default remote="o" revision="main"/></manifest>`,
		"local.xml":   `<manifest><remove-project name="tools"/><project name="tools" remote="mine"/></manifest>`,
	}
	want := []string{"https://git.example/acme/web next", "https://git.example/me/tools main"}
	for _, order := range orders([]string{"default.xml", "common.xml", "remotes.xml", "local.xml"}) {
		var inputs []convert.Input
		for _, name := range order {
			inputs = append(inputs, convert.Input{Name: "manifests/" + name, Text: []byte(files[name])})
		}
		result, err := All().Read(each(inputs), convert.Options{From: "repo"})
		var got []string
		for _, e := range result.Entries {
			got = append(got, e.Text(schema.FieldOrigin)+" "+e.Text(schema.FieldMainBranch))
		}
		slices.Sort(got)
		if err != nil || !slices.Equal(got, want) || len(result.Findings) > 0 {
			t.Errorf("%q: %q, %v, error %v", order, got, result.Findings, err)
		}
	}
}

func orders(names []string) [][]string {
	if len(names) == 0 {
		return [][]string{nil}
	}
	var all [][]string
	for i, name := range names {
		for _, rest := range orders(slices.Delete(slices.Clone(names), i, i+1)) {
			all = append(all, append([]string{name}, rest...))
		}
	}
	return all
}

func each(inputs []convert.Input) iter.Seq2[convert.Input, error] {
	return func(yield func(convert.Input, error) bool) {
		for _, in := range inputs {
			if !yield(in, nil) {
				return
			}
		}
	}
}

// TestManifestsThatIncludeEachOther are read once each; what no file defines is reported.
func TestManifestsThatIncludeEachOther(t *testing.T) {
	result, err := All().Read(each([]convert.Input{
		{Name: "a.xml", Text: []byte(`<manifest><include name="b.xml"/><project name="a"/><remove-project name="nothing"/></manifest>`)},
		{Name: "b.xml", Text: []byte(`<manifest><include name="a.xml"/><remote name="o" fetch="https://git.example"/><default remote="o"/></manifest>`)},
	}), convert.Options{From: "repo"})
	if err != nil || len(result.Entries) != 1 || len(result.Findings) != 1 || !strings.Contains(result.Findings[0].Message, `"nothing", which is not defined`) {
		t.Errorf("%d records, %v, error %v", len(result.Entries), result.Findings, err)
	}
}
