package convert

import (
	"slices"
	"strings"
	"testing"
)

// TestYAML: aliases and merges stand for what they name, and each mapping is merged once.
func TestYAML(t *testing.T) {
	text := "base: &b {type: git, url: x, <<: *b}\nkid: {<<: [*b, {url: y, more: z}], url: own}\nnothing: ~\n---\n---\nother: 1\n"
	var lines []string
	l := &listing{Input: Input{Name: "in", Text: []byte(text)}, tool: &Tool{}}
	err := l.eachDocument(func(doc yamlValue) error {
		for _, m := range doc.members() {
			parts := []string{m.name, m.value.text()}
			for _, inner := range m.value.members() {
				parts = append(parts, inner.name+"="+inner.value.text())
			}
			lines = append(lines, strings.Join(parts, " "))
		}
		return nil
	})
	want := []string{"base  type=git url=x", "kid  url=own type=git more=z", "nothing ", "other 1"}
	if err != nil || !slices.Equal(lines, want) {
		t.Errorf("%q, error %v", lines, err)
	}
}
