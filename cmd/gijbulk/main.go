// Command gijbulk brings a Jira with Git Integration for Jira (self-managed) to the
// state that a manifest describes.
//
// This package is the only one that knows the process: its streams, environment,
// signals and exit codes. main.go holds those; wire.go puts the other packages
// together; each command has a file of its own.
package main

import (
	"context"
	"io"
	"os"
	"time"

	"golang.org/x/term"
)

// process is what a command may use of the process it runs in.
type process struct {
	stdin            io.Reader
	stdout, stderr   io.Writer
	lookupEnv        func(string) (string, bool)
	now              func() time.Time
	stdinIsTerminal  bool
	stderrIsTerminal bool
}

func main() {
	ctx, hard, release := withSignals(context.Background())
	code := run(ctx, hard, os.Args[1:], process{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		lookupEnv: os.LookupEnv, now: time.Now,
		stdinIsTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		stderrIsTerminal: term.IsTerminal(int(os.Stderr.Fd())),
	})
	release()
	os.Exit(code)
}
