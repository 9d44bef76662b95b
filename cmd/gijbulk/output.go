package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"gijbulk/reports"
)

const overwriteFlag = "overwrite"

// outputOptions say where a manifest goes.
type outputOptions struct {
	out       string
	overwrite bool
}

func (o *outputOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.out, "out", "", "`FILE` for the manifest (default: standard output)")
	f.BoolVar(&o.overwrite, overwriteFlag, false, "replace a FILE that gijbulk did not write, or that was edited since")
}

func notOverwritten(flag, path, why string) *failure {
	return usage("%s %s", path, why).hinted("choose another file (--%s), or replace this one (--%s)", flag, overwriteFlag)
}

// emit writes a manifest where it belongs. A file that is there is replaced only where it is
// empty or as we left it: people edit manifests. A manifest may be large, and is not held: where
// nothing of it may appear unless it can be written whole, write is called twice.
func (a *app) emit(o outputOptions, write func(io.Writer) error) error {
	standard := o.out == "" || o.out == "-"
	if standard || reports.IsStream(o.out) {
		if err := write(io.Discard); err != nil {
			return err
		}
	}
	if standard {
		return write(a.stdout)
	}
	old, err := digestOf(o.out)
	if err != nil {
		return fmt.Errorf("cannot write %s: %s", o.out, plainCause(err))
	}
	var digest string
	err = reports.WriteFile(o.out, 0o644, func(w io.Writer) error {
		sum := sha256.New()
		if err := write(io.MultiWriter(w, sum)); err != nil {
			return err
		}
		switch digest = hex.EncodeToString(sum.Sum(nil)); {
		case old == digest:
			return errSame
		case old != "" && !o.overwrite && a.markOf(o.out).digest() != old:
			return notOverwritten("out", o.out, "was not written by gijbulk, or was edited since")
		}
		return nil
	})
	if _, refused := errors.AsType[*failure](err); refused {
		return err
	} else if err != nil && err != errSame {
		return fmt.Errorf("cannot write %s: %w", o.out, err)
	}
	if err := a.markOf(o.out).set(digest); err != nil {
		a.log.debug("cannot remember what was written", "file", o.out, "error", plainCause(err))
	}
	return nil
}

// errSame leaves a file as it is, with its time.
var errSame = errors.New("the file holds the same")

// digestOf is that of a file; "" of one that holds nothing, and of a stream.
func digestOf(path string) (string, error) {
	if reports.IsStream(path) {
		return "", nil
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	} else if err != nil {
		return "", err
	}
	defer file.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, file)
	if n == 0 {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)), err
}

func digestOfText(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// mark is a small file in the user's state folder with the digest of what we wrote to a path last.
// A comment in the file itself would do for YAML only.
type mark string

// markOf is the mark of a path; "" where there is no state folder, and nothing is remembered.
func (a *app) markOf(path string) mark {
	state, err := a.statePath(stateOptions{})
	if err != nil {
		return ""
	}
	if path, err = filepath.Abs(path); err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	name := sha256.Sum256([]byte(path))
	return mark(filepath.Join(filepath.Dir(state), "written", hex.EncodeToString(name[:])))
}

func (m mark) digest() string {
	digest, err := os.ReadFile(string(m))
	if err != nil {
		return ""
	}
	return string(digest)
}

func (m mark) set(digest string) error {
	if m == "" {
		return nil
	}
	return errors.Join(os.MkdirAll(filepath.Dir(string(m)), 0o700), reports.WriteFile(string(m), 0o600, func(w io.Writer) error {
		_, err := io.WriteString(w, digest)
		return err
	}))
}

func printLines[T, L any](w io.Writer, values []T, line func(T) L) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false) // people read URLs in it, too
	for _, v := range values {
		if err := encoder.Encode(line(v)); err != nil {
			return err
		}
	}
	return nil
}
