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

// piece is a part of a file, cut at the ends of rows or lines and held whole. A table's
// has the header before it: any piece can be read by itself.
type piece struct {
	text    []byte // the header's row, then the rows
	lines   int    // to add to a line within the text to have that in the file
	records int    // before it in the file
	count   int    // of those in it, or fewer where the table ends early
	end     error  // what follows the text: io.EOF, or why it ends early
	tooLong bool   // of lines: one that is too long follows the text, and is counted

	at    int64 // read so far
	start int64 // where the row at hand begins
	ended bool  // end was handed to the reader
}

// source is a file that is read in pieces.
type source interface {
	next() *piece   // nil is the end
	recycle(*piece) // takes back one that has been read
}

// pieceReader reads a piece for a pass, and reports whether what follows it can be
// trusted and is wanted.
type pieceReader func(*pass, *piece) bool

// readPieces reads a file's pieces. What newReader makes reads one piece after the
// other.
func (p *pass) readPieces(src source, newReader func() pieceReader) {
	if p.inParallel != nil {
		p.inParallel(src, newReader)
		return
	}
	read := newReader()
	for piece := src.next(); piece != nil && read(p, piece); piece = src.next() {
		src.recycle(piece)
	}
}

// Read hands the text to the CSV reader, and then its end.
func (p *piece) Read(b []byte) (int, error) {
	if p.at == int64(len(p.text)) {
		p.ended = true
		return 0, p.end
	}
	n := copy(b, p.text[p.at:])
	p.at += int64(n)
	return n, nil
}

// row is what the text holds from the row's start up to an offset.
func (p *piece) row(end int64) []byte { return p.text[p.start:end] }

// rest is the text from the row's start on.
func (p *piece) rest() []byte { return p.text[p.start:] }

// line is the row's line in the file.
func (p *piece) line() int { return p.lines + 1 + bytes.Count(p.text[:p.start], []byte("\n")) }

// cause is why the text ends early, where the reader came upon it.
func (p *piece) cause() error {
	if p.ended && p.end != io.EOF {
		return p.end
	}
	return nil
}
