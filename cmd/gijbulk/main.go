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
	"log"
	"net/http"
	"os"
	"time"

	"github.com/mattn/go-colorable"
	"golang.org/x/term"
)

// process is what a command may use of the process it runs in.
type process struct {
	stdin            io.Reader
	stdout, stderr   io.Writer
	lookupEnv        func(string) (string, bool)
	environ          func() []string // names and values; nil: none
	now              func() time.Time
	boot             func() (id string, since time.Duration) // which boot of the machine, and the time since it; nil: the system's
	standardLog      func(io.Writer)                         // where the standard library's log goes; nil: it is left alone
	newRunID         func(started time.Time) string          // of runs; nil: by time and at random
	transport        http.RoundTripper                       // to every Jira; nil: the network
	homeDir          func() (string, error)                  // of the user; nil: there is none
	locks            string                                  // the folder of the locks; "": the user's
	stdinIsTerminal  bool
	stdoutIsTerminal bool
	stderrIsTerminal bool
	columns          func() int // the width of the terminal now; 0 where it is not known
}

func main() {
	catchBrokenPipe()
	ctx, hard, release := withSignals(context.Background())
	code := run(ctx, hard, os.Args[1:], process{
		stdin: os.Stdin, stdout: colorable.NewColorable(os.Stdout), stderr: unread{colorable.NewColorable(os.Stderr)}, // for the consoles of old Windows
		lookupEnv: os.LookupEnv, environ: os.Environ, now: time.Now, homeDir: os.UserHomeDir, standardLog: log.SetOutput,
		stdinIsTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		stdoutIsTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		stderrIsTerminal: term.IsTerminal(int(os.Stderr.Fd())),
		columns:          columns,
	})
	release()
	os.Exit(code)
}

func columns() int {
	for _, f := range []*os.File{os.Stderr, os.Stdout} {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			return width
		}
	}
	return 0
}
