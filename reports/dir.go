package reports

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"

	"gijbulk/schema"
)

// ReportName is the name of the file in a report directory from which all others can be
// made again.
const ReportName = "report.json"

// WriteReport writes report.json alone, before the first write of a run. Errors name the
// path.
func WriteReport(dir string, run schema.Run, outcomes iter.Seq[schema.Outcome], mask schema.Mask) (string, error) {
	run, outcomes = Masked(run, outcomes, mask)
	path := filepath.Join(dir, ReportName)
	err := writeFile(path, hintDir, func(w io.Writer) error { return JSON(w, run, outcomes) })
	if err != nil {
		return "", err
	}
	return path, nil
}

// WriteAll writes the four tables, the reports that were asked for beside them and then,
// last, report.json: where that says complete, everything is there. It returns the paths
// that were written, also beside an error, which names the path that was not. The
// directory is made where it is missing (mode 0700); each file (mode 0600) appears whole
// or not at all.
func WriteAll(dir string, run schema.Run, outcomes iter.Seq[schema.Outcome], mask schema.Mask, wanted ...Wanted) ([]string, error) {
	run, outcomes = Masked(run, outcomes, mask)
	all := sorted(run, outcomes)
	return writeAll(dir, newDocument(run, all), all, wanted)
}

func writeAll(dir string, d document, all []*schema.Outcome, wanted []Wanted) ([]string, error) {
	columns := layoutOf(all)
	var paths []string
	for _, p := range Parts() {
		path := filepath.Join(dir, p.FileName())
		if err := writeFile(path, hintDir, func(w io.Writer) error { return writeCSV(w, columns, all, p.holds) }); err != nil {
			return paths, err
		}
		paths = append(paths, path)
	}
	// A report that could not be written keeps nobody from the others.
	more, failed := write(dir, d, wanted)
	last, err := write(dir, d, []Wanted{{Format: FormatJSON}})
	return slices.Concat(paths, more, last), errors.Join(failed, err)
}

// Write writes the reports that were asked for and no others; dir is for those without a
// path of their own. It returns as WriteAll does.
func Write(dir string, run schema.Run, outcomes iter.Seq[schema.Outcome], mask schema.Mask, wanted ...Wanted) ([]string, error) {
	if len(wanted) == 0 {
		return nil, nil // the outcomes need not be made
	}
	run, outcomes = Masked(run, outcomes, mask)
	return write(dir, newDocument(run, sorted(run, outcomes)), wanted)
}

func write(dir string, d document, wanted []Wanted) (paths []string, failed error) {
	for _, w := range wanted {
		switch path, err := w.write(dir, d); {
		case err != nil:
			failed = errors.Join(failed, err)
		case path != "":
			paths = append(paths, path)
		}
	}
	return paths, failed
}

// hintDir is what to do where the report directory is no good.
const hintDir = "choose another folder with --report-dir"

func writeFile(path, hint string, render func(io.Writer) error) error {
	if err := replaceFile(path, render); err != nil {
		return fmt.Errorf("cannot write the report %s: %w; %s", path, bare(err), hint)
	}
	return nil
}

// bare drops the path of a temporary file that nobody knows.
func bare(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}

// replaceFile writes beside the path and renames: a reader, and whoever comes after a
// crash, finds the old file or the new one.
func replaceFile(path string, render func(io.Writer) error) error {
	dir, name := filepath.Split(path)
	if err := os.MkdirAll(filepath.Clean(dir), 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Clean(dir), "."+name+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // after the rename there is nothing to remove
	defer temp.Close()           // closed already where all went well

	// The renderers' own buffers give way to this one.
	out := bufio.NewWriterSize(temp, 1<<16)
	if err := render(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}
