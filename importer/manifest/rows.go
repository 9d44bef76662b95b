package manifest

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// emit yields the entry of a row, unless all its cells are blank and it has no flaws, and
// reports whether the caller wants more.
func (tb *table) emit(texts []string, positions []position, flaws ...*document.Error) bool {
	if len(flaws) == 0 && allBlank(texts) {
		return true
	}
	e := schema.Entry{Place: tb.pass.next(int(positions[0].line), int(positions[0].column)), Columns: tb.names, Dialect: tb.dialect}
	for _, f := range flaws {
		e.Findings = append(e.Findings, f.Finding(e.Place))
	}
	texts = texts[:min(len(texts), len(tb.columns))]
	tb.buffer = slices.Grow(tb.buffer[:0], len(texts))
	e.Cells = tb.buffer
	for i, text := range texts {
		if blank(text) {
			continue
		}
		at := positions[i]
		switch c := tb.columns[i]; {
		case c.field != schema.NoField || c.own:
			e.Cells = append(e.Cells, schema.Cell{Name: c.name, Field: c.field, Line: at.line, Column: at.column,
				Written: schema.Written{Form: schema.FormCell, Text: text}})
		case c.name == "":
			f := &document.Error{Code: schema.CodeUnknownField, Line: int(at.line), Column: int(at.column),
				Message: fmt.Sprintf("column %d has a value, but no name in the header", i+1),
				Advice:  "name the column, or empty the cell"}
			e.Findings = append(e.Findings, f.Finding(e.Place))
		}
	}
	return tb.pass.emit(e)
}

func blank(s string) bool {
	return s == "" || (s[0] <= ' ' || s[0] >= utf8.RuneSelf) && strings.TrimSpace(s) == ""
}

func allBlank(texts []string) bool {
	for _, text := range texts {
		if !blank(text) {
			return false
		}
	}
	return true
}

// uneven emits a row that has fewer or more cells than the header, and reports whether to
// read more.
func (tb *table) uneven(texts []string) bool {
	if allBlank(texts) {
		return true
	}
	have, want := len(texts), len(tb.columns)
	positions := tb.positions(have)
	counts := fmt.Sprintf("%s, the header %d", plural(have, "the row has %d cell", "the row has %d cells"), want)
	if have < want && !tb.source.terminated(tb.reader.InputOffset()) {
		tb.pass.fail(&document.Error{Code: schema.CodeTruncated, Line: int(positions[0].line), Column: int(positions[0].column),
			Message: "the file ends in the middle of a row: " + counts})
		return false
	}
	tb.dropShifted(texts)
	f := &document.Error{Code: schema.CodeShortRow, Message: counts, Field: tb.names[min(have, want-1)]}
	if have > want {
		f.Code = schema.CodeLongRow
		f.Message += "; " + plural(have-want, "%d cell at the end was left out", "%d cells at the end were left out")
	}
	return tb.emit(texts, positions, f)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return fmt.Sprintf(one, n)
	}
	return fmt.Sprintf(many, n)
}

// dropShifted blanks the cells of an uneven row that may have a secret of another column:
// under their own header it would be shown.
func (tb *table) dropShifted(texts []string) {
	surplus := len(texts) - len(tb.columns)
	for k, c := range tb.columns {
		if !c.field.Hidden() {
			continue
		}
		from, to := k+1, k+surplus
		if surplus < 0 {
			from, to = k+surplus, k-1
		}
		for i := max(from, 0); i <= to && i < len(texts); i++ {
			if i < len(tb.columns) && !tb.columns[i].field.Hidden() {
				texts[i] = ""
			}
		}
	}
}
