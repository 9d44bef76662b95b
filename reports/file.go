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
)

// file is a report that appears under its path whole or not at all. It is written beside
// it and then renamed: a reader, and whoever comes after a crash, finds the old file or
// the new one. A symbolic link stays one, and what is no regular file is only written to.
type file struct {
	path   string
	chosen bool   // the user chose the path for this report alone
	part   Part   // whose table it is, or
	format Format // what it is

	out    *os.File
	buffer *bufio.Writer
	temp   string // where it waits for its name; "" where nothing does
	place  string // the path without symbolic links
	err    error  // the first of its making
}

func (f *file) isTable() bool { return f.part != "" || f.format == FormatCSV }

// publish gives the files their names. It returns the paths of those that have them, and
// why the others do not.
func publish(files []*file) (paths []string, failed error) {
	for _, f := range files {
		if err := f.publish(); err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		paths = append(paths, f.path)
	}
	return paths, failed
}

// discard removes what was prepared and not published.
func discard(files []*file) {
	for _, f := range files {
		if f.temp != "" {
			_ = os.Remove(f.temp)
		}
	}
}

// open makes the file under a name that nobody knows, and the folder that it goes to.
func (f *file) open() {
	if dir := filepath.Dir(f.path); !IsStream(f.path) {
		f.err = os.MkdirAll(dir, 0o700)
	}
	if f.err == nil {
		f.create()
	}
}

func (f *file) create() {
	if f.place = f.path; IsStream(f.path) {
		f.out, f.err = os.OpenFile(f.path, os.O_WRONLY|os.O_APPEND, 0)
	} else {
		f.place = followed(f.path)
		dir, name := filepath.Split(f.place)
		if f.out, f.err = os.CreateTemp(filepath.Clean(dir), "."+name+".*"); f.err == nil { // mode 0600
			f.temp = f.out.Name()
		}
	}
	// The renderers' own buffers give way to this one.
	f.buffer = bufio.NewWriterSize(f.out, 1<<16)
}

// Write never fails: what went wrong is the file's own trouble, and others may be rendered
// in the same go.
func (f *file) Write(p []byte) (int, error) {
	if f.err == nil {
		_, f.err = f.buffer.Write(p)
	}
	return len(p), nil
}

// close waits until what was rendered is safe on the disk.
func (f *file) close() {
	if f.out == nil {
		return
	}
	if f.err == nil {
		f.err = f.buffer.Flush()
	}
	if f.err == nil && f.temp != "" {
		f.err = f.out.Sync()
	}
	f.err = cmp.Or(f.err, f.out.Close())
}

func (f *file) publish() error {
	if f.rename(); f.err != nil {
		failed := &Unwritten{Path: f.path, Err: bare(f.err)}
		if f.chosen {
			failed.Chosen = f.format
		}
		return failed
	}
	return nil
}

func (f *file) rename() {
	if f.err == nil && f.temp != "" {
		f.err = os.Rename(f.temp, f.place)
	}
	if f.err == nil {
		f.temp = ""
	}
}

// WriteFile writes a file that appears whole or not at all: one that is there stays where
// it cannot be replaced or render fails, and keeps its mode. The error does not name the path.
func WriteFile(path string, mode fs.FileMode, render func(io.Writer) error) error {
	f := &file{path: path}
	defer discard([]*file{f})
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	if f.create(); f.temp != "" {
		f.err = f.out.Chmod(mode)
	}
	if f.err == nil {
		err := render(f)
		f.err = cmp.Or(f.err, err)
	}
	f.close()
	f.rename()
	return bare(f.err)
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

// bare drops the path of a temporary file that nobody knows.
func bare(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
