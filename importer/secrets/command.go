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

// lingering is how long the pipes of a command that has ended, or was killed, may be
// held open by what it started.
const lingering = time.Second

// fromCommand runs a command line without a shell, in the environment and working
// directory of gijbulk and with an empty standard input. Its arguments are not
// repeated in messages, and neither is what it writes to standard output.
func (r *Resolver) fromCommand(ctx context.Context, line string) answer {
	if !r.AllowCommands {
		return answer{failure: &failure{message: "running commands is not allowed", advice: "allow commands if you trust the manifest",
			option: schema.OptionAllowCommands}}
	}
	words, err := commandline.Words(line)
	if err != nil {
		return failed("write the command as for a shell, with quotes in pairs", "the command line cannot be split: %v", err)
	}
	name := words[0]
	limited, cancel := context.WithTimeout(ctx, r.timeout())
	defer cancel()
	command := exec.CommandContext(limited, name, words[1:]...)
	stdout, stderr := &capped{}, &tail{}
	command.Stdout, command.Stderr = stdout, stderr
	command.WaitDelay = lingering
	endWhole(command)
	err = command.Run()
	switch {
	case ctx.Err() != nil:
		return interrupted()
	case limited.Err() != nil:
		return failed("try the command in a terminal", "the command %q did not end within %s", name, r.timeout())
	case stdout.over:
		return failed("let the command write the secret alone", "the command %q wrote more than 64 KiB", name)
	case errors.Is(err, exec.ErrWaitDelay):
		// It ended well, and something that it started lives on with its output: a
		// password manager's daemon. What the command itself wrote has been read.
	case err != nil:
		return failed("try the command in a terminal", "%s", commandFailure(name, err, stdout, stderr))
	}
	value := cutNewline(stdout.data)
	if value == "" {
		return failed("try the command in a terminal", "the command %q wrote nothing", name)
	}
	return answer{value: value}
}

// commandFailure quotes the last line of standard error, without what the command wrote
// to standard output: a script that traces itself says the secret there.
func commandFailure(name string, err error, stdout *capped, stderr *tail) string {
	if _, ran := errors.AsType[*exec.ExitError](err); !ran {
		if e, ok := errors.AsType[*exec.Error](err); ok {
			err = e.Err
		}
		return fmt.Sprintf("the command %q cannot be run: %v", name, bare(err))
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

// capped holds what fits a secret and refuses the rest, which ends the command by a
// broken pipe.
type capped struct {
	data []byte
	over bool
}

func (c *capped) Write(p []byte) (int, error) {
	if len(c.data)+len(p) > largest {
		c.over = true
		return 0, errors.New("too much output")
	}
	c.data = append(c.data, p...)
	return len(p), nil
}

// tail holds the end of what was written, at least the last tailSize bytes.
type tail struct {
	data []byte
	cut  bool
}

const tailSize = 4 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.data = append(t.data, p...)
	if len(t.data) > 2*tailSize {
		t.data = append(t.data[:0], t.data[len(t.data)-tailSize:]...)
		t.cut = true
	}
	return len(p), nil
}

// lastLine is "" where the line is longer than what was kept: half a secret could stand
// at its beginning, and could not be recognised.
func (t *tail) lastLine() string {
	text := strings.TrimSpace(string(t.data))
	i := strings.LastIndexAny(text, "\r\n")
	if i < 0 && t.cut {
		return ""
	}
	return text[i+1:]
}
