package secrets

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/zalando/go-keyring"

	"gijbulk/schema"
)

// largest is in bytes. What is larger is no secret but a wrong path or command.
const largest = 64 << 10

func failed(advice, format string, args ...any) answer {
	return answer{failure: &failure{message: fmt.Sprintf(format, args...), advice: advice}}
}

// lookUp obeys ctx; usable ends, by giveUp, when the keyring is found not to answer.
func (r *Resolver) lookUp(ctx, usable context.Context, giveUp func(), src source) answer {
	if ctx.Err() != nil {
		return interrupted()
	}
	var a answer
	switch src.scheme {
	case schema.SchemeEnv:
		a = r.fromEnv(src.target)
	case schema.SchemeFile:
		a = r.fromFile(ctx, src.target)
	case schema.SchemeKeyring:
		a = r.fromKeyring(ctx, usable, giveUp, src.target)
	case schema.SchemeCommand:
		a = r.fromCommand(ctx, src.target)
	default:
		return failed("", "there is no %s: reference", src.scheme)
	}
	// JSON cannot carry it: the server would get something else without a word.
	if a.failure == nil && !utf8.ValidString(a.value) {
		return failed("", "what %s: names is not UTF-8 text", src.scheme)
	}
	return a
}

func interrupted() answer {
	return failed("run the command again", "the run was interrupted before the secret was had")
}

func (r *Resolver) fromEnv(name string) answer {
	lookup := r.Env
	if lookup == nil {
		lookup = os.LookupEnv
	}
	value, set := lookup(name)
	switch {
	case !set:
		return failed("set the variable, or correct its name", "the environment variable %s is not set", name)
	case value == "":
		return failed("set the variable, or correct its name", "the environment variable %s is empty", name)
	}
	return answer{value: value}
}

func (r *Resolver) fromFile(ctx context.Context, path string) answer {
	read := r.ReadFile
	if read == nil {
		read = readStart
	}
	data, err := bounded(ctx, r.timeout(), func() ([]byte, error) { return read(path) })
	advice := "check the path and its permissions"
	switch {
	case ctx.Err() != nil:
		return interrupted()
	case errors.Is(err, errNoAnswer):
		return failed(advice, "the file %s gave nothing within %s", path, r.timeout())
	case err != nil:
		return failed(advice, "the file %s cannot be read: %v", path, bare(err))
	case len(data) > largest:
		return failed(advice, "the file %s is larger than 64 KiB", path)
	}
	value := cutNewline(data)
	if value == "" {
		return failed(advice, "the file %s is empty", path)
	}
	return answer{value: value}
}

// readStart reads as much as tells a secret from something larger: the path may be that
// of a device without an end.
func readStart(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, largest+1))
}

// bare drops the path, which the message has already.
func bare(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// fromKeyring takes what follows the last "/" for the user: services are often URLs.
func (r *Resolver) fromKeyring(ctx, usable context.Context, giveUp func(), target string) answer {
	get := r.Keyring
	if get == nil {
		get = keyring.Get
	}
	i := strings.LastIndexByte(target, '/')
	if i <= 0 || i == len(target)-1 {
		return failed("write keyring:SERVICE/USER", "keyring:%s does not name a service and a user", target)
	}
	service, user := target[:i], target[i+1:]
	value, err := bounded(usable, r.timeout(), func() (string, error) { return get(service, user) })
	switch {
	case err == nil && value != "":
		return answer{value: value}
	case err == nil:
		return failed("store it again", "the keyring's entry for service %q and user %q is empty", service, user)
	case ctx.Err() != nil:
		return interrupted()
	case usable.Err() != nil || errors.Is(err, errNoAnswer):
		giveUp()
		return failed("unlock the keyring, or use env: or file: where no desktop runs",
			"the keyring did not answer within %s", r.timeout())
	case errors.Is(err, keyring.ErrNotFound):
		return failed("store it, or correct the reference", "the keyring holds nothing for service %q and user %q", service, user)
	}
	return failed("use env: or file: where no desktop runs", "the keyring cannot be used: %v", err)
}

// cutNewline cuts one newline from the end: editors and programs add it.
func cutNewline(data []byte) string {
	data = bytes.TrimSuffix(data, []byte("\n"))
	return string(bytes.TrimSuffix(data, []byte("\r")))
}
