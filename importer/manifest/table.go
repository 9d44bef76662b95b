package manifest

import (
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"slices"
	"strconv"

	"github.com/gocarina/gocsv"

	"gijbulk/schema"
)

// rowType is the struct that rows are bound to: a text for each column, for gocsv would
// read 1.5 as 1 and 010 as 8 where a cell had another type. It is made to measure, since
// gocsv makes one for each row.
func rowType(columns int) reflect.Type {
	fields := make([]reflect.StructField, columns)
	for i := range fields {
		fields[i] = reflect.StructField{Name: "Cell" + strconv.Itoa(i), Type: reflect.TypeFor[string](),
			Tag: reflect.StructTag(`csv:"` + slotName(i) + `"`)}
	}
	return reflect.StructOf(fields)
}

// mostSlots bounds the columns that a row has room for. What a wider table has beyond
// is read in a slower way.
const mostSlots = 64

// table is what the pieces of a CSV or TSV file have in common.
type table struct {
	cutter    *cutter
	delimiter rune
	columns   []column
	names     []string // the header as written, shared by the entries
	row       reflect.Type
}

// rows is a piece of a table while it is read.
type rows struct {
	*table
	pass   *pass
	piece  *piece
	reader *csv.Reader
	binder *gocsv.Unmarshaller
	texts  []string      // of the row at hand
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
	tb.row = rowType(max(1, min(len(firstRow(t.head(), delimiter)), mostSlots)))
	if !tb.readHeader(p) {
		return
	}
	p.readPieces(tb.cutter, func() pieceReader {
		return func(p *pass, piece *piece) bool { return tb.open(p, piece).read() }
	})
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
	r.binder, err = gocsv.NewUnmarshaller(r.reader, reflect.New(r.row).Interface())
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

func slotName(i int) string { return "cell" + strconv.Itoa(i) }

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

// bind reads the cells of a row through gocsv. They stand until the next.
func (r *rows) bind() ([]string, error) {
	if len(r.columns) > r.row.NumField() {
		return r.bindAll()
	}
	bound, err := r.binder.Read()
	if err != nil {
		return nil, err
	}
	return r.textsOf(bound), nil
}

// bindAll reads a row that has more columns than slots: what finds no slot, gocsv lists
// by name.
func (r *rows) bindAll() ([]string, error) {
	bound, unmatched, err := r.binder.ReadUnmatched()
	if err != nil {
		return nil, err
	}
	texts := r.textsOf(bound)
	for i := r.row.NumField(); i < len(texts); i++ {
		texts[i] = unmatched[slotName(i)]
	}
	return texts, nil
}

func (r *rows) textsOf(bound any) []string {
	if r.texts == nil {
		r.texts = make([]string, len(r.columns))
	}
	row := reflect.ValueOf(bound).Elem()
	for i := range min(len(r.texts), row.NumField()) {
		r.texts[i] = row.Field(i).String()
	}
	return r.texts
}
