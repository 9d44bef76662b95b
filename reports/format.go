package reports

import (
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"gijbulk/schema"
)

// Format is a kind of report that can be asked for by name.
type Format string

// The formats.
const (
	FormatHTML     Format = "html"     // one page to look at, with everything in it
	FormatJUnit    Format = "junit"    // a test case a record, for CI
	FormatMarkdown Format = "markdown" // a job summary, the worst first
	FormatJSON     Format = "json"     // a [Report]
	FormatCSV      Format = "csv"      // all records in one table
)

// Formats lists all formats.
func Formats() []Format {
	return []Format{FormatHTML, FormatJUnit, FormatMarkdown, FormatJSON, FormatCSV}
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
	}
	return "report." + string(f)
}

// Renderer writes runs in this format.
func (f Format) Renderer() Renderer {
	return func(w io.Writer, run schema.Run, results []schema.Result) error {
		return f.render(w, newDocument(run, results))
	}
}

func (f Format) render(w io.Writer, d document) error {
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
		return d.tables(nil, w)
	}
	return fmt.Errorf("there is no report format %q", f)
}

// Wanted is a report that was asked for.
type Wanted struct {
	Format Format
	Path   string    // "": under the format's own name in the report directory
	Out    io.Writer // where it goes instead of a file; nil: to the file
}

// file is the file that the report goes to.
func (w Wanted) file(dir string) *file {
	if w.Path != "" {
		return &file{path: w.Path, chosen: true, format: w.Format}
	}
	return &file{path: filepath.Join(dir, w.Format.FileName()), format: w.Format}
}

// document is a run as all formats see it: the values of report.json in the order of the
// manifest. It is made once, and no format changes it: they are written at the same time.
type document struct {
	run      RunInfo
	findings []FindingInfo
	records  []RecordInfo
	tables   func(parts map[Part]io.Writer, whole ...io.Writer) error // see writeTables
}

func newDocument(run schema.Run, results []schema.Result) document {
	all := sorted(run, results)
	findings := slices.Clone(run.Findings)
	order := placeOrder(run.Files)
	slices.SortStableFunc(findings, func(a, b schema.Finding) int { return order(a.Place, b.Place) })
	return document{
		run:      runInfo(run, all),
		findings: mapTo(findings, findingInfo),
		records:  recordInfos(all),
		tables:   tablesOf(all),
	}
}

func tablesOf(all []schema.Result) func(map[Part]io.Writer, ...io.Writer) error {
	return func(parts map[Part]io.Writer, whole ...io.Writer) error { return writeTables(all, parts, whole...) }
}

// recordInfos makes the records, on all cores.
func recordInfos(all []schema.Result) []RecordInfo {
	infos := make([]RecordInfo, len(all))
	inParts(len(all), func(from, to int) {
		for i := from; i < to; i++ {
			infos[i] = recordInfo(all[i])
		}
	})
	return infos
}

// inParts does what is independent for each of n in as many parts as there are processors,
// at the same time.
func inParts(n int, do func(from, to int)) {
	size := max(1, (n+runtime.GOMAXPROCS(0)-1)/runtime.GOMAXPROCS(0))
	var parts sync.WaitGroup
	for from := 0; from < n; from += size {
		parts.Go(func() { do(from, min(from+size, n)) })
	}
	parts.Wait()
}

func mapTo[T, U any](list []T, f func(T) U) []U {
	out := make([]U, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}
