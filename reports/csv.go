package reports

import (
	"bufio"
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"gijbulk/schema"
)

// Part is one of the tables into which a run's records fall; each record is in exactly
// one of them.
type Part string

// The parts.
const (
	Succeeded   Part = "succeeded"   // on the server; nobody needs to look at it
	Failed      Part = "failed"      // refused, invalid or in conflict: mend and feed back
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
		return writeTables(sorted(run, results), map[Part]io.Writer{p: w})
	}
}

// writeTables writes the records as CSV: those of a part to its writer, where it has one,
// and all of them to each of whole. A row is encoded once.
func writeTables(all []schema.Result, parts map[Part]io.Writer, whole ...io.Writer) error {
	ways := make(map[Part]io.Writer)
	every := slices.Clip(whole)
	for _, p := range Parts() {
		way := whole
		if w, has := parts[p]; has {
			way, every = append(slices.Clip(whole), w), append(every, w)
		}
		ways[p] = io.MultiWriter(way...)
	}
	to := &switched{io.MultiWriter(every...)}
	out := csv.NewWriter(bufio.NewWriterSize(to, 1<<16))
	l, last := layoutOf(all), Part("")
	row := append(slices.Clone(l.names), toolColumns...)
	if err := out.Write(row); err != nil {
		return err
	}
	for _, r := range all {
		if p := partOf(r.Status); p != last {
			out.Flush()
			to.Writer, last = ways[p], p
		}
		row = appendToolCells(l.appendCells(row[:0], subject(r.Action)), r)
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// switched is a writer that leads elsewhere from time to time.
type switched struct{ io.Writer }

// toolColumns are ours, in the order of appendToolCells.
var toolColumns = []string{"_file", "_line", "_action", "_status", "_http", "_error", "_advice", "_id", "_attempts", "_ms"}

func appendToolCells(row []string, r schema.Result) []string {
	place := r.Action.Want.Place
	return append(row,
		defused(place.File),
		numberOrBlank(int64(place.Line)),
		string(r.Action.Op),
		string(r.Status),
		numberOrBlank(int64(r.HTTP)),
		defused(r.Error),
		defused(r.Advice),
		numberOrBlank(idOf(r)),
		strconv.Itoa(r.Attempts),
		strconv.FormatInt(r.Took.Milliseconds(), 10))
}

func numberOrBlank(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// defused makes a text of ours or of a server's harmless: a spreadsheet would run one
// that begins like a formula, and bytes that are no text would make the table unreadable
// as a manifest.
func defused(s string) string {
	if !isPlain(s) {
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
