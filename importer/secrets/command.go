package secrets

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
	"unicode"

	"gijbulk/importer/commandline"
	"gijbulk/schema"
)

// pipeTimeout is how long the pipes of a command that has ended, or was killed, may be
// held open by what it started.
const pipeTimeout = time.Second

// fromCommand shows neither the arguments of the command nor its standard output in messages:
// they may hold secrets.
func (r *Resolver) fromCommand(ctx context.Context, line string) lookupResult {
	if !r.AllowCommands {
		return lookupResult{failure: &lookupFailure{message: "cmd: references are not allowed to run commands", advice: "allow commands if you trust the manifest",
			option: schema.OptionAllowCommands}}
	}
	words, err := commandline.Words(line)
	if err != nil {
		return failed("quote the command as in a shell; close every quote", "invalid command line: %v", err)
	}
	name := words[0]
	limited, cancel := context.WithTimeout(ctx, r.timeout())
	defer cancel()
	command := exec.CommandContext(limited, name, words[1:]...)
	stdout, stderr := &limitedBuffer{}, &tailBuffer{}
	command.Stdout, command.Stderr = stdout, stderr
	command.WaitDelay = pipeTimeout
	killGroupWithContext(command)
	err = command.Run()
	switch {
	case ctx.Err() != nil:
		return interrupted()
	case limited.Err() != nil:
		return failed("try the command in a terminal", "the command %q did not end within %s", name, r.timeout())
	case stdout.over:
		return failed("use a command that writes only the secret", "the command %q wrote more than 64 KiB", name)
	case errors.Is(err, exec.ErrWaitDelay):
		// It succeeded, and a process that it started, such as a password manager's daemon,
		// keeps its output open. What the command itself wrote has been read.
	case err != nil:
		return failed("try the command in a terminal", "%s", commandFailure(name, err, stdout, stderr))
	}
	value := Text(stdout.data)
	if value == "" {
		return failed("try the command in a terminal", "the command %q wrote nothing", name)
	}
	return lookupResult{value: value}
}

// commandFailure quotes the last line of standard error, without what the command wrote
// to standard output: a script with tracing shows the secret there.
func commandFailure(name string, err error, stdout *limitedBuffer, stderr *tailBuffer) string {
	if _, ran := errors.AsType[*exec.ExitError](err); !ran {
		if e, ok := errors.AsType[*exec.Error](err); ok {
			err = e.Err
		}
		return fmt.Sprintf("the command %q cannot be run: %v", name, withoutPath(err))
	}
	message := fmt.Sprintf("the command %q failed (%v)", name, err)
	mask := schema.NewMask(nil, strings.Fields(string(stdout.data))...)
	if last := cutText(mask.Hide(stderr.lastLine())); last != "" {
		message += ": " + last
	}
	return message
}

func cutText(s string) string {
	const longest = 200 // bytes
	s = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, s)
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return strings.TrimSpace(s)
}

// limitedBuffer refuses what is larger than a secret, which ends the command by a broken pipe.
type limitedBuffer struct {
	data []byte
	over bool
}

func (c *limitedBuffer) Write(p []byte) (int, error) {
	if len(c.data)+len(p) > maxSize {
		c.over = true
		return 0, errors.New("too much output")
	}
	c.data = append(c.data, p...)
	return len(p), nil
}

// tailBuffer holds the end of what was written, at least the last tailSize bytes.
type tailBuffer struct {
	data []byte
	cut  bool
}

const tailSize = 4 << 10

func (t *tailBuffer) Write(p []byte) (int, error) {
	t.data = append(t.data, p...)
	if len(t.data) > 2*tailSize {
		t.data = append(t.data[:0], t.data[len(t.data)-tailSize:]...)
		t.cut = true
	}
	return len(p), nil
}

// lastLine is "" where the line is longer than what was kept: it could begin with
// a part of a secret, which no mask recognizes.
func (t *tailBuffer) lastLine() string {
	text := strings.TrimSpace(string(t.data))
	i := strings.LastIndexAny(text, "\r\n")
	if i < 0 && t.cut {
		return ""
	}
	return text[i+1:]
}
