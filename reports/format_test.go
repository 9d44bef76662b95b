package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

func rendered(t *testing.T, f Format, run schema.Run, results ...schema.Result) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.Renderer()(&b, run, results); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFormatsGolden(t *testing.T) {
	for _, f := range []Format{FormatJUnit, FormatMarkdown, FormatCSV, FormatGitHub, FormatCodeQuality} {
		golden(t, f.FileName(), func(w *bytes.Buffer) error { return f.Renderer()(w, sampleRun(), sampleResults()) })
	}
	audit := sampleRun()
	audit.Command, audit.DryRun, audit.Writes = "audit", true, 0
	golden(t, "audit.md", func(w *bytes.Buffer) error { return FormatMarkdown.Renderer()(w, audit, sampleResults()) })
	golden(t, "audit-github.txt", func(w *bytes.Buffer) error { return FormatGitHub.Renderer()(w, audit, sampleResults()) })
	golden(t, "audit-codequality.json", func(w *bytes.Buffer) error { return FormatCodeQuality.Renderer()(w, audit, sampleResults()) })
	golden(t, "audit.xml", func(w *bytes.Buffer) error { return FormatJUnit.Renderer()(w, audit, sampleResults()) })
}

func TestFormatNames(t *testing.T) {
	names := map[string]bool{}
	for _, f := range Formats() {
		if !f.Valid() || names[f.FileName()] {
			t.Errorf("%s is not valid, or its name %s is taken", f, f.FileName())
		}
		names[f.FileName()] = true
	}
	for _, p := range Parts() {
		if names[p.FileName()] {
			t.Errorf("%s is the name of a part and of a format", p.FileName())
		}
	}
	if Format("pdf").Valid() {
		t.Error("pdf is a format")
	}
	if err := Format("pdf").Renderer()(&bytes.Buffer{}, testRun(), nil); err == nil {
		t.Error("pdf was written")
	}
}

func TestWriteWhatWasAskedFor(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	elsewhere := filepath.Join(t.TempDir(), "x", "y.md")
	var out bytes.Buffer
	paths, err := Write(dir, sampleRun(), sampleResults(), schema.NewMask(nil, "Acme on GitHub"),
		Wanted{Format: FormatHTML}, Wanted{Format: FormatMarkdown, Path: elsewhere}, Wanted{Format: FormatCSV, Out: &out})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{filepath.Join(dir, "report.html"), elsewhere}, paths); diff != "" {
		t.Error(diff)
	}
	if got := names(t, dir); !slices.Equal(got, []string{"report.html"}) {
		t.Errorf("the directory holds %q", got)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil || bytes.Contains(text, []byte("Acme on GitHub")) || len(text) == 0 {
			t.Errorf("%s shows what is to be hidden, or nothing (%v)", path, err)
		}
	}
	if rows, err := csv.NewReader(&out).ReadAll(); err != nil || len(rows) != 1+len(sampleResults()) {
		t.Errorf("%d rows (%v)", len(rows), err)
	}
}

// One report that cannot be written keeps nobody from the others.
func TestWriteGoesOnAfterAFailure(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "blocked")
	if err := os.MkdirAll(filepath.Join(blocked, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := WriteAll(filepath.Join(dir, "run"), sampleRun(), sampleResults(), schema.Mask{},
		Wanted{Format: FormatJUnit, Path: blocked}, Wanted{Format: FormatHTML})
	var unwritten *Unwritten
	if !errors.As(err, &unwritten) || unwritten.Path != blocked || unwritten.Chosen != FormatJUnit {
		t.Errorf("got %v", err)
	}
	want := []string{"failed.csv", "report.html", "report.json", "succeeded.csv", "unknown.csv", "unprocessed.csv"}
	if diff := cmp.Diff(want, names(t, filepath.Join(dir, "run"))); diff != "" {
		t.Error(diff)
	}
}

// A job summary has space for so much; what is left out is counted.
func TestMarkdownIsBounded(t *testing.T) {
	run := testRun("a.csv")
	var results []schema.Result
	for n := range 30_000 {
		status := []schema.Status{schema.StatusCreated, schema.StatusFailed, schema.StatusUnchanged}[n%3]
		o := result(wanted(place("a.csv", n+1), github(fmt.Sprintf("record %d", n))), schema.OpCreate, status)
		o.Error = strings.Repeat("long ", n%30)
		results = append(results, o)
		run.Findings = append(run.Findings, schema.CodePlainSecret.Newf(place("a.csv", n+1), "pat", "written out"))
	}
	text := rendered(t, FormatMarkdown, run, results...)
	if len(text) > maxMarkdown {
		t.Errorf("%d bytes", len(text))
	}
	listed := strings.Count(text, "\n| failed | GITHUB") + strings.Count(text, "\n| created | GITHUB")
	more := regexp.MustCompile(`…and ([\d,]+) more records: ([\d,]+) created, (?:([\d,]+) failed, )?10,000 unchanged\.`).FindStringSubmatch(text)
	if more == nil {
		t.Fatalf("nothing says how many more: %s", text[len(text)-300:])
	}
	left, err := strconv.Atoi(strings.ReplaceAll(more[1], ",", ""))
	if err != nil || listed+left != len(results) || strings.Count(text, "\n| failed | GITHUB") < 5000 {
		t.Errorf("%d listed, %d more (%v)", listed, left, err)
	}
	if first, last := strings.Index(text, "| created | GITHUB"), strings.LastIndex(text, "| failed | GITHUB"); first >= 0 && first < last {
		t.Error("the worst do not come first")
	}
}

func TestJUnitHoldsOnlyWhatXMLCan(t *testing.T) {
	o := result(wanted(place("a\x00.csv", 1), github("\x1b[31m]]>\ufffe&<\"")), schema.OpCreate, schema.StatusFailed)
	o.Error, o.Advice = "bad \x07\xff ]]> <b>", "x\ufffe"
	var suites struct {
		Suites []struct {
			Cases []struct {
				Name    string `xml:"name,attr"`
				Failure string `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(rendered(t, FormatJUnit, testRun(), o)), &suites); err != nil {
		t.Fatal(err)
	}
	c := suites.Suites[0].Cases[0]
	if want := "integration GITHUB \ufffd[31m]]>\ufffd&<\""; c.Name != want {
		t.Errorf("name %q, want %q", c.Name, want)
	}
	if !strings.Contains(c.Failure, "error: bad \ufffd\ufffd ]]> <b>\n") {
		t.Errorf("failure %q", c.Failure)
	}
}
