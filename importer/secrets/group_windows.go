package secrets

import (
	"context"
	"os/exec"
	"strconv"
)

// killGroupWithContext uses taskkill, since Windows has no process groups to kill at once: it
// follows the tree from parent to child, and must run while the command is still there.
func killGroupWithContext(command *exec.Cmd) {
	command.Cancel = func() error {
		limited, cancel := context.WithTimeout(context.Background(), pipeTimeout)
		defer cancel()
		// If it fails, at least the command itself is killed below.
		_ = exec.CommandContext(limited, "taskkill", "/T", "/F", "/PID", strconv.Itoa(command.Process.Pid)).Run()
		return command.Process.Kill()
	}
}
