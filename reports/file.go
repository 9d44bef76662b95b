package reports

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// WriteFile replaces a file atomically: a reader, and a run after a crash, finds the old
// file or the new one. A symbolic link stays one, a stream is only written to, and a file
// that is there keeps its mode. The folder must exist. The error does not name the path.
func WriteFile(path string, mode fs.FileMode, render func(io.Writer) error) error {
	f := &pendingFile{path: path, render: render}
	defer discardAll([]*pendingFile{f})
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	f.err = f.write(mode)
	return withoutTempPath(f.rename())
}

// pendingFile is a report that is written to a temporary file, beside the one that it replaces, and
// then renamed; or to a stream.
type pendingFile struct {
	path   string
	chosen Format // of a report for which the user chose the path
	render func(io.Writer) error

	temp  string // the temporary file; "" where there is none
	place string // what it replaces: the path without symbolic links
	err   error  // why it could not be written
}

// prepare writes the temporary files, all at the same time: each waits for the disk.
func prepare(files []*pendingFile) {
	var writing sync.WaitGroup
	for _, f := range files {
		writing.Go(func() {
			if !IsStream(f.path) {
				f.err = os.MkdirAll(filepath.Dir(f.path), 0o700)
			}
			if f.err == nil {
				f.err = f.write(0o600)
			}
		})
	}
	writing.Wait()
}

func (f *pendingFile) write(mode fs.FileMode) error {
	out, err := f.open()
	if err != nil {
		return err
	}
	buffer := bufio.NewWriterSize(out, 1<<16)
	if err = cmp.Or(f.render(buffer), buffer.Flush()); err == nil && f.temp != "" {
		err = cmp.Or(out.Chmod(mode), out.Sync())
	}
	return cmp.Or(err, out.Close())
}

func (f *pendingFile) open() (*os.File, error) {
	if IsStream(f.path) {
		return os.OpenFile(f.path, os.O_WRONLY|os.O_APPEND, 0)
	}
	f.place = followed(f.path)
	out, err := os.CreateTemp(filepath.Dir(f.place), "."+filepath.Base(f.place)+".*") // mode 0600
	if err == nil {
		f.temp = out.Name()
	}
	return out, err
}

// publish gives the files their names. It returns the paths of those that have them, and
// why the others do not.
func publish(files []*pendingFile) (paths []string, failed error) {
	for _, f := range files {
		if err := f.publish(); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		paths = append(paths, f.path)
	}
	return paths, failed
}

func (f *pendingFile) publish() error {
	if err := f.rename(); err != nil {
		return &Unwritten{Path: f.path, Chosen: f.chosen, Err: withoutTempPath(err)}
	}
	return nil
}

// rename makes what was written whole appear under its path.
func (f *pendingFile) rename() error {
	if f.err != nil || f.temp == "" {
		return f.err
	}
	return os.Rename(f.temp, f.place)
}

func discardAll(files []*pendingFile) {
	for _, f := range files {
		if f.temp != "" {
			_ = os.Remove(f.temp)
		}
	}
}

// IsStream reports whether what is written to a path passes on, and replaces nothing: a pipe, a
// terminal, or a standard stream, whatever that is redirected to.
func IsStream(path string) bool {
	for _, streams := range []string{"/dev/std", "/dev/fd/", "/proc/self/fd/"} {
		if strings.HasPrefix(path, streams) {
			return true
		}
	}
	info, err := os.Stat(path)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

// followed is the path that a symbolic link leads to, also where nothing is there yet.
func followed(path string) string {
	for range 40 { // as many as Linux follows
		target, err := os.Readlink(path)
		if err != nil {
			break
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return path
}

// Unwritten is a report that could not be written.
type Unwritten struct {
	Path   string
	Chosen Format // of a report for which the user chose the path; "" in the report directory
	Err    error
}

// Error names the path and the cause.
func (u *Unwritten) Error() string {
	return fmt.Sprintf("cannot write the report %s: %v", u.Path, u.Err)
}

// Unwrap gives the cause.
func (u *Unwritten) Unwrap() error { return u.Err }

func withoutTempPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
