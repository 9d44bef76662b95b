package schema

import (
	"cmp"
	"slices"
)

// Form is how a cell was written. It decides how far a value may be read: the
// text `yes` in a CSV cell may be a boolean, the string "yes" in JSON may not.
type Form uint8

// The forms.
const (
	FormCell   Form = iota // a cell of a table: text that the field gives its type
	FormString             // a quoted or plain string of YAML, a string of JSON
	FormBool               // true or false
	FormNumber             // a number, as it was written
	FormNull               // null: absent, even where a default would fill it
	FormList               // a list; Items holds its elements
	FormMap                // a mapping where none belongs
)

// Written is a value as it stands in the manifest.
type Written struct {
	Text  string    // as written, quotes and escapes undone; "" for lists and mappings
	Items []Written // the elements of a FormList
	Form  Form
	Loose bool // YAML: plain text whose type only the field can tell (`1.10` as a name, `on` as a boolean)
}

// Cell is one field of an entry.
type Cell struct {
	Name    string // the header or key as written
	Written Written
	Line    int32 // of the value, from 1; 0 if not known
	Column  int32 // of the value, from 1, in bytes; 0 if not known
	Field   Field // NoField for an unknown one and for columns that begin with "_"
	Given   bool  // from --set, --default or the manifest's defaults, not from the record itself
}

// SourceColumn names the column that tells what a converted record was made of. Like all
// that begin with "_" it means nothing to a manifest.
const SourceColumn = "_source"

// Entry is one record as it was written, with its place. It holds only the cells that
// are there: a blank cell of a table is absent, and is not in Cells.
type Entry struct {
	Place    Place
	Columns  []string // the header of a CSV or TSV file, shared by its entries; nil elsewhere
	Dialect  *Dialect // of that file, likewise; nil: the zero Dialect
	Listed   Kind     // what the list that it stands in holds; "" where that says nothing
	Owner    Place    // of a rule that stands inside its integration: where that is
	Cells    []Cell
	Findings []Finding // what the reader had to say about it
	Spoiled  bool      // nothing of it could be read, and the findings say why
}

// Cell finds the cell of a field.
func (e Entry) Cell(f Field) (Cell, bool) {
	for i := range e.Cells {
		if e.Cells[i].Field == f {
			return e.Cells[i], true
		}
	}
	return Cell{}, false
}

// Text gives what was written for a field, or "" where it is absent.
func (e Entry) Text(f Field) string {
	c, _ := e.Cell(f)
	return c.Written.Text
}

// Assign returns the entry with the cells of set in the place of its own (--set), and
// those of fill where it says nothing (--default). Fields that its kind does not have are
// passed over, so that one command line serves a manifest of both kinds; so are rules.
func (e Entry) Assign(set, fill []Cell) Entry {
	if e.kind(nil) == KindNested {
		return e
	}
	kind := cmp.Or(kindIn(set), e.kind(fill))
	foreign := func(c Cell) bool { return !kind.Takes(c.Field) }
	if slices.ContainsFunc(set, foreign) {
		set = slices.DeleteFunc(slices.Clone(set), foreign)
	}
	return e.Override(set).Fill(fill)
}

// Override returns the entry with these cells in the place of those of the same
// fields.
func (e Entry) Override(cells []Cell) Entry {
	if len(cells) == 0 {
		return e
	}
	kept := make([]Cell, 0, len(e.Cells)+len(cells))
	for _, c := range e.Cells {
		if c.Field == NoField || !hasField(cells, c.Field) {
			kept = append(kept, c)
		}
	}
	e.Cells = append(kept, cells...)
	return e
}

// Fill returns the entry with those of the cells added whose fields it does not
// have (the manifest's defaults). Fields that its kind does not have
// either are passed over, so that one set of defaults serves both kinds; so is a kind
// where its list tells that. Rules have no defaults.
func (e Entry) Fill(cells []Cell) Entry {
	kind := e.kind(cells)
	if kind == KindNested {
		return e
	}
	for _, c := range cells {
		if !hasField(e.Cells, c.Field) && kind.Takes(c.Field) && (c.Field != FieldKind || e.Listed == "") {
			e.Cells = append(e.Cells[:len(e.Cells):len(e.Cells)], c)
		}
	}
	return e
}

func hasField(cells []Cell, f Field) bool {
	for i := range cells {
		if cells[i].Field == f {
			return true
		}
	}
	return false
}
