//go:build unix

package journal

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

func checkOwnerOnly(folder fs.FileInfo) error {
	if owner, known := folder.Sys().(*syscall.Stat_t); known && int(owner.Uid) != os.Geteuid() {
		return fmt.Errorf("owned by user id %d; it must belong to the current user (id %d)", owner.Uid, os.Geteuid())
	}
	if mode := folder.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("mode %#o lets other accounts use it: run chmod 700", mode)
	}
	return nil
}
