//go:build unix

package journal

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLocksOfOthers: in a folder that others can use there are no locks.
func TestLocksOfOthers(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "locks")
	locksIn(t, dir)
	for _, mode := range []os.FileMode{0o755, 0o710, 0o701, 0o777} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenLocks(dir); err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "other accounts") {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	locksIn(t, dir)
	if os.Geteuid() != 0 {
		t.Skip("only root can give the folder away")
	}
	if err := os.Chown(dir, 65534, -1); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenLocks(dir); err == nil || !strings.Contains(err.Error(), "65534") {
		t.Errorf("of another owner: %v", err)
	}
}
