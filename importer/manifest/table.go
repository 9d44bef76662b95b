package manifest

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"

	"github.com/gocarina/gocsv"

	"gijbulk/schema"
)

// Rows are bound to structs of text cells, one for each column: gocsv would read 1.5 as
// 1 and 010 as 8 where a cell had another type. Most tables are narrow, and a smaller
// row is read faster.
type (
	narrowRow struct {
		Cells [16]string `csv:"cells" csv[]:"16"`
	}
	wideRow struct {
		Cells [64]string `csv:"cells" csv[]:"64"`
	}
)

// table is what the pieces of a CSV or TSV file have in common.
type table struct {
	cutter    *cutter
	delimiter rune
	columns   []column
	names     []string // the header as written, shared by the entries
	wide      bool     // whether a narrow row has too few slots
}

// rows is a piece of a table while it is read.
type rows struct {
	*table
	pass   *pass
	piece  *piece
	reader *csv.Reader
	binder *gocsv.Unmarshaller
	slots  int           // columns that the row has room for
	entry  schema.Entry  // the one at hand
	slab   []schema.Cell // room for the cells of the next rows, so that not each row allocates
	reuse  bool          // entries are not kept: each may use the same room
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
	tb.wide = len(firstRow(t.head(), delimiter)) > len(narrowRow{}.Cells)
	if !tb.readHeader(p) {
		return
	}
	if p.inParallel != nil {
		p.inParallel(tb)
		return
	}
	for piece := tb.cutter.next(); piece != nil; piece = tb.cutter.next() {
		if !tb.open(p, piece).read() {
			return
		}
		tb.cutter.recycle(piece)
	}
}

// open prepares to read a piece.
func (tb *table) open(p *pass, piece *piece) *rows {
	r := &rows{table: tb, pass: p, piece: piece}
	r.reader = csv.NewReader(piece)
	r.reader.Comma = tb.delimiter
	r.reader.ReuseRecord = true // the binder copies what it needs
	return r
}

// bindHeader lets gocsv read the header, which every piece begins with.
func (r *rows) bindHeader() (err error) {
	var row any = &narrowRow{}
	if r.slots = len(narrowRow{}.Cells); r.wide {
		row, r.slots = &wideRow{}, len(wideRow{}.Cells)
	}
	r.binder, err = gocsv.NewUnmarshaller(r.reader, row)
	return err
}

// readHeader judges the header and reports whether the rows can be read.
func (tb *table) readHeader(p *pass) bool {
	r := tb.open(p, tb.cutter.takeHeader())
	if err := r.bindHeader(); err != nil {
		if err != io.EOF {
			r.stop(err)
		}
		return false
	}
	if err := r.piece.end; err != io.EOF && err != errRowTooLarge {
		r.stop(err)
		return false
	}
	tb.names = slices.Clone(r.binder.Headers)
	columns, flaws := judgeHeader(tb.names)
	tb.columns = columns
	for _, f := range flaws {
		f.line, f.column = r.place(f.column)
		if !p.fail(f) || f.code == schema.CodeNoHeader {
			return false
		}
	}
	return true
}

// slotNames names each column by its slot in the row. Which field it means is ours to
// judge: gocsv neither tells of unknown names nor of two that mean the same.
func slotNames(header []string) []string {
	names := make([]string, len(header))
	for i := range names {
		names[i] = slotName(i)
	}
	return names
}

func slotName(i int) string { return "cells[" + strconv.Itoa(i) + "]" }

// place is where a cell of the row at hand stands.
func (r *rows) place(i int) (line, column int) {
	line, column = r.reader.FieldPos(i)
	return line + r.piece.lines, column
}

// read hands out the entries of the piece and reports whether what follows it can be
// trusted.
func (r *rows) read() bool {
	err := r.bindHeader()
	if err == nil {
		err = r.binder.RenormalizeHeaders(slotNames)
	}
	if err != nil {
		r.stop(err)
		return false
	}
	for {
		r.piece.start = r.reader.InputOffset()
		texts, err := r.bind()
		switch {
		case err == nil:
			if !r.emit(texts) {
				return false
			}
		case err == io.EOF:
			return true
		case r.piece.cause() == nil && errors.Is(err, csv.ErrFieldCount):
			if !r.uneven() {
				return false
			}
		default:
			r.stop(err)
			return false
		}
	}
}

// bind reads the cells of a row through gocsv.
func (r *rows) bind() ([]string, error) {
	if len(r.columns) > r.slots {
		return r.bindAll()
	}
	bound, err := r.binder.Read()
	if err != nil {
		return nil, err
	}
	return slotsOf(bound)[:len(r.columns)], nil
}

// bindAll reads a row that has more columns than slots: what finds no slot, gocsv lists
// by name.
func (r *rows) bindAll() ([]string, error) {
	bound, unmatched, err := r.binder.ReadUnmatched()
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(r.columns))
	for i := copy(texts, slotsOf(bound)); i < len(texts); i++ {
		texts[i] = unmatched[slotName(i)]
	}
	return texts, nil
}

func slotsOf(bound any) []string {
	if narrow, ok := bound.(*narrowRow); ok {
		return narrow.Cells[:]
	}
	return bound.(*wideRow).Cells[:]
}
