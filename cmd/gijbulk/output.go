package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
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

// notOverwritten is the refusal to replace a file.
func notOverwritten(flag, path, why string) *failure {
	return usage("%s %s", path, why).hinted("choose another file (--%s), or replace this one (--%s)", flag, overwriteFlag)
}

// emit writes a manifest where it belongs. A file that is there is replaced only where it is
// empty or as we left it: people edit manifests.
func (a *app) emit(o outputOptions, data []byte) error {
	if o.out == "" || o.out == "-" {
		_, err := a.stdout.Write(data)
		return err
	}
	var old []byte
	var err error
	if !reports.IsStream(o.out) {
		old, err = os.ReadFile(o.out)
	}
	switch mark := a.markOf(o.out); {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("cannot write %s: %s", o.out, plainCause(err))
	case len(old) > 0 && bytes.Equal(old, data): // nothing to write
	case len(old) > 0 && !o.overwrite && !mark.fits(old):
		return notOverwritten("out", o.out, "was not written by gijbulk, or was edited since")
	default:
		if err := reports.WriteFile(o.out, data, 0o644); err != nil {
			return fmt.Errorf("cannot write %s: %w", o.out, err)
		}
	}
	if err := a.markOf(o.out).set(data); err != nil {
		a.log.debug("cannot remember what was written", "file", o.out, "error", plainCause(err))
	}
	return nil
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
	return mark(filepath.Join(filepath.Dir(state), "written", digestOf([]byte(path))))
}

func (m mark) fits(data []byte) bool {
	digest, err := os.ReadFile(string(m))
	return err == nil && string(digest) == digestOf(data)
}

func (m mark) set(data []byte) error {
	if m == "" {
		return nil
	}
	return errors.Join(os.MkdirAll(filepath.Dir(string(m)), 0o700), reports.WriteFile(string(m), []byte(digestOf(data)), 0o600))
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
