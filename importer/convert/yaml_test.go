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
	l := &Listing{Input: Input{Name: "in", Text: []byte(text)}, tool: &Tool{}}
	err := l.EachDocument(func(doc Value) error {
		for _, m := range doc.Members() {
			parts := []string{m.Name, m.Value.Text()}
			for _, inner := range m.Value.Members() {
				parts = append(parts, inner.Name+"="+inner.Value.Text())
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
