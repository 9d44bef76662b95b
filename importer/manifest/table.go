package manifest

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"

	"gijbulk/schema"
)

// table is what the pieces of a CSV or TSV file have in common.
type table struct {
	cutter    *cutter
	delimiter rune
	columns   []column
	names     []string // the header as written, shared by the entries
}

// rows is a piece of a table while it is read.
type rows struct {
	*table
	pass   *pass
	piece  *piece
	reader *csv.Reader
	entry  schema.Entry  // the one at hand
	slab   []schema.Cell // room for the cells of the next rows, so that not each row allocates
}

func (p *pass) readTable(t *text, f Format) {
	tb := &table{cutter: &cutter{src: t, size: p.pieceSize}}
	delimiter, length := separatorLine(t.head())
	if length > 0 {
		tb.cutter.lines = 1
		_, _ = t.Discard(length) // it was peeked at, so it is there
	} else {
		delimiter = delimiterOf(t.head())
	}
	if f == TSV {
		delimiter = '\t'
	}
	tb.delimiter, tb.cutter.delimiter = delimiter, byte(delimiter)
	if !tb.readHeader(p) {
		return
	}
	p.readPieces(tb.cutter, func() pieceReader {
		b := newBatch(tb.names)
		return func(p *pass, piece *piece) bool { return tb.open(p, piece).read(b) }
	})
}

// open prepares to read a piece.
func (tb *table) open(p *pass, piece *piece) *rows {
	r := &rows{table: tb, pass: p, piece: piece}
	r.reader = csv.NewReader(piece)
	r.reader.Comma = tb.delimiter
	r.reader.ReuseRecord = true // a batch copies the row
	return r
}

// readHeader judges the header and reports whether the rows can be read.
func (tb *table) readHeader(p *pass) bool {
	r := tb.open(p, tb.cutter.takeHeader())
	names, err := r.reader.Read()
	if err != nil {
		if err != io.EOF {
			r.stop(err)
		}
		return false
	}
	if err := r.piece.end; err != io.EOF && err != errRowTooLarge {
		r.stop(err)
		return false
	}
	tb.names = slices.Clone(names)
	columns, flaws := judgeHeader(tb.names)
	tb.columns = columns
	for _, f := range flaws {
		f.line, f.column = r.reader.FieldPos(f.column)
		f.line += r.piece.lines
		if !p.fail(f) || f.code == schema.CodeNoHeader {
			return false
		}
	}
	return true
}

// read hands out the entries of the piece and reports whether what follows it can be
// trusted.
func (r *rows) read(b *batch) bool {
	if _, err := r.reader.Read(); err != nil { // the header, which every piece begins with
		r.stop(err)
		return false
	}
	for {
		uneven, readErr := r.fill(b)
		if err := b.bind(); err != nil {
			r.pass.fail(err)
			return false
		}
		for texts, places := range b.rows() {
			if !r.emit(texts, places) {
				return false
			}
		}
		switch {
		case readErr == nil:
		case readErr == io.EOF:
			return true
		case r.piece.cause() == nil && errors.Is(readErr, csv.ErrFieldCount):
			if !r.uneven(uneven) {
				return false
			}
		default:
			r.stop(readErr)
			return false
		}
	}
}

// fill reads rows until the batch is full, or until one cannot be read: what there is of
// that comes with the error.
func (r *rows) fill(b *batch) ([]string, error) {
	b.reset()
	for b.len() < batchSize {
		r.piece.start = r.reader.InputOffset()
		texts, err := r.reader.Read()
		if err != nil {
			return texts, err
		}
		b.add(texts)
		b.places = r.appendPlaces(b.places, len(texts))
	}
	return nil, nil
}

// appendPlaces adds where the cells of the row that was read last stand.
func (r *rows) appendPlaces(places []place, cells int) []place {
	for i := range cells {
		line, column := r.reader.FieldPos(i)
		places = append(places, place{int32(line + r.piece.lines), int32(column)})
	}
	return places
}
