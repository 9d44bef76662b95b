package reports

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

// conversion is one with a row of each fate, and with names that nobody chose kindly.
func conversion() schema.Conversion {
	at := func(line int) schema.Place { return schema.Place{File: "list.json", Line: line, Record: line} }
	repository := schema.Entry{Cells: []schema.Cell{{Name: "kind", Field: schema.FieldKind, Written: schema.Written{Text: "repository"}}}}
	c := schema.Conversion{
		Entries: []schema.Entry{{}, repository},
		Rows: []schema.Row{
			{Place: at(1), Name: "acme/web", Fate: schema.FateConverted, Record: 1},
			{Place: at(2), Name: "Acme/web", Fate: schema.FateMerged, Why: "it is the same as list.json:1", Record: 1},
			{Place: at(3), Name: "ops/\x1b[2Jtools", Fate: schema.FateConverted, Record: 2},
		},
		Placeholders: []schema.Placeholder{{Reference: "env:ACME_PAT", For: "acme", Records: 3}},
		Findings:     []schema.Finding{schema.CodeListingPage.Newf(at(0), "", "one page")},
	}
	for i := range longestList + 2 {
		c.Rows = append(c.Rows, schema.Row{Place: at(4 + i), Name: fmt.Sprintf("acme/old\n%d", i), Fate: schema.FateSkipped, Why: "it is archived"})
	}
	return c
}

func TestConversionText(t *testing.T) {
	var b bytes.Buffer
	if err := ConversionText(&b, conversion(), "out.yaml", Page{Flags: map[schema.Option]string{schema.OptionJSON: "--output json"}}); err != nil {
		t.Fatal(err)
	}
	var skipped strings.Builder
	for i := range longestList {
		fmt.Fprintf(&skipped, "  list.json:%d acme/old %d\n", 4+i, i)
	}
	want := `gijbulk: warning: list.json: one page
gijbulk: hint: fetch all pages and give their files together
1 row merged
  list.json:2 Acme/web: it is the same as list.json:1
22 rows skipped: it is archived
` + skipped.String() + `  and 2 more; --output json lists them all
25 rows: 2 converted, 1 merged, 22 skipped
2 records in out.yaml: 1 integration, 1 repository
fill in before an import:
  env:ACME_PAT  acme and 2 more
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestConversionJSON(t *testing.T) {
	var b bytes.Buffer
	if err := ConversionJSON(&b, conversion()); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 25+1+1+1 {
		t.Fatalf("%d lines:\n%s", len(lines), b.String())
	}
	for i, want := range map[int]string{
		1:  `{"file":"list.json","line":2,"row":2,"name":"Acme/web","fate":"merged","why":"it is the same as list.json:1","record":1}`,
		3:  `{"file":"list.json","line":4,"row":4,"name":"acme/old\n0","fate":"skipped","why":"it is archived"}`,
		26: `{"placeholder":"env:ACME_PAT","for":"acme","records":3}`,
		27: `{"summary":{"rows":25,"converted":2,"merged":1,"skipped":22,"records":2}}`,
	} {
		if lines[i] != want {
			t.Errorf("line %d is %s, want %s", i, lines[i], want)
		}
	}
}
