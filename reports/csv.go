package reports

import (
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gijbulk/schema"
)

// Part is one of the tables of a run's records; each record is in exactly one.
type Part string

// The parts.
const (
	Succeeded   Part = "succeeded"   // on the server; nothing to do
	Failed      Part = "failed"      // refused, invalid or in conflict: fix and import again
	Unknown     Part = "unknown"     // a write may or may not have happened
	Unprocessed Part = "unprocessed" // never tried, or certainly not done
)

// Parts lists all parts.
func Parts() []Part { return []Part{Succeeded, Failed, Unknown, Unprocessed} }

// FileName is the name of the part's file in a report directory.
func (p Part) FileName() string { return string(p) + ".csv" }

func partOf(s schema.Status) Part {
	switch {
	case s.Good():
		return Succeeded
	case s == schema.StatusUnknown:
		return Unknown
	case s == schema.StatusUnprocessed:
		return Unprocessed
	}
	return Failed
}

// CSV makes the renderer of a part's table: the records' own columns and, with a leading
// underscore so that a manifest ignores them, the outcome of each. The table is a
// manifest as it is; it has a header even where it has no rows.
func CSV(p Part) Renderer {
	return func(w io.Writer, run schema.Run, results []schema.Result) error {
		return writeTable(w, newDocument(run, results), p)
	}
}

// writeTable writes the records of a part as CSV; "" is all.
func writeTable(w io.Writer, d reportData, p Part) error {
	out := newTableWriter(w, d.layout.dialect)
	row := append(slices.Clone(d.layout.names), toolColumns...)
	if err := out.Write(row); err != nil {
		return err
	}
	rows := newRuleRows(d, func(s schema.Status) bool { return p == "" || partOf(s) == p })
	for i := range d.records {
		r := &d.records[i]
		if !rows.holds(r) {
			continue
		}
		for _, r := range append([]RecordInfo{*r}, rows.of(r)...) {
			row = appendToolCells(d.layout.appendCells(row[:0], &r), &r)
			if err := out.Write(row); err != nil {
				return err
			}
		}
	}
	out.Flush()
	return out.Error()
}

// toolColumns are ours, in the order of appendToolCells.
var toolColumns = []string{"_file", "_line", "_action", "_status", "_http", "_error", "_advice", "_id", "_attempts", "_ms"}

func appendToolCells(row []string, r *RecordInfo) []string {
	return append(row,
		defused(r.File),
		numberOrBlank(int64(r.Line)),
		string(r.Action),
		string(r.Status),
		numberOrBlank(int64(r.HTTP)),
		defused(r.Error),
		defused(r.Advice),
		numberOrBlank(r.ID),
		strconv.Itoa(r.Attempts),
		strconv.FormatInt(r.MS, 10))
}

func numberOrBlank(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// defused makes a text of ours or of a server's harmless: a spreadsheet would run one that
// begins like a formula, and invalid bytes would make the table unreadable as a manifest.
func defused(s string) string {
	if !isPrintableASCII(s) {
		s = strings.Map(func(r rune) rune {
			if unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r) {
				return unicode.ReplacementChar
			}
			return r
		}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
	}
	if s != "" && strings.ContainsRune("=+-@\t\r\n", rune(s[0])) {
		return "'" + s
	}
	return s
}
