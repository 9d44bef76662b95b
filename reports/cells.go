package reports

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"gijbulk/schema"
)

// Cells are the cells of a record in the order of its columns, without the blank ones. In
// JSON they are an object.
type Cells []schema.Column

// MarshalJSON keeps the order, and columns of the user's own that have the same name.
func (c Cells) MarshalJSON() ([]byte, error) {
	b := []byte("{")
	for i, cell := range c {
		if i > 0 {
			b = append(b, ',')
		}
		b, _ = jsontext.AppendQuote(b, cell.Name) // replaces what is not UTF-8; that is the only error
		b, _ = jsontext.AppendQuote(append(b, ':'), cell.Text)
	}
	return append(b, '}'), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Cells) UnmarshalJSON(data []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(data))
	switch start, err := decoder.Token(); {
	case err != nil || start == nil: // null
		return err
	case start != json.Delim('{'):
		return &json.UnmarshalTypeError{Value: "cells", Type: reflect.TypeFor[Cells]()}
	}
	*c = Cells{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return err
		}
		cell := schema.Column{}
		if cell.Name, _ = name.(string); decoder.Decode(&cell.Text) != nil {
			return &json.UnmarshalTypeError{Value: "cell " + strconv.Quote(cell.Name), Type: reflect.TypeFor[string]()}
		}
		*c = append(*c, cell)
	}
	return nil
}

func cellsOf(r *schema.Record) Cells {
	if r.Columns != nil {
		return append(Cells{}, r.Cells...)
	}
	cells := Cells{}
	for f, v := range r.All() {
		text := cellText(v)
		if r.Place.File == "" { // the server's
			text = defused(text)
		}
		cells = append(cells, schema.Column{Name: f.String(), Text: text})
	}
	for _, c := range r.Cells { // a value that could not be read is the user's to fix
		if f := fieldOfColumn(c.Name); f != schema.NoField && !r.Has(f) {
			cells = append(cells, schema.Column{Name: f.String(), Text: c.Text})
		}
	}
	return cells
}

func cellText(v schema.Value) string {
	if v.Blank() {
		return `\N`
	}
	switch x := v.Plain().(type) {
	case []int64:
		words := make([]string, len(x))
		for i, id := range x {
			words[i] = strconv.FormatInt(id, 10)
		}
		return strings.Join(words, ";")
	case []string:
		return schema.JoinList(x)
	}
	return v.String()
}

func fieldOfColumn(name string) schema.Field {
	if strings.HasPrefix(name, "_") {
		return schema.NoField
	}
	f, _ := schema.FieldTitled(name)
	return f
}

// layout says which columns of the records a table has.
type layout struct {
	file    string // the CSV or TSV file whose columns these are; "" for the union of fields
	names   []string
	fields  map[string]int // the column of each name that cells have
	dialect schema.Dialect
}

// layoutOf decides over all records of a run, so that its tables have the same columns.
func layoutOf(run RunInfo, records []RecordInfo) layout {
	l := layout{file: commonTable(run, records), fields: make(map[string]int), dialect: dialectOf(run)}
	fields := fieldsOf(records)
	var columns []schema.Field
	if l.file != "" {
		for _, name := range run.Columns[l.file] {
			if !slices.Contains(toolColumns, name) { // from an earlier report; ours take its place
				l.names, columns = append(l.names, name), append(columns, fieldOfColumn(name))
			}
		}
	} else {
		for _, f := range schema.Fields() {
			if slices.Contains(slices.Collect(maps.Values(fields)), f) {
				l.names, columns = append(l.names, f.String()), append(columns, f)
			}
		}
	}
	for name, f := range fields {
		if i := slices.Index(columns, f); i >= 0 {
			l.fields[name] = i
		}
	}
	return l
}

func commonTable(run RunInfo, records []RecordInfo) string {
	file := ""
	for i := range records {
		switch f := records[i].File; {
		case f == "" || f == file:
		case file != "" || run.Columns[f] == nil:
			return ""
		default:
			file = f
		}
	}
	return file
}

func fieldsOf(records []RecordInfo) map[string]schema.Field {
	fields := make(map[string]schema.Field)
	for i := range records {
		for _, c := range records[i].Cells {
			if _, met := fields[c.Name]; !met {
				fields[c.Name] = fieldOfColumn(c.Name)
			}
		}
	}
	maps.DeleteFunc(fields, func(_ string, f schema.Field) bool { return f == schema.NoField })
	return fields
}

func (l layout) appendCells(row []string, r *RecordInfo) []string {
	if l.file != "" && r.File == l.file {
		next := 0
		for _, name := range l.names {
			var text string
			text, next = cellNamed(r.Cells, name, next)
			row = append(row, text)
		}
		return row
	}
	before := len(row)
	row = append(row, make([]string, len(l.names))...)
	for _, c := range r.Cells {
		if i, known := l.fields[c.Name]; known {
			row[before+i] = c.Text
		}
	}
	return row
}

// cellNamed finds a cell, first where it is to be expected, and says where to look for
// the next.
func cellNamed(cells Cells, name string, from int) (string, int) {
	for i := range cells {
		at := (from + i) % len(cells)
		if cells[at].Name == name {
			return cells[at].Text, at + 1
		}
	}
	return "", from
}
