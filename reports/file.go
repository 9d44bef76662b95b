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
	"runtime"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"
)

// file is a report that appears under its path whole or not at all. It is rendered beside
// it and then renamed: a reader, and whoever comes after a crash, finds the old file or
// the new one. Several are rendered at the same time, and renamed in their order.
type file struct {
	path   string
	hint   string // what to do where it cannot be written
	render func(io.Writer) error

	temp string // where it waits for its name; "" where nothing does
	err  error  // of its preparation
}

// prepare renders the files, as many at a time as there are processors: what a renderer
// holds while it works is held no more often than that. The last, which is report.json and
// the largest, is the first: while it is on its way to the disk the others are rendered.
func prepare(files []*file) {
	var renders errgroup.Group
	renders.SetLimit(runtime.GOMAXPROCS(0))
	var syncs sync.WaitGroup
	for _, f := range slices.Backward(files) {
		renders.Go(func() error {
			temp, err := f.begin()
			syncs.Go(func() { f.err = f.end(temp, err) })
			return nil // each file has its own fate
		})
	}
	_ = renders.Wait()
	syncs.Wait()
}

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

// write prepares and publishes one file.
func (f *file) write() error {
	defer discard([]*file{f})
	prepare([]*file{f})
	return f.publish()
}

// begin renders the file. The error is for end, as is what there is of the file.
func (f *file) begin() (*os.File, error) {
	dir, name := filepath.Split(f.path)
	if err := os.MkdirAll(filepath.Clean(dir), 0o700); err != nil {
		return nil, err
	}
	temp, err := os.CreateTemp(filepath.Clean(dir), "."+name+".*") // mode 0600
	if err != nil {
		return nil, err
	}
	f.temp = temp.Name()

	// The renderers' own buffers give way to this one.
	out := bufio.NewWriterSize(temp, 1<<16)
	if err := f.render(out); err != nil {
		return temp, err
	}
	return temp, out.Flush()
}

// end waits until what was rendered is safe on the disk.
func (f *file) end(temp *os.File, err error) error {
	if temp == nil {
		return err
	}
	if err == nil {
		err = temp.Sync()
	}
	return cmp.Or(err, temp.Close())
}

func (f *file) publish() error {
	err := f.err
	if err == nil {
		err = os.Rename(f.temp, f.path)
	}
	if err != nil {
		return fmt.Errorf("cannot write the report %s: %w; %s", f.path, bare(err), f.hint)
	}
	f.temp = ""
	return nil
}

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
