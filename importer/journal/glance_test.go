package journal

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// contents are the files of a folder, by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[e.Name()] = string(data)
	}
	return found
}

func TestAGlance(t *testing.T) {
	path := filepath.Join(t.TempDir(), "50% of?it.db")
	j := openAt(t, path)
	l := oneOfEach(t, j, run("r1"))
	want, err := j.Runs(t.Context())
	if err != nil || len(want) != 1 {
		t.Fatal(want, err)
	}
	// while another process writes to it
	if got, err := Glance(t.Context(), path); err != nil || diff(want, got) != "" {
		t.Errorf("%s, error %v", diff(want, got), err)
	}
	if err := errors.Join(l.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	before := contents(t, filepath.Dir(path))
	if got, err := Glance(t.Context(), path); err != nil || diff(want, got) != "" {
		t.Errorf("%s, error %v", diff(want, got), err)
	}
	if d := cmp.Diff(before, contents(t, filepath.Dir(path))); d != "" {
		t.Error("the glance changed something:", d)
	}
}

// TestAGlanceLeavesAnOlderFileAsItIs: a file of the first layout is read, and stays one.
func TestAGlanceLeavesAnOlderFileAsItIs(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gijbulk.db")
	j := openAt(t, path)
	if err := start(t, j, run("r1")).Close(); err != nil {
		t.Fatal(err)
	}
	for _, change := range []string{"ALTER TABLE runs DROP COLUMN timeline", "PRAGMA user_version = 1"} {
		if _, err := j.db.Exec(change); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	before := contents(t, filepath.Dir(path))
	if got, err := Glance(t.Context(), path); err != nil || len(got) != 1 || got[0].ID != "r1" {
		t.Errorf("%v, error %v", got, err)
	}
	if d := cmp.Diff(before, contents(t, filepath.Dir(path))); d != "" {
		t.Error("the glance changed something:", d)
	}
}

// TestAGlanceMakesNothing: neither where nothing is nor where something else is.
func TestAGlanceMakesNothing(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"empty": "", "text": "not a database at all, but a long enough text"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := contents(t, dir)
	for _, name := range []string{"missing", "no/folder", "empty", "text", "."} {
		got, err := Glance(t.Context(), filepath.Join(dir, name))
		if _, told := errors.AsType[*Error](err); !told || got != nil {
			t.Errorf("%s: %v, error %v", name, got, err)
		}
	}
	if d := cmp.Diff(before, contents(t, dir)); d != "" {
		t.Error("the glance made something:", d)
	}
}
