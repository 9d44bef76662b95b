package reports

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestWriteFile: what is written takes the place of a file, or of the one that a link names, keeps
// its mode, and leaves the link.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	holding := func(text string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, text); return err }
	}
	write := func(name, text string) {
		t.Helper()
		if err := WriteFile(in(name), 0o644, holding(text)); err != nil {
			t.Fatal(err)
		}
	}
	write("plain", "one")
	if err := errors.Join(os.Chmod(in("plain"), 0o600), os.Symlink("plain", in("link")), os.Symlink("new", in("dangling"))); err != nil {
		t.Fatal(err)
	}
	write("link", "two")
	write("dangling", "three")
	for name, mode := range map[string]os.FileMode{"plain": 0o600, "new": 0o644} {
		if info, err := os.Lstat(in(name)); err != nil || info.Mode() != mode {
			t.Errorf("%s has mode %v, want %v (%v)", name, info.Mode(), mode, err)
		}
	}
	for name, want := range map[string]string{"plain": "two", "link": "two", "new": "three"} {
		if got := content(t, dir, name); got != want {
			t.Errorf("%s holds %q, want %q", name, got, want)
		}
	}
	if err := WriteFile(dir, 0o644, holding("")); err == nil {
		t.Error("a folder was replaced")
	}
	if err := WriteFile(in("nosuch/file"), 0o644, holding("")); !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), dir) {
		t.Errorf("a missing folder: %v", err)
	}
	broken := errors.New("broken")
	if err := WriteFile(in("plain"), 0o644, func(w io.Writer) error { return errors.Join(holding("half")(w), broken) }); !errors.Is(err, broken) || content(t, dir, "plain") != "two" {
		t.Errorf("half a file: %v, and %q", err, content(t, dir, "plain"))
	}
	if got := names(t, dir); len(got) != 4 {
		t.Errorf("left behind: %q", got)
	}
}
