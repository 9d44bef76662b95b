package reports

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// file is a report that appears under its path whole or not at all. It is written beside
// it and then renamed: a reader, and whoever comes after a crash, finds the old file or
// the new one.
type file struct {
	path   string
	chosen bool   // the user chose the path for this report alone
	part   Part   // whose table it is, or
	format Format // what it is

	out    *os.File
	buffer *bufio.Writer
	temp   string // where it waits for its name; "" where nothing does
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

// open makes the file under a name that nobody knows.
func (f *file) open() {
	dir, name := filepath.Split(f.path)
	if f.err = os.MkdirAll(filepath.Clean(dir), 0o700); f.err != nil {
		return
	}
	if f.out, f.err = os.CreateTemp(filepath.Clean(dir), "."+name+".*"); f.err != nil { // mode 0600
		return
	}
	f.temp = f.out.Name()
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
	if f.err == nil {
		f.err = f.out.Sync()
	}
	f.err = cmp.Or(f.err, f.out.Close())
}

func (f *file) publish() error {
	err := f.err
	if err == nil {
		err = os.Rename(f.temp, f.path)
	}
	if err != nil {
		failed := &Unwritten{Path: f.path, Err: bare(err)}
		if f.chosen {
			failed.Chosen = f.format
		}
		return failed
	}
	f.temp = ""
	return nil
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
