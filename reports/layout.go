package reports

import (
	"slices"
	"strconv"
	"strings"

	"gijbulk/schema"
)

// layout says which columns of the records a table has.
type layout struct {
	names    []string
	fields   []schema.Field // of each column; NoField for a column of the user's own
	verbatim bool           // the columns are those of the one table that was read
}

// layoutOf decides over all records of a run, so that its tables have the same columns.
func layoutOf(all []schema.Result) layout {
	if columns := onlyColumns(all); columns != nil {
		return verbatimLayout(columns)
	}
	return unionLayout(all)
}

// onlyColumns gives the header of the one table that every record stands in, or nil.
func onlyColumns(all []schema.Result) []string {
	var file string
	var columns []string
	for _, r := range all {
		want := &r.Action.Want
		if want.Place.File == "" {
			continue // in no manifest
		}
		if want.Columns == nil || columns != nil && want.Place.File != file {
			return nil
		}
		file, columns = want.Place.File, want.Columns
	}
	return columns
}

func verbatimLayout(columns []string) layout {
	l := layout{verbatim: true}
	for _, name := range columns {
		if slices.Contains(toolColumns, name) {
			continue // from an earlier report; ours take its place
		}
		field := schema.NoField
		if !strings.HasPrefix(name, "_") {
			field, _ = schema.FieldTitled(name)
		}
		l.names = append(l.names, name)
		l.fields = append(l.fields, field)
	}
	return l
}

func unionLayout(all []schema.Result) layout {
	used := map[schema.Field]bool{}
	titles := map[string]schema.Field{}
	for _, r := range all {
		record := subject(r.Action)
		for f := range record.All() {
			used[f] = true
		}
		for _, c := range record.Cells {
			f, met := titles[c.Name]
			if !met {
				f = cellField(c)
				titles[c.Name] = f
			}
			used[f] = true
		}
	}
	var l layout
	for _, f := range schema.Fields() {
		if used[f] {
			l.names = append(l.names, f.String())
			l.fields = append(l.fields, f)
		}
	}
	return l
}

func cellField(c schema.Column) schema.Field {
	if strings.HasPrefix(c.Name, "_") {
		return schema.NoField
	}
	f, _ := schema.FieldTitled(c.Name)
	return f
}

func (l layout) appendCells(row []string, r *schema.Record) []string {
	next := 0 // cells come in the order of the columns, without the blank ones
	for i, name := range l.names {
		if l.verbatim && r.Columns != nil {
			var text string
			text, next = cellNamed(r.Cells, name, next)
			row = append(row, text)
			continue
		}
		text := manifestText(r, l.fields[i])
		if r.Place.File == "" { // the server's
			text = defused(text)
		}
		row = append(row, text)
	}
	return row
}

// cellNamed finds a cell, first where it is to be expected, and says where to look for
// the next.
func cellNamed(cells []schema.Column, name string, from int) (string, int) {
	for i := range cells {
		at := (from + i) % len(cells)
		if cells[at].Name == name {
			return cells[at].Text, at + 1
		}
	}
	return "", from
}

// manifestText writes a field as a manifest's cell. Where the value could not be read
// the cell is shown as it was written, for the user to fix.
func manifestText(r *schema.Record, f schema.Field) string {
	v := r.Get(f)
	switch {
	case f == schema.NoField:
		return ""
	case !v.IsSet():
		for _, c := range r.Cells {
			if cellField(c) == f {
				return c.Text
			}
		}
		return ""
	case v.Blank():
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
