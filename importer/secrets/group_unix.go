//go:build unix

package secrets

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// endWhole lets the end of the command's context end all that it started, not the command
// alone: the two share a process group of their own.
//
// At a terminal they stay in ours. There a password manager may ask for its master
// password, and a group of its own would be stopped as a background job while it reads the
// answer; Ctrl-C reaches all of our group by itself, and what outlives the time limit is
// before the eyes of whoever sits there.
func endWhole(command *exec.Cmd) {
	if inForeground() {
		return
	}
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error {
		err := syscall.Kill(-command.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return os.ErrProcessDone
		}
		return err
	}
}

// inForeground tells whether we have a terminal that answers can be read from.
func inForeground() bool {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer terminal.Close()
	group, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
