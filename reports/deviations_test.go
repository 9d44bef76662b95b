package reports

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"gijbulk/schema"
)

func TestDeviationsText(t *testing.T) {
	d := schema.Deviation{Record: wanted(place("a.csv", 1), github("evil\x1b[2J")), Was: schema.OpUpdate, WasID: 7, Is: schema.OpConflict, Reason: "two\nlines",
		Fields: []schema.Change{{Field: schema.FieldTagsFilter, From: schema.Text("x"), To: schema.Value{}}}}
	var out bytes.Buffer
	if err := DeviationsText(&out, append([]schema.Deviation{d}, slices.Repeat([]schema.Deviation{{Is: schema.OpDelete, IsID: 1}}, 20)...), Page{}); err != nil {
		t.Fatal(err)
	}
	want := `GITHUB https://api.github.com "evil�[2J"  (a.csv:2)
    update of id 7 when approved, now conflict
    tagsFilter on the server: "x" when approved, now absent
    two lines
`
	got, rest, _ := strings.Cut(out.String(), "INTEGRATION")
	if !strings.HasPrefix(got, want) || rest != "" {
		t.Errorf("%s", out.String())
	}
	if !strings.Contains(got, "    no action when approved, now delete of id 1\n") || !strings.HasSuffix(got, "\nand 1 more record\n") {
		t.Errorf("%s", out.String())
	}
}
