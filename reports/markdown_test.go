package reports

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"

	"gijbulk/schema"
)

// markdownPage is what a reader of GitHub's Markdown sees.
type markdownPage struct {
	headings []string
	tables   [][][]string // rows, the header first, of the texts of cells
	elements []string     // the names of all, sorted
}

// readMarkdown renders a report as GitHub does, except that HTML is left in.
func readMarkdown(t *testing.T, report string) markdownPage {
	t.Helper()
	var page bytes.Buffer
	m := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	if err := m.Convert([]byte(report), &page); err != nil {
		t.Fatal(err)
	}
	decoder := xml.NewDecoder(&page)
	decoder.Strict, decoder.AutoClose, decoder.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var p markdownPage
	elements := map[string]bool{}
	var text strings.Builder
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			p.elements = slices.Sorted(maps.Keys(elements))
			return p
		} else if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			elements[token.Name.Local] = true
			switch token.Name.Local {
			case "table":
				p.tables = append(p.tables, nil)
			case "tr":
				p.tables[len(p.tables)-1] = append(p.tables[len(p.tables)-1], nil)
			case "td", "th", "h2", "h3":
				text.Reset()
			}
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			switch token.Name.Local {
			case "td", "th":
				rows := p.tables[len(p.tables)-1]
				rows[len(rows)-1] = append(rows[len(rows)-1], text.String())
			case "h2", "h3":
				p.headings = append(p.headings, text.String())
			}
		}
	}
}

func TestMarkdownRenders(t *testing.T) {
	p := readMarkdown(t, rendered(t, FormatMarkdown, sampleRun(), sampleResults()...))
	if diff := cmp.Diff([]string{"❌ gijbulk import", "Records, worst first", "2 warnings"}, p.headings); diff != "" {
		t.Error(diff)
	}
	if len(p.tables) != 3 {
		t.Fatalf("%d tables", len(p.tables))
	}
	counts, records, findings := p.tables[0], p.tables[1], p.tables[2]
	if diff := cmp.Diff([][]string{{"failed", "conflict", "unknown", "unprocessed", "exists", "created", "unchanged"}, {"1", "1", "1", "1", "1", "1", "1"}}, counts); diff != "" {
		t.Error(diff)
	}
	if len(findings) != 3 || len(records) != 7 {
		t.Errorf("%d rows of findings, %d of records", len(findings), len(records))
	}
	if diff := cmp.Diff([]string{"a", "br", "em", "h2", "h3", "li", "p", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"}, p.elements); diff != "" {
		t.Error(diff)
	}
}

// TestMarkdownKeepsContentText: whatever a name or an error holds, a cell shows it as it
// is, and stays one cell.
func TestMarkdownKeepsContentText(t *testing.T) {
	nasty := []string{hostile, "a|b||c", "![x](pictures/x.png)", "[a]: x.example", "**bold** _under_ ~~gone~~", "`code|span`", `back\slash\| end\`,
		"&lt;b&gt;&#42;", "<x@y.example>", "$x$ @team #1", "- [ ] task", "# heading", "***", "1. one"}
	var results []schema.Result
	want := [][]string{{"Status", "Record", "Position", "Why"}}
	for i, name := range nasty {
		o := result(wanted(place("a.csv", i+1), github(name)), schema.OpCreate, schema.StatusFailed)
		o.Error = name
		results = append(results, o)
		want = append(want, []string{"failed", "GITHUB " + oneLine(name), fmt.Sprintf("a.csv:%d", i+2), oneLine(name)})
	}
	p := readMarkdown(t, rendered(t, FormatMarkdown, testRun("a.csv"), results...))
	if diff := cmp.Diff(want, p.tables[len(p.tables)-1]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a", "h2", "h3", "li", "p", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"}, p.elements); diff != "" {
		t.Error(diff)
	}
}

// TestMarkdownFoldsRepeatedWarnings: errors come before the records, and a warning that many
// records have comes last, once.
func TestMarkdownFoldsRepeatedWarnings(t *testing.T) {
	run := testRun("a.csv")
	for n := range 300 {
		run.Findings = append(run.Findings, schema.CodePlainSecret.Newf(place("a.csv", n+1), "pat", "the pat is written out"))
	}
	for n := range 30 {
		run.Findings = append(run.Findings, schema.CodeBadOrigin.Newf(place("a.csv", n+1), "origin", "this is not a URL"))
	}
	run.Findings = append(run.Findings, schema.CodeSslUnverified.Newf(place("a.csv", 9), "disableSslVerification", "not checked"))
	p := readMarkdown(t, rendered(t, FormatMarkdown, run, sampleResults()...))
	if diff := cmp.Diff([]string{"❌ gijbulk import", "30 errors", "Records, worst first", "2 warnings"}, p.headings); diff != "" {
		t.Fatal(diff)
	}
	want := [][]string{{"Position", "Level", "What is wrong", "What to do"},
		{"a.csv:10", "warning", "disableSslVerification: not checked", schema.CodeSslUnverified.Explanation().Advice},
		{"a.csv:2", "warning", "a secret is written out: 300 of code plain-secret, the first at a.csv:2", schema.CodePlainSecret.Explanation().Advice}}
	if diff := cmp.Diff(want, p.tables[len(p.tables)-1]); diff != "" {
		t.Error(diff)
	}
	if rows := len(p.tables[1]); rows != 31 {
		t.Errorf("%d rows of errors", rows)
	}
}
