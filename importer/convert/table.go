package convert

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gijbulk/schema"
)

// Table is a text of rows below a header.
type Table struct {
	Titles []string // as written
	Folded []string // without case, blanks, "_" and "-"
}

// TableRow is a row of a table.
type TableRow struct {
	Line    int
	cells   []string // at most as many as there are titles
	Problem string   // why the row cannot be read, or ""
}

// EachRow visits the rows of a table that are not blank. What is wrong with one row is
// told with it; what makes the rest unreadable is an error.
func (l *Listing) EachRow(delimiter rune, begin func(*Table) error, visit func(*Table, TableRow)) error {
	r := csv.NewReader(bytes.NewReader(l.Text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = delimiter, true, -1
	titles, err := r.Read()
	if err != nil {
		return tableProblem(l.Name, err)
	}
	t := &Table{Titles: titles}
	for _, title := range titles {
		t.Folded = append(t.Folded, FoldTitle(title))
	}
	if err := begin(t); err != nil {
		return err
	}
	for {
		start := r.InputOffset()
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return tableProblem(l.Name, err)
		}
		row := TableRow{cells: cells}
		row.Line, _ = r.FieldPos(0)
		raw := bytes.TrimSpace(l.Text[start:r.InputOffset()])
		switch n := len(cells); {
		case strings.TrimSpace(strings.Join(cells, "")) == "":
			continue
		case bytes.IndexByte(raw, '\n') >= 0 && (n < len(titles) || bytes.Count(raw, []byte(`"`))%2 == 1):
			// A lenient reader takes all that follows a lone quote for one cell.
			return &Problem{Place: l.Place(row.Line), Message: "a cell begins with a quote that is never closed, here or on the lines after",
				Advice: `close the quote, or double it: "" stands for one inside a quoted cell`}
		case n > len(titles):
			if strings.TrimSpace(strings.Join(cells[len(titles):], "")) != "" {
				row.Problem = fmt.Sprintf("the row has %d cells, the header %d", n, len(titles))
			}
			row.cells = cells[:len(titles)]
		}
		visit(t, row)
	}
}

func tableProblem(file string, err error) *Problem {
	p := &Problem{Place: schema.Place{File: file}, Message: "the table cannot be read", Advice: "save it as CSV with a header"}
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		p.Place.Line, p.Place.Column = parse.StartLine, 0
		p.Message += ": " + parse.Err.Error()
	}
	return p
}

// Column finds a column by its title, or gives -1.
func (t *Table) Column(title string) int { return slices.Index(t.Folded, FoldTitle(title)) }

// First finds the first of several titles that the table has, or gives -1.
func (t *Table) First(titles []string) int {
	for _, title := range titles {
		if i := t.Column(title); i >= 0 {
			return i
		}
	}
	return -1
}

// Cell is the text of a column without the blanks around it, or "".
func (r TableRow) Cell(column int) string {
	if column < 0 || column >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[column])
}

// Fields looks up the cells of a row by the titles of their columns.
func (t *Table) Fields(r TableRow) func(string) (string, bool) {
	return func(name string) (string, bool) {
		i := t.Column(name)
		return r.Cell(i), i >= 0
	}
}

// RequireColumns makes sure that the columns of Map and SkipIf are there.
func (t *Table) RequireColumns(o *Options) error {
	var names []string
	for _, m := range o.Map {
		names = append(names, m.From)
	}
	for _, c := range o.SkipIf {
		names = append(names, c.Field)
	}
	for _, name := range names {
		if t.Column(name) >= 0 {
			continue
		}
		advice := "the columns are: " + strings.Join(t.Titles, ", ")
		if near := schema.Nearest(name, t.Titles); near != "" {
			advice = "did you mean " + near + "?"
		}
		return misuse("the table has no column "+schema.Quote(name), advice)
	}
	return nil
}

// Delimiter is the delimiter that occurs most often in the first row.
func Delimiter(text []byte) rune {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	best, most := ',', 0
	for _, d := range ",;\t|" {
		if n := bytes.Count(first, []byte(string(d))); n > most {
			best, most = d, n
		}
	}
	return best
}

func firstTitles(text []byte) []string {
	r := csv.NewReader(bytes.NewReader(text[:min(len(text), headSize)]))
	r.Comma, r.LazyQuotes = Delimiter(text), true
	titles, _ := r.Read()
	for i, title := range titles {
		titles[i] = FoldTitle(title)
	}
	return titles
}

// FoldTitle makes the titles of columns equal that people take for the same.
func FoldTitle(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\u00a0_-", r) {
			return -1
		}
		return r
	}, strings.ToLower(s))
}
