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
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"gijbulk/schema"
)

// maxSize is in bytes: a larger value is a wrong path or command.
const maxSize = 64 << 10

func failed(advice, format string, args ...any) lookupResult {
	return lookupResult{failure: &lookupFailure{message: fmt.Sprintf(format, args...), advice: advice}}
}

// lookUp obeys ctx; giveUp cancels usable when the keyring does not answer.
func (r *Resolver) lookUp(ctx, usable context.Context, giveUp func(), src source) lookupResult {
	if ctx.Err() != nil {
		return interrupted()
	}
	var a lookupResult
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
		return failed("", "unknown reference %s:", src.scheme)
	}
	// JSON cannot hold it: the server would silently get something else.
	if a.failure == nil && !utf8.ValidString(a.value) {
		return failed("", "the value of the %s: reference is not UTF-8 text", src.scheme)
	}
	return a
}

func interrupted() lookupResult {
	return failed("run the command again", "the run was interrupted before the secret was resolved")
}

func (r *Resolver) fromEnv(name string) lookupResult {
	lookup := r.Env
	if lookup == nil {
		lookup = os.LookupEnv
	}
	value, set := lookup(name)
	switch {
	case !set:
		return failed("set the variable, or fix its name", "the environment variable %s is not set", name)
	case value == "":
		return failed("set the variable, or fix its name", "the environment variable %s is empty", name)
	}
	return lookupResult{value: value}
}

func (r *Resolver) fromFile(ctx context.Context, path string) lookupResult {
	read := r.ReadFile
	if read == nil {
		read = readStart
	}
	data, err := callWithTimeout(ctx, r.timeout(), func() ([]byte, error) { return read(path) })
	advice := "check the path and its permissions"
	switch {
	case ctx.Err() != nil:
		return interrupted()
	case errors.Is(err, errNoAnswer):
		return failed(advice, "the file %s could not be read within %s", path, r.timeout())
	case err != nil:
		return failed(advice, "the file %s cannot be read: %v", path, withoutPath(err))
	case len(data) > maxSize:
		return failed(advice, "the file %s is larger than 64 KiB", path)
	}
	value := Text(data)
	if value == "" {
		return failed(advice, "the file %s is empty", path)
	}
	return lookupResult{value: value}
}

// readStart stops where the file is too large to be a secret: the path may be that of an
// endless device.
func readStart(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxSize+1))
}

func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

// fromKeyring takes what follows the last "/" for the user: services are often URLs.
func (r *Resolver) fromKeyring(ctx, usable context.Context, giveUp func(), target string) lookupResult {
	get := r.Keyring
	if get == nil {
		get = keyring.Get
	}
	i := strings.LastIndexByte(target, '/')
	if i <= 0 || i == len(target)-1 {
		return failed("write keyring:SERVICE/USER", "keyring:%s does not name a service and a user", target)
	}
	service, user := target[:i], target[i+1:]
	value, err := callWithTimeout(usable, r.timeout(), func() (string, error) { return get(service, user) })
	switch {
	case err == nil && value != "":
		return lookupResult{value: value}
	case err == nil:
		return failed("store it again", "the keyring's entry for service %q and user %q is empty", service, user)
	case ctx.Err() != nil:
		return interrupted()
	case usable.Err() != nil || errors.Is(err, errNoAnswer):
		giveUp()
		return failed("unlock the keyring, or use env: or file: where no desktop runs",
			"the keyring did not answer within %s", r.timeout())
	case errors.Is(err, keyring.ErrNotFound):
		return failed("store it, or correct the reference", "the keyring has no entry for service %q and user %q", service, user)
	}
	return failed("use env: or file: where no desktop runs", "the keyring cannot be used: %v", err)
}

// Text is the secret that a file or a program wrote: without the line end, and without the byte
// order mark that Windows puts before it, with what that means for the rest.
func Text(data []byte) string {
	decoded, _, err := transform.Bytes(unicode.BOMOverride(transform.Nop), data)
	if err == nil {
		data = decoded
	}
	data = bytes.TrimSuffix(data, []byte("\n"))
	return string(bytes.TrimSuffix(data, []byte("\r")))
}
