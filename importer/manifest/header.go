package manifest

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// column is one column of a table.
type column struct {
	name  string       // trimmed
	field schema.Field // NoField for a column that is not bound
	own   bool         // the user's own, named _…
}

// judgeHeader finds the field of each column, and the flaws of the names: at most one for
// each column, in order; a flaw's column is the index into names.
func judgeHeader(names []string) ([]column, []*document.Error) {
	columns := make([]column, len(names))
	first := map[schema.Field]int{}
	var flaws []*document.Error
	for i, name := range names {
		name = strings.TrimSpace(name)
		columns[i] = column{name: name, own: strings.HasPrefix(name, "_")}
		if columns[i].own || name == "" {
			continue
		}
		field, known := schema.FieldTitled(name)
		if !known {
			near := ""
			if len(flaws) < mostGuesses {
				near = schema.NearestField(name)
			}
			flaws = append(flaws, unknown(name, "field", near, 0, i))
			continue
		}
		if before, twice := first[field]; twice {
			flaws = append(flaws, &document.Error{Code: schema.CodeDuplicateField, Column: i, Field: name,
				Message: "columns " + strconv.Itoa(before+1) + " and " + strconv.Itoa(i+1) + " both mean " + field.String()})
			continue
		}
		first[field] = i
		columns[i].field = field
	}
	if len(first) == 0 {
		return columns, []*document.Error{noHeader(names)}
	}
	return columns, flaws
}

// mostGuesses is how many unknown names get a suggestion. A header with more of them is not
// one of misspelled fields, and thousands of suggestions take long.
const mostGuesses = 100

// unknown is the error for a name that means nothing; near is what it may stand for, or "".
func unknown(name, what, near string, line, column int) *document.Error {
	f := &document.Error{Code: schema.CodeUnknownField, Line: line, Column: column, Field: document.ShownName(name), Message: "there is no such " + what}
	if near != "" {
		f.Message += "; did you mean " + near + "?"
		f.Advice = "write " + near
	}
	return f
}

func noHeader(names []string) *document.Error {
	f := &document.Error{Code: schema.CodeNoHeader, Message: "no cell of the first row names a field"}
	for _, name := range names[:min(len(names), mostGuesses)] {
		if near := schema.NearestField(name); near != "" {
			f.Message += "; did you mean " + near + " by " + schema.Quote(name) + "?"
			break
		}
	}
	return f
}

const delimiters = ",;\t|"

// delimiterOf reads the first row with each delimiter and returns the one that gives the
// most names of fields, then the most cells.
func delimiterOf(head []byte) rune {
	best, bestKnown, bestCells := ',', 0, 0
	for _, d := range delimiters {
		cells := firstRow(head, d)
		known := countTitles(cells)
		if known > bestKnown || known == bestKnown && len(cells) > bestCells {
			best, bestKnown, bestCells = d, known, len(cells)
		}
	}
	return best
}

func knownTitles(row []byte, delimiter rune) int { return countTitles(firstRow(row, delimiter)) }

func countTitles(cells []string) (n int) {
	for _, cell := range cells {
		if _, ok := schema.FieldTitled(cell); ok {
			n++
		}
	}
	return n
}

func firstRow(head []byte, delimiter rune) []string {
	r := csv.NewReader(bytes.NewReader(head))
	r.Comma, r.LazyQuotes = delimiter, true
	cells, _ := r.Read() // the table has the same error
	return cells
}

// separatorLine reads the line "sep=;" with which Excel sets the delimiter before the header.
func separatorLine(head []byte) (delimiter rune, length int) {
	line, _, ended := bytes.Cut(head, []byte("\n"))
	length = len(line)
	if ended {
		length++
	}
	sep, ok := strings.CutPrefix(strings.Trim(strings.TrimRight(string(line), "\r"), `"`), "sep=")
	if !ok || len(sep) != 1 || !strings.Contains(delimiters, sep) {
		return 0, 0
	}
	return rune(sep[0]), length
}
