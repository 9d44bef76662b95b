package reports

import (
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

func TestWriteReportThenWriteAll(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "reports", "run")
	run := sampleRun()
	run.Complete = false
	path, err := WriteReport(dir, run, nil, schema.Mask{})
	if err != nil {
		t.Fatal(err)
	}
	if got := names(t, dir); path != filepath.Join(dir, ReportName) || !slices.Equal(got, []string{ReportName}) {
		t.Errorf("before the first write: %s among %q", path, got)
	}
	run.Complete = true
	paths, err := WriteAll(dir, run, sampleResults(), schema.Mask{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"failed.csv", "report.json", "succeeded.csv", "unknown.csv", "unprocessed.csv"}
	if diff := cmp.Diff(want, names(t, dir)); diff != "" {
		t.Error(diff)
	}
	if last := paths[len(paths)-1]; len(paths) != len(want) || last != path {
		t.Errorf("paths %q do not end in the report", paths)
	}
	checkModes(t, dir, paths)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if report, err := Read(f); err != nil || !report.Run.Complete || report.Run.Total != len(sampleResults()) {
		t.Errorf("the last report says %+v (%v)", report.Run, err)
	}
}

func checkModes(t *testing.T, dir string, paths []string) {
	t.Helper()
	for path, want := range map[string]os.FileMode{dir: 0o700, paths[0]: 0o600, paths[len(paths)-1]: 0o600} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
}

func TestEveryRecordIsInOneTable(t *testing.T) {
	dir := t.TempDir()
	if _, err := WriteAll(dir, sampleRun(), sampleResults(), schema.Mask{}); err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, p := range Parts() {
		data, err := os.ReadFile(filepath.Join(dir, p.FileName()))
		if err != nil {
			t.Fatal(err)
		}
		all, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		rows += len(all) - 1
	}
	if want := len(sampleResults()); rows != want {
		t.Errorf("the tables hold %d records, want %d", rows, want)
	}
}

func TestWriteErrorsNameThePath(t *testing.T) {
	root := t.TempDir()
	file := filepath.Join(root, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	blocked := filepath.Join(root, "blocked") // a folder stands where a file belongs
	if err := os.MkdirAll(filepath.Join(blocked, "unknown.csv", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		dir, path string
		written   int
	}{
		{file, filepath.Join(file, "succeeded.csv"), 0},
		{filepath.Join(file, "below"), filepath.Join(file, "below", "succeeded.csv"), 0},
		{blocked, filepath.Join(blocked, "unknown.csv"), 2},
	} {
		paths, err := WriteAll(tt.dir, sampleRun(), nil, schema.Mask{})
		if err == nil || !strings.Contains(err.Error(), tt.path+": ") || strings.Contains(err.Error(), ".csv.") {
			t.Errorf("%s: %v does not name %s alone", tt.dir, err, tt.path)
		}
		if len(paths) != tt.written {
			t.Errorf("%s: %q were written", tt.dir, paths)
		}
	}
	if got := names(t, blocked); !slices.Equal(got, []string{"failed.csv", "succeeded.csv", "unknown.csv"}) {
		t.Errorf("left behind: %q", got)
	}
}

func TestHalfAFileIsNeverSeen(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "report.json")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	f := &pendingFile{path: path, render: func(w io.Writer) error {
		if _, err := io.WriteString(w, strings.Repeat("new", 10_000)); err != nil {
			return err
		}
		return full
	}}
	prepare([]*pendingFile{f})
	err := f.publish()
	discardAll([]*pendingFile{f})
	if !errors.Is(err, full) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v", err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "old" {
		t.Errorf("the old file holds %d bytes (%v)", len(data), err)
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("left behind: %q", got)
	}
}

// A writer that fails late must not go unnoticed in any renderer.
func TestRenderersReportTheWriter(t *testing.T) {
	for name, render := range map[string]Renderer{"json": JSON, "html": FormatHTML.Renderer(), "junit": FormatJUnit.Renderer(),
		"markdown": FormatMarkdown.Renderer(), "table": FormatCSV.Renderer(), "csv": CSV(Failed),
		"summary": func(w io.Writer, run schema.Run, results []schema.Result) error {
			return Summary(w, run, results, "", Page{})
		}} {
		if err := render(failingWriter{}, sampleRun(), sampleResults()); !errors.Is(err, errWriter) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

var errWriter = errors.New("the writer is broken")

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, errWriter }

// The files are rendered at the same time, but a report that says it is complete must not
// be seen before the others: nobody may find it beside tables of an earlier state.
func TestReportIsPublishedLast(t *testing.T) {
	dir := t.TempDir()
	failed := filepath.Join(dir, "blocked")
	if err := os.MkdirAll(filepath.Join(failed, "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	out := &lookingWriter{look: func() []string { return names(t, dir) }}
	paths, err := WriteAll(dir, sampleRun(), sampleResults(), schema.Mask{}, Wanted{Format: FormatHTML, Path: failed},
		Wanted{Format: FormatMarkdown, Out: out}, Wanted{Format: FormatJUnit})
	if err == nil || !strings.Contains(err.Error(), failed) {
		t.Errorf("got %v, want an error about %s", err, failed)
	}
	want := []string{"succeeded.csv", "failed.csv", "unknown.csv", "unprocessed.csv", "junit.xml", ReportName}
	if got := mapTo(paths, filepath.Base); !slices.Equal(got, want) {
		t.Errorf("published %q, want %q", got, want)
	}
	if got := out.seen; slices.Contains(got, ReportName) || !slices.Contains(got, "junit.xml") {
		t.Errorf("before the last report there were %q", got)
	}
	for _, name := range names(t, dir) {
		if strings.HasPrefix(name, ".") {
			t.Errorf("left behind: %s", name)
		}
	}
}

// lookingWriter looks around when it is written to.
type lookingWriter struct {
	look func() []string
	seen []string
}

func (w *lookingWriter) Write(p []byte) (int, error) {
	w.seen = w.look()
	return len(p), nil
}

// Where a table could not be written, an earlier report.json stays: it must not say that
// everything is there.
func TestNoReportWithoutItsTables(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "failed.csv", "x"), 0o700); err != nil {
		t.Fatal(err)
	}
	if paths, err := WriteAll(dir, sampleRun(), sampleResults(), schema.Mask{}); err == nil || len(paths) != 1 {
		t.Errorf("%q were written (%v)", paths, err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{"failed.csv", "succeeded.csv"}) {
		t.Errorf("there are %q", got)
	}
}
