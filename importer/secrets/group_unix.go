//go:build unix

package secrets

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// killGroupWithContext runs the command in its own process group, which is killed at the end of
// the context.
//
// At a terminal the command stays in our group. There a password manager may ask for its master
// password, and another group would be stopped as a background job while it reads the answer;
// Ctrl-C reaches our whole group, and the user sees what outlives the time limit.
func killGroupWithContext(command *exec.Cmd) {
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

func inForeground() bool {
	terminal, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	defer terminal.Close()
	group, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
