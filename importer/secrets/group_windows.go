package secrets

import (
	"context"
	"os/exec"
	"strconv"
)

// endWhole lets the end of the command's context end all that it started, not the command
// alone. Windows has no groups to end at once, but a tool that follows the tree from
// parent to child; it must run while the command is still there.
func endWhole(command *exec.Cmd) {
	command.Cancel = func() error {
		limited, cancel := context.WithTimeout(context.Background(), lingering)
		defer cancel()
		// What it could not do is done for the command itself below.
		_ = exec.CommandContext(limited, "taskkill", "/T", "/F", "/PID", strconv.Itoa(command.Process.Pid)).Run()
		return command.Process.Kill()
	}
}
