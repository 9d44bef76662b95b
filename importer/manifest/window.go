package manifest

import (
	"bytes"
	"errors"
	"io"
)

// largestRow bounds in bytes what is held of one row or line. No cell may have more
// than 1 MiB; a row that is larger has most often swallowed others through a quote that
// is not closed.
const largestRow = 4 << 20

var errRowTooLarge = errors.New("the row is too large")

// window passes a text on and keeps the bytes of the row that is being read, which
// gocsv does not hand over where a row is faulty.
type window struct {
	src   io.Reader
	kept  []byte
	first int64 // offset of kept[0] in the text
	start int64 // offset of the row
	feeds int   // line feeds before kept
	err   error // handed to the reader, other than io.EOF
}

// begin says that the next row starts at an offset: what is before it can go.
func (w *window) begin(offset int64) { w.start = offset }

// row is what the text holds from the row's start up to an offset.
func (w *window) row(end int64) []byte { return w.kept[w.start-w.first : end-w.first] }

// rest is what was read from the row's start on.
func (w *window) rest() []byte { return w.kept[w.start-w.first:] }

// line is the row's line, from 1, counting from the window's beginning.
func (w *window) line() int {
	return 1 + w.feeds + bytes.Count(w.kept[:w.start-w.first], []byte("\n"))
}

func (w *window) Read(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	if len(w.rest()) > largestRow {
		w.err = errRowTooLarge
		return 0, w.err
	}
	n, err := w.src.Read(p)
	if gone := w.start - w.first; gone > 0 {
		w.feeds += bytes.Count(w.kept[:gone], []byte("\n"))
		w.kept = w.kept[:copy(w.kept, w.kept[gone:])]
		w.first = w.start
	}
	w.kept = append(w.kept, p[:n]...)
	if err != io.EOF {
		w.err = err
	}
	return n, err
}
