package manifest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"gijbulk/schema"
)

// emit hands out the entry of the row at hand, unless all its cells are blank and
// nothing is to be said about it.
func (r *rows) emit(texts []string, places []place, findings ...*flaw) bool {
	if len(findings) == 0 && allBlank(texts) {
		return true
	}
	e := &r.entry
	*e = schema.Entry{Place: r.pass.next(int(places[0].line), int(places[0].column)), Columns: r.names}
	for _, f := range findings {
		e.Findings = append(e.Findings, f.finding(e.Place))
	}
	texts = texts[:min(len(texts), len(r.columns))]
	e.Cells = r.room(len(texts))[:0]
	for i, text := range texts {
		if blank(text) {
			continue
		}
		at := places[i]
		switch c := &r.columns[i]; {
		case c.field != schema.NoField || c.own:
			n := len(e.Cells)
			e.Cells = e.Cells[:n+1]
			cell := &e.Cells[n]
			cell.Name, cell.Field, cell.Line, cell.Column = c.name, c.field, at.line, at.column
			cell.Written.Text = text // its form, FormCell, is the zero one
		case c.name == "":
			f := &flaw{code: schema.CodeUnknownField, line: int(at.line), column: int(at.column),
				message: fmt.Sprintf("column %d holds a value, and the header has no name for it", i+1),
				advice:  "name the column, or empty the cell"}
			e.Findings = append(e.Findings, f.finding(e.Place))
		}
	}
	e.Cells = slices.Clip(e.Cells)
	if !r.pass.reuse {
		r.slab = r.slab[len(e.Cells):]
	}
	return r.pass.emit(e)
}

// room is space for the cells of a row, so many at most. It comes in slabs: not each
// row needs an allocation of its own. Where entries are not kept, all rows use the same
// cells, of which only what is set here ever differs.
func (r *rows) room(most int) []schema.Cell {
	const slab = 64
	if len(r.slab) < most {
		r.slab = make([]schema.Cell, max(slab, most))
	}
	return r.slab
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

// uneven deals with a row that has fewer or more cells than the header. It reports
// whether to go on.
func (r *rows) uneven(texts []string) bool {
	if allBlank(texts) {
		return true
	}
	raw := r.piece.row(r.reader.InputOffset())
	have, want := len(texts), len(r.columns)
	places := r.appendPlaces(nil, have)
	counts := fmt.Sprintf("%s, the header %d", plural(have, "the row has %d cell", "the row has %d cells"), want)
	if have < want && raw[len(raw)-1] != '\n' {
		r.pass.fail(&flaw{code: schema.CodeTruncated, line: int(places[0].line), column: int(places[0].column), message: "the file ends in the middle of a row: " + counts})
		return false
	}
	r.dropShifted(texts)
	f := &flaw{code: schema.CodeShortRow, message: counts, field: r.names[min(have, want-1)]}
	if have > want {
		f.code = schema.CodeLongRow
		f.message += "; " + plural(have-want, "%d cell at the end was left out", "%d cells at the end were left out")
	}
	return r.emit(texts, places, f)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return fmt.Sprintf(one, n)
	}
	return fmt.Sprintf(many, n)
}

// dropShifted blanks the cells of an uneven row into which a secret may have slipped:
// under another header it would be shown.
func (r *rows) dropShifted(texts []string) {
	surplus := len(texts) - len(r.columns)
	for k, c := range r.columns {
		if !c.field.Hidden() {
			continue
		}
		from, to := k+1, k+surplus
		if surplus < 0 {
			from, to = k+surplus, k-1
		}
		for i := max(from, 0); i <= to && i < len(texts); i++ {
			if i < len(r.columns) && !r.columns[i].field.Hidden() {
				texts[i] = ""
			}
		}
	}
}

// stop tells what ended the reading of the table.
func (r *rows) stop(err error) {
	cause := r.piece.cause()
	if cause != nil && cause != errRowTooLarge {
		r.pass.fail(cause) // csv may have taken the cut for a broken quote
		return
	}
	rest := r.piece.rest()
	quote, open := brokenQuote(rest, byte(r.reader.Comma))
	before := rest[:max(quote, 0)]
	f := &flaw{code: schema.CodeSyntax, line: r.piece.line() + bytes.Count(before, []byte("\n")),
		column: len(before) - bytes.LastIndexByte(before, '\n')}
	var parse *csv.ParseError
	switch {
	case cause != nil:
		f.code, f.message = schema.CodeCellTooLarge, "the row that begins here is larger than 4 MiB"
		if open {
			f.message = "the quoted cell that begins here makes its row larger than 4 MiB"
		}
	case errors.Is(err, csv.ErrBareQuote) && errors.As(err, &parse):
		f.line, f.column = parse.Line+r.piece.lines, parse.Column
		f.message = "a quote stands inside a cell that does not begin with one"
		f.advice = `put the whole cell in quotes, and write "" for each quote inside it`
	case open && !bytes.HasSuffix(rest, []byte("\n")):
		f.code, f.message = schema.CodeTruncated, "the file ends inside the quoted cell that begins here"
	case open:
		f.message = "the quote that begins here is never closed"
		f.advice = `close the quote; inside a quoted cell, write "" for a quote`
	case quote >= 0:
		f.message = "the quoted cell that begins here goes on after its closing quote"
		f.advice = `close the quote before the delimiter; inside a quoted cell, write "" for a quote`
	default:
		r.pass.fail(err)
		return
	}
	r.pass.fail(f)
}

// brokenQuote finds the quoted cell that does not end properly, in text that begins
// with the row; open tells one that goes on to the end of the text. Without such a cell
// at is -1.
func brokenQuote(text []byte, delimiter byte) (at int, open bool) {
	fresh := true // at the start of a cell
	for i := 0; i < len(text); i++ {
		if text[i] != '"' || !fresh {
			fresh = text[i] == delimiter || text[i] == '\n'
			continue
		}
		end := closingQuote(text[i+1:])
		if end < 0 {
			return i, true
		}
		next := bytes.TrimPrefix(text[i+1+end+1:], []byte("\r"))
		if len(next) > 0 && next[0] != delimiter && next[0] != '\n' {
			return i, false
		}
		i, fresh = i+1+end, false
	}
	return -1, false
}

// closingQuote is the index of the first quote that is not doubled, or -1.
func closingQuote(s []byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 == len(s) || s[i+1] != '"' {
			return i
		}
		i++
	}
	return -1
}
