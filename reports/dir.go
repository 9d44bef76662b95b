package reports

import (
	"errors"
	"io"
	"path/filepath"
	"slices"

	"gijbulk/schema"
)

// ReportName is the name of the file in a report directory from which all others can be
// made again.
const ReportName = "report.json"

// WriteReport writes report.json alone, before the first write of a run. Errors name the
// path.
func WriteReport(dir string, run schema.Run, results []schema.Result, mask schema.Mask) (string, error) {
	d := newDocument(Masked(run, results, mask))
	d.run.Running = true
	f := Wanted{Format: FormatJSON}.file(dir, d)
	defer discardAll([]*pendingFile{f})
	prepare([]*pendingFile{f})
	return f.path, f.publish()
}

// WriteAll writes the four tables, the requested reports and then, last, report.json:
// where that says complete, everything is there. It returns the paths that were written,
// also with an error, which names the path that was not. The directory is made where it is
// missing (mode 0700); each file (mode 0600) appears whole or not at all.
func WriteAll(dir string, run schema.Run, results []schema.Result, mask schema.Mask, wanted ...Wanted) ([]string, error) {
	return writeAll(dir, newDocument(Masked(run, results, mask)), wanted)
}

func writeAll(dir string, d reportData, wanted []Wanted) ([]string, error) {
	var tables []*pendingFile
	for _, p := range Parts() {
		path := filepath.Join(dir, p.FileName())
		tables = append(tables, &pendingFile{path: path, render: func(w io.Writer) error { return writeTable(w, d, p) }})
	}
	last, more := Wanted{Format: FormatJSON}.file(dir, d), filesOf(dir, d, wanted)
	files := slices.Concat(tables, more, []*pendingFile{last})
	defer discardAll(files)
	prepare(files)

	var paths []string
	for _, t := range tables {
		if err := t.publish(); err != nil {
			return paths, err
		}
		paths = append(paths, t.path)
	}
	published, failed := publish(more) // one that fails does not stop the others
	failed = errors.Join(failed, writeOut(d, wanted))
	paths = append(paths, published...)
	if err := last.publish(); err != nil {
		return paths, errors.Join(failed, err)
	}
	return append(paths, last.path), failed
}

// Write writes the requested reports and no others; dir is for those without a path of
// their own. It returns as WriteAll does.
func Write(dir string, run schema.Run, results []schema.Result, mask schema.Mask, wanted ...Wanted) ([]string, error) {
	return write(dir, newDocument(Masked(run, results, mask)), wanted)
}

// WritePreflight writes reports as Write does, with what git hosts say about the records.
func WritePreflight(dir string, run schema.Run, results []schema.Result, p Preflight, mask schema.Mask, wanted ...Wanted) ([]string, error) {
	d := newDocument(Masked(run, results, mask))
	d.preflight = &PreflightInfo{p.Credentials, p.Listings}
	return write(dir, d, wanted)
}

func write(dir string, d reportData, wanted []Wanted) ([]string, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	files := filesOf(dir, d, wanted)
	defer discardAll(files)
	prepare(files)
	paths, failed := publish(files)
	return paths, errors.Join(failed, writeOut(d, wanted))
}

// filesOf are the files of those reports that go to one.
func filesOf(dir string, d reportData, wanted []Wanted) []*pendingFile {
	var files []*pendingFile
	for _, w := range wanted {
		if w.Out == nil {
			files = append(files, w.file(dir, d))
		}
	}
	return files
}

func (w Wanted) file(dir string, d reportData) *pendingFile {
	f := &pendingFile{path: filepath.Join(dir, w.Format.FileName()), render: func(out io.Writer) error { return w.Format.render(out, d) }}
	if w.Path != "" {
		f.path, f.chosen = w.Path, w.Format
	}
	return f
}

// writeOut writes the others, one after another: they may share an output.
func writeOut(d reportData, wanted []Wanted) (failed error) {
	for _, w := range wanted {
		if w.Out != nil {
			failed = errors.Join(failed, w.Format.render(w.Out, d))
		}
	}
	return failed
}
