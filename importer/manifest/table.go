package manifest

import (
	"bufio"
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

// table is a CSV or TSV file while it is read.
type table struct {
	pass    *pass
	window  *window
	reader  *csv.Reader
	binder  *gocsv.Unmarshaller
	columns []column
	names   []string      // the header as written, shared by the entries
	slots   int           // columns that the row has room for
	slab    []schema.Cell // room for the cells of the next rows, so that not each row allocates
	skipped int           // lines before those that reader counts
}

func (p *pass) readTable(t *text, f Format) {
	tb := &table{pass: p, window: &window{src: t}}
	delimiter, length := separatorLine(t.head())
	if length > 0 {
		tb.skipped = 1
		_, _ = t.Discard(length) // it was peeked at, so it is there
	} else {
		delimiter = delimiterOf(t.head())
	}
	if f == TSV {
		delimiter = '\t'
	}
	var row any = &narrowRow{}
	if tb.slots = len(narrowRow{}.Cells); len(firstRow(t.head(), delimiter)) > tb.slots {
		row, tb.slots = &wideRow{}, len(wideRow{}.Cells)
	}
	tb.reader = csv.NewReader(bufio.NewReaderSize(tb.window, headSize))
	tb.reader.Comma = delimiter
	tb.reader.ReuseRecord = true // the binder copies what it needs
	if tb.readHeader(row) {
		tb.readRows()
	}
}

// readHeader binds the columns and reports whether the rows can be read.
func (tb *table) readHeader(row any) bool {
	binder, err := gocsv.NewUnmarshaller(tb.reader, row)
	if err != nil {
		if err != io.EOF {
			tb.stop(err)
		}
		return false
	}
	tb.binder = binder
	tb.names = slices.Clone(binder.Headers)
	columns, flaws := judgeHeader(tb.names)
	tb.columns = columns
	for _, f := range flaws {
		f.line, f.column = tb.place(f.column)
		if !tb.pass.fail(f) || f.code == schema.CodeNoHeader {
			return false
		}
	}
	if err := binder.RenormalizeHeaders(slotNames); err != nil {
		tb.stop(err)
		return false
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
func (tb *table) place(i int) (line, column int) {
	line, column = tb.reader.FieldPos(i)
	return line + tb.skipped, column
}

func (tb *table) readRows() {
	for {
		tb.window.begin(tb.reader.InputOffset())
		texts, err := tb.bind()
		switch {
		case err == nil:
			if !tb.emit(texts) {
				return
			}
		case err == io.EOF:
			return
		case tb.window.err == nil && errors.Is(err, csv.ErrFieldCount):
			if !tb.uneven() {
				return
			}
		default:
			tb.stop(err)
			return
		}
	}
}

// bind reads the cells of a row through gocsv.
func (tb *table) bind() ([]string, error) {
	if len(tb.columns) > tb.slots {
		return tb.bindAll()
	}
	bound, err := tb.binder.Read()
	if err != nil {
		return nil, err
	}
	return slotsOf(bound)[:len(tb.columns)], nil
}

// bindAll reads a row that has more columns than slots: what finds no slot, gocsv lists
// by name.
func (tb *table) bindAll() ([]string, error) {
	bound, unmatched, err := tb.binder.ReadUnmatched()
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(tb.columns))
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
