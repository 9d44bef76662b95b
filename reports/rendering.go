package reports

import (
	"cmp"
	"io"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
)

// rendering makes files in one go: one, or several that share what is costly.
type rendering struct {
	files  []*file
	render func(out []io.Writer) error // in the order of the files
}

// renderingsOf are those of files of a document, in their order behind that of the tables:
// these are made in one go, since each row stands in two of them.
func renderingsOf(d document, files []*file) []rendering {
	var all []rendering
	var tables []*file
	for _, f := range files {
		if f.isTable() {
			tables = append(tables, f)
			continue
		}
		all = append(all, rendering{[]*file{f}, func(out []io.Writer) error { return f.format.render(out[0], d) }})
	}
	if len(tables) == 0 {
		return all
	}
	return append([]rendering{{tables, func(out []io.Writer) error {
		parts := make(map[Part]io.Writer)
		var whole []io.Writer
		for i, f := range tables {
			if f.part != "" {
				parts[f.part] = out[i]
			} else {
				whole = append(whole, out[i])
			}
		}
		return d.tables(parts, whole...)
	}}}, all...)
}

// prepare makes the files, as many renderings at a time as there are processors: what one
// holds while it works is held no more often than that. While files are on their way to
// the disk others are rendered.
func prepare(all []rendering) {
	var renders errgroup.Group
	renders.SetLimit(runtime.GOMAXPROCS(0))
	var closing sync.WaitGroup
	for _, r := range all {
		renders.Go(func() error {
			r.make()
			for _, f := range r.files {
				closing.Go(f.close)
			}
			return nil // each file has its own fate
		})
	}
	_ = renders.Wait()
	closing.Wait()
}

func (r rendering) make() {
	out := make([]io.Writer, len(r.files))
	for i, f := range r.files {
		f.open()
		out[i] = f
	}
	err := r.render(out)
	for _, f := range r.files {
		f.err = cmp.Or(f.err, err)
	}
}
