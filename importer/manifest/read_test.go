package manifest

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

// show writes what Read yields as lines: entries with their cells, and findings with
// place and code.
func show(r io.Reader, name string, f Format) []string {
	var lines []string
	for e, err := range Read(r, name, f, schema.UTF8) {
		var p *Problem
		if errors.As(err, &p) {
			lines = append(lines, showFinding(p.Finding))
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "#%d %d:%d", e.Place.Record, e.Place.Line, e.Place.Column)
		if e.Listed == schema.KindRepository {
			b.WriteString(" (repository)")
		}
		for _, c := range e.Cells {
			fmt.Fprintf(&b, " %s@%d:%d=%s", c.Name, c.Line, c.Column, showWritten(c.Written))
			if c.Given {
				b.WriteString("(given)")
			}
		}
		lines = append(lines, b.String())
		for _, f := range e.Findings {
			lines = append(lines, fmt.Sprintf("  of #%d ", f.Place.Record)+showFinding(f))
		}
	}
	return lines
}

func showFinding(f schema.Finding) string {
	return fmt.Sprintf("%d:%d %s %s: %s", f.Place.Line, f.Place.Column, f.Code, f.Field, f.Message)
}

func showWritten(w schema.Written) string {
	loose := ""
	if w.Loose {
		loose = "~"
	}
	switch w.Form {
	case schema.FormCell:
		return fmt.Sprintf("%q", w.Text)
	case schema.FormString:
		return loose + fmt.Sprintf("s%q", w.Text)
	case schema.FormBool:
		return loose + "b" + w.Text
	case schema.FormNumber:
		return loose + "n" + w.Text
	case schema.FormNull:
		return "null"
	case schema.FormMap:
		return "{}"
	}
	items := make([]string, len(w.Items))
	for i, item := range w.Items {
		items[i] = showWritten(item)
	}
	return "[" + strings.Join(items, " ") + "]"
}

// story is one reading: what goes in and the lines that come out.
type story struct {
	name   string
	file   string // "" for the format's own extension
	format Format
	in     string
	want   []string
}

func tell(t *testing.T, stories []story) {
	t.Helper()
	for _, s := range stories {
		t.Run(s.name, func(t *testing.T) {
			// One byte at a time: nothing may depend on how a pipe cuts the text.
			for _, r := range []io.Reader{strings.NewReader(s.in), iotest.OneByteReader(strings.NewReader(s.in))} {
				if diff := cmp.Diff(s.want, show(r, s.file, s.format)); diff != "" {
					t.Errorf("Read (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func TestReaderFails(t *testing.T) {
	directory := &fs.PathError{Op: "read", Path: "/somewhere", Err: errors.New("is a directory")}
	got := show(iotest.ErrReader(directory), "somewhere", "")
	if diff := cmp.Diff([]string{"0:0 file-unreadable : the file cannot be read: is a directory"}, got); diff != "" {
		t.Error(diff)
	}
	for _, f := range Formats() {
		begun := map[Format]string{
			CSV: "type,origin\nGITHUB,x\nGITHUB,\"y", TSV: "type\torigin\nGITHUB\tx\nGITHUB\t\"y",
			YAML: "- type: GITHUB\n", JSON: `[{"type":`, JSONL: "{\"type\":\"GITHUB\"}\n{\"type\":",
		}[f]
		lines := show(io.MultiReader(strings.NewReader(begun), iotest.ErrReader(io.ErrUnexpectedEOF)), "x", f)
		last := lines[len(lines)-1]
		if !strings.Contains(last, "file-unreadable") {
			t.Errorf("%s: a read error ends as %q", f, last)
		}
	}
}

func TestPlacesNameTheFile(t *testing.T) {
	for e, err := range Read(strings.NewReader("type,orign\nGITHUB\n"), "a/b.csv", "", schema.UTF8) {
		var p *Problem
		if errors.As(err, &p) {
			if want := "a/b.csv:1:6: orign: there is no such field; did you mean origin?"; p.Error() != want {
				t.Errorf("Error() = %q, want %q", p.Error(), want)
			}
			continue
		}
		if e.Place.File != "a/b.csv" || e.Findings[0].Place.File != "a/b.csv" {
			t.Errorf("places name %q and %q", e.Place.File, e.Findings[0].Place.File)
		}
	}
}

func TestLeaveEarly(t *testing.T) {
	many := map[Format]string{
		CSV:   "type,nosuch,neither\nA,,\nB,,\nC,,\n",
		TSV:   "type\tx\nA\t\nB\nC\t\n",
		YAML:  "nosuch: 1\nneither: 2\nintegrations: [{type: A}, {type: B}]\n---\n[{type: C}]\n",
		JSON:  `{"nosuch":1,"neither":2,"integrations":[{"type":"A"},{"type":"B"}]}[{"type":"C"}]`,
		JSONL: "{\"type\":\"A\"}\n{\n{\"type\":\"C\"}\n",
	}
	for f, in := range many {
		all := len(show(strings.NewReader(in), "", f))
		for stop := 1; stop <= all; stop++ {
			n := 0
			for range Read(strings.NewReader(in), "", f, schema.UTF8) { // a yield after false would panic
				if n++; n == stop {
					break
				}
			}
		}
	}
}

func TestFormats(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		asked    Format
		want     Format
	}{
		{"a.csv", "x", "", CSV},
		{"a.TSV", "x", "", TSV},
		{"a.yaml", "x", "", YAML},
		{"a.yml", "x", "", YAML},
		{"a.json", "x", "", JSON},
		{"a.jsonl", "x", "", JSONL},
		{"a.ndjson", "x", "", JSONL},
		{"a.csv", "x", JSON, JSON},
		{"-", "type,origin\n", "", CSV},
		{"-", "sep=;\ntype;origin\n", "", CSV},
		{"-", "Display Name\nx\n", "", CSV},
		{"a.txt", "Type\tOrigin\n", "", CSV},
		{"-", "# ours\n\n- type: GITHUB\n", "", YAML},
		{"-", "---\n- type: GITHUB\n", "", YAML},
		{"-", "version: 1\n", "", YAML},
		{"-", "[{type: GITHUB}]\n", "", YAML},
		{"-", "{integrations: []}\n", "", YAML},
		{"-", " \n[{\"type\": \"GITHUB\"}]", "", JSON},
		{"-", "{\n \"integrations\": []}", "", JSON},
		{"-", "{\"type\":\"A\"}\n{\"type\":\"B\"}\n", "", JSONL},
		{"-", "{\"type\":\"A\"}", "", JSON},
		{"-", "Dear colleague, hello\n", "", ""},
		{"a.csv", "type\n", "xml", ""},
	} {
		text, err := open(strings.NewReader(tt.in), schema.UTF8)
		if err != nil {
			t.Fatal(err)
		}
		got, err := text.format(tt.name, tt.asked)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s, %q, asked %q: %q, %v; want %q", tt.name, tt.in, tt.asked, got, err, tt.want)
		}
	}
}
