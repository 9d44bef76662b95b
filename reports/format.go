package reports

import (
	"fmt"
	"io"
	"slices"

	"gijbulk/schema"
)

// Format is a kind of report that can be asked for by name.
type Format string

// The formats.
const (
	FormatHTML     Format = "html"     // one self-contained page
	FormatJUnit    Format = "junit"    // one test case per record, for CI
	FormatMarkdown Format = "markdown" // a job summary, the worst first
	FormatJSON     Format = "json"     // a [Report]
	FormatCSV      Format = "csv"      // all records in one table

	FormatGitHub      Format = "github"      // workflow commands: annotations and groups
	FormatCodeQuality Format = "codequality" // GitLab's Code Quality
)

// Formats lists all formats.
func Formats() []Format {
	return []Format{FormatHTML, FormatJUnit, FormatMarkdown, FormatJSON, FormatCSV, FormatGitHub, FormatCodeQuality}
}

// Valid reports whether there is such a format.
func (f Format) Valid() bool { return slices.Contains(Formats(), f) }

// FileName is the name of the format's file in a report directory.
func (f Format) FileName() string {
	switch f {
	case FormatJUnit:
		return "junit.xml"
	case FormatMarkdown:
		return "report.md"
	case FormatGitHub:
		return "github.txt"
	case FormatCodeQuality:
		return "gl-code-quality-report.json" // as GitLab's own jobs name it
	}
	return "report." + string(f)
}

// Renderer writes runs in this format.
func (f Format) Renderer() Renderer {
	return func(w io.Writer, run schema.Run, results []schema.Result) error {
		return f.render(w, newDocument(run, results))
	}
}

func (f Format) render(w io.Writer, d reportData) error {
	switch f {
	case FormatHTML:
		return writeHTML(w, d)
	case FormatJUnit:
		return writeJUnit(w, d)
	case FormatMarkdown:
		return writeMarkdown(w, d)
	case FormatJSON:
		return writeJSON(w, d)
	case FormatCSV:
		return writeTable(w, d, "")
	case FormatGitHub:
		return writeGitHub(w, d)
	case FormatCodeQuality:
		return writeCodeQuality(w, d)
	}
	return fmt.Errorf("unknown report format %q", f)
}

// Wanted is a report that was asked for.
type Wanted struct {
	Format Format
	Path   string    // "": under the format's own name in the report directory
	Out    io.Writer // where it goes instead of a file; nil: to the file
}

// reportData is a run as all formats see it: the values of report.json in the order of the
// manifest. It is made once, and no format changes it: they are written at the same time.
type reportData struct {
	run      RunInfo
	findings []FindingInfo
	records  []RecordInfo
	layout   layout // of the tables

	preflight *PreflightInfo // nil: no git host was asked
}

func newDocument(run schema.Run, results []schema.Result) reportData {
	return documentOf(NewReport(run, results))
}

func documentOf(r Report) reportData {
	return reportData{r.Run, r.Findings, r.Records, layoutOf(r.Run, withRules(r.Records)), r.Preflight}
}

func mapTo[T, U any](list []T, f func(T) U) []U {
	out := make([]U, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}
