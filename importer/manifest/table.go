package manifest

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"

	"github.com/gocarina/gocsv"

	"gijbulk/schema"
)

// table is a CSV or TSV file while it is read.
type table struct {
	pass    *pass
	source  *rowSource
	reader  *csv.Reader
	skipped int      // lines of the file that the CSV reader does not see
	names   []string // the header as written, shared by the entries
	dialect *schema.Dialect
	columns []column
	buffer  []schema.Cell // for those of the row at hand
}

// position is where a cell begins in the file.
type position struct{ line, column int32 }

func (p *pass) readTable(t *text, f Format) {
	delimiter, length := separatorLine(t.head())
	skipped := 0
	if length > 0 {
		skipped = 1
		_, _ = t.Discard(length) // it was peeked at, so it is there
	} else {
		delimiter = delimiterOf(t.head())
	}
	if f == TSV {
		delimiter = '\t'
	}
	source := &rowSource{src: t, line: skipped + 1}
	tb := &table{pass: p, source: source, reader: csv.NewReader(bufio.NewReaderSize(source, headSize)), skipped: skipped}
	tb.reader.Comma = delimiter
	tb.dialect = t.dialect(delimiter)
	for more := tb.readHeader(); more; {
		more = tb.readRows()
	}
}

// readHeader reports whether the rows can be read.
func (tb *table) readHeader() bool {
	names, err := tb.reader.Read()
	if err != nil {
		if err != io.EOF {
			tb.stop(err)
		}
		return false
	}
	return tb.takeHeader(names, func(i int) (int, int) {
		line, column := tb.reader.FieldPos(i)
		return line + tb.skipped, column
	})
}

// takeHeader reports whether the rows can be read. at is the position of a cell of the header.
func (tb *table) takeHeader(names []string, at func(i int) (line, column int)) bool {
	columns, flaws := judgeHeader(names)
	tb.names, tb.columns = names, columns
	for _, f := range flaws {
		f.Line, f.Column = at(f.Column)
		if !tb.pass.fail(f) || f.Code == schema.CodeNoHeader {
			return false
		}
	}
	return true
}

// batchSize is how many bytes of rows gocsv binds at once: what it does in each call takes
// as long as some rows.
const batchSize = 64 << 10

// readRows reads a batch of rows, emits their entries, and reports whether to read more.
func (tb *table) readRows() bool {
	rows := [][]string{tb.names} // as gocsv wants them
	var positions [][]position
	var texts []string
	var err error
	for start := tb.reader.InputOffset(); err == nil && tb.reader.InputOffset() < start+batchSize; {
		tb.source.begin(tb.reader.InputOffset())
		if texts, err = tb.reader.Read(); err == nil {
			rows, positions = append(rows, texts), append(positions, tb.positions(len(texts)))
		}
	}
	all, bindErr := bind(rows)
	if bindErr != nil {
		tb.pass.fail(bindErr)
		return false
	}
	for i, row := range all {
		if !tb.emit(row.Texts, positions[i]) {
			return false
		}
	}
	switch {
	case err == nil:
		return true
	case err == io.EOF:
		return false
	case tb.source.err == nil && errors.Is(err, csv.ErrFieldCount):
		return tb.uneven(texts)
	}
	tb.stop(err)
	return false
}

// positions are those of the cells of the row that was read last.
func (tb *table) positions(cells int) []position {
	all := make([]position, cells)
	for i := range all {
		line, column := tb.reader.FieldPos(i)
		all[i] = position{int32(line + tb.skipped), int32(column)}
	}
	return all
}

// bound is what gocsv binds a row to: a text for each column. Cells of another type would
// lose what was written: gocsv reads 1.5 as 1 and 010 as 8.
type bound struct {
	Texts []string `csv:"texts"` // gocsv wants a field with a name, and then leaves it to the method
}

// UnmarshalCSVWithFields takes the cells of a row one after the other. It ignores their
// names: gocsv reports neither unknown ones nor two that mean the same.
func (b *bound) UnmarshalCSVWithFields(_, text string) error {
	if b.Texts == nil {
		const usual = 16
		b.Texts = make([]string, 0, usual)
	}
	b.Texts = append(b.Texts, text)
	return nil
}

// decoded hands rows that were read, the header first, to gocsv.
type decoded [][]string

func (d decoded) GetCSVRows() ([][]string, error) { return d, nil }

func bind(rows [][]string) (all []bound, err error) {
	err = gocsv.UnmarshalDecoder(decoded(rows), &all)
	return all, err
}
