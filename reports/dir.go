package reports

import (
	"errors"
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
	path := filepath.Join(dir, ReportName)
	files := []*file{{path: path, format: FormatJSON}}
	defer discard(files)
	prepare(renderingsOf(newDocument(Masked(run, results, mask)), files))
	if _, err := publish(files); err != nil {
		return "", err
	}
	return path, nil
}

// WriteAll writes the four tables, the reports that were asked for beside them and then,
// last, report.json: where that says complete, everything is there. It returns the paths
// that were written, also beside an error, which names the path that was not. The
// directory is made where it is missing (mode 0700); each file (mode 0600) appears whole
// or not at all.
func WriteAll(dir string, run schema.Run, results []schema.Result, mask schema.Mask, wanted ...Wanted) ([]string, error) {
	return writeAll(dir, newDocument(Masked(run, results, mask)), wanted)
}

func writeAll(dir string, d document, wanted []Wanted) ([]string, error) {
	var tables []*file
	for _, p := range Parts() {
		tables = append(tables, &file{path: filepath.Join(dir, p.FileName()), part: p})
	}
	last, more := Wanted{Format: FormatJSON}.file(dir), filesOf(dir, wanted)
	// The largest has the longest way to the disk: it is begun with the tables, before the others.
	files := slices.Concat([]*file{last}, tables, more)
	defer discard(files)
	prepare(renderingsOf(d, files))

	var paths []string
	for _, t := range tables {
		if err := t.publish(); err != nil {
			return paths, err
		}
		paths = append(paths, t.path)
	}
	// A report that could not be written keeps nobody from the others.
	published, failed := publish(more)
	failed = errors.Join(failed, writeOut(d, wanted))
	paths = append(paths, published...)
	if err := last.publish(); err != nil {
		return paths, errors.Join(failed, err)
	}
	return append(paths, last.path), failed
}

// Write writes the reports that were asked for and no others; dir is for those without a
// path of their own. It returns as WriteAll does.
func Write(dir string, run schema.Run, results []schema.Result, mask schema.Mask, wanted ...Wanted) ([]string, error) {
	if len(wanted) == 0 {
		return nil, nil // nothing shows the results
	}
	d := newDocument(Masked(run, results, mask))
	files := filesOf(dir, wanted)
	defer discard(files)
	prepare(renderingsOf(d, files))
	paths, failed := publish(files)
	return paths, errors.Join(failed, writeOut(d, wanted))
}

// filesOf are the files of those reports that go to one.
func filesOf(dir string, wanted []Wanted) []*file {
	var files []*file
	for _, w := range wanted {
		if w.Out == nil {
			files = append(files, w.file(dir))
		}
	}
	return files
}

// writeOut writes the others, one after another: they may share an output.
func writeOut(d document, wanted []Wanted) (failed error) {
	for _, w := range wanted {
		if w.Out != nil {
			failed = errors.Join(failed, w.Format.render(w.Out, d))
		}
	}
	return failed
}
