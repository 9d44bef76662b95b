package manifest

import (
	"iter"

	"github.com/gocarina/gocsv"
)

// row is what gocsv binds a row to: a text for each column, for gocsv would read 1.5 as
// 1 and 010 as 8 where a cell had another type. gocsv wants a field with a name, and
// leaves it alone where the row takes its cells itself; that spares it a reflection and
// two allocations for each.
type row struct {
	Texts []string `csv:"texts"`
}

// UnmarshalCSVWithFields takes the cells of the row one after the other. What its header
// means is ours to judge: gocsv neither tells of unknown names nor of two that mean the
// same.
func (r *row) UnmarshalCSVWithFields(_, text string) error {
	if r.Texts == nil {
		const usual = 16
		r.Texts = make([]string, 0, usual)
	}
	r.Texts = append(r.Texts, text)
	return nil
}

// place is where a cell stands in the file.
type place struct{ line, column int32 }

// batchSize is how many rows are bound together: what gocsv does before the first takes
// as long as some rows.
const batchSize = 64

// batch are rows of a table that are bound together. They stand until the next reset.
type batch struct {
	read   [][]string // the header, and then the rows, as gocsv wants them
	texts  []string   // of all their cells
	places []place    // likewise
	bound  []row
}

func newBatch(header []string) *batch {
	return &batch{read: [][]string{header}, bound: make([]row, batchSize)}
}

// reset forgets the rows.
func (b *batch) reset() { b.read, b.texts, b.places = b.read[:1], b.texts[:0], b.places[:0] }

func (b *batch) len() int { return len(b.read) - 1 }

// add takes a row that has a cell for each column.
func (b *batch) add(texts []string) {
	b.texts = append(b.texts, texts...)
	b.read = append(b.read, b.texts[len(b.texts)-len(texts):])
}

// GetCSVRows hands the rows to gocsv.
func (b *batch) GetCSVRows() ([][]string, error) { return b.read, nil }

// bind lets gocsv bind the rows.
func (b *batch) bind() error { return gocsv.UnmarshalDecoder(b, &b.bound) }

// rows yields the texts of each row that was bound, and their places.
func (b *batch) rows() iter.Seq2[[]string, []place] {
	return func(yield func([]string, []place) bool) {
		columns := len(b.read[0])
		for i := range b.len() {
			if !yield(b.bound[i].Texts, b.places[i*columns:]) {
				return
			}
		}
	}
}
