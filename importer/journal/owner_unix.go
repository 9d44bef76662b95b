//go:build unix

package journal

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// checkOwner refuses a folder that is not ours alone.
func checkOwner(folder fs.FileInfo) error {
	if owner, known := folder.Sys().(*syscall.Stat_t); known && int(owner.Uid) != os.Geteuid() {
		return fmt.Errorf("it belongs to the account with id %d, not to the one with id %d, which needs it", owner.Uid, os.Geteuid())
	}
	if mode := folder.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("its mode is %#o, and other accounts can use it", mode)
	}
	return nil
}
