package reports

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestWriteFile: what is written takes the place of a file, or of the one that a link names, keeps
// its mode, and leaves the link.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	write := func(name, text string) {
		t.Helper()
		if err := WriteFile(in(name), []byte(text), 0o644); err != nil {
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
	if err := WriteFile(dir, nil, 0o644); err == nil {
		t.Error("a folder was replaced")
	}
	if got := names(t, dir); len(got) != 4 {
		t.Errorf("left behind: %q", got)
	}
}
