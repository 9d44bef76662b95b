package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"

	"gijbulk/schema"
)

// Tally counts findings by their level.
type Tally struct {
	Errors   int
	Warnings int
}

func (t *Tally) add(l schema.Level) {
	if l == schema.LevelWarning {
		t.Warnings++
		return
	}
	t.Errors++
}

// FindingsText writes findings for people, as they come: the place and what is wrong on
// one line, what to do on the next. After twenty of one code and level the rest is only
// counted, so that memory does not grow with the findings. The tally counts all.
func FindingsText(w io.Writer, findings iter.Seq[schema.Finding], page Page) (Tally, error) {
	type kind struct {
		code  schema.Code
		level schema.Level
	}
	var tally Tally
	var kinds []kind // in the order in which they were met
	counts := map[kind]int{}
	out := bufio.NewWriter(w)
	for f := range findings {
		tally.add(f.Level)
		k := kind{f.Code, f.Level}
		if counts[k] == 0 {
			kinds = append(kinds, k)
		}
		counts[k]++
		if counts[k] > longestList {
			continue
		}
		writeProblem(out, f.Level, joined(": ", f.Place.String(), f.Field, f.Message), f.Advice+page.flag(f.Option, " (%s)"), page)
	}
	for _, k := range kinds {
		if more := counts[k] - longestList; more > 0 {
			writeProblem(out, k.level, fmt.Sprintf("%d more of code %s", more, k.code)+page.flag(schema.OptionJSON, "; %s shows them all"), "", page)
		}
	}
	return tally, out.Flush()
}

// ErrorText writes why a command ended, and in a line of its own what to do about it,
// which may be "".
func ErrorText(w io.Writer, message, hint string, page Page) {
	writeProblem(w, schema.LevelError, message, hint, page)
}

func writeProblem(out io.Writer, level schema.Level, message, hint string, page Page) {
	look := bad
	if level == schema.LevelWarning {
		look = changed
	}
	page.line(out, 0, page.paint(look, fmt.Sprintf("gijbulk: %s:", level))+" "+oneLine(message))
	if hint != "" {
		page.line(out, 0, page.paint(advice, "gijbulk: hint:")+" "+oneLine(hint))
	}
}

// FindingsSummary is the last line of the findings as programs get them.
type FindingsSummary struct {
	Records  int `json:"records"`
	Errors   int `json:"errors"`
	Warnings int `json:"warnings"`
}

// FindingsJSON writes findings for programs, as they come: one [FindingInfo] per line, and
// at the end {"summary": [FindingsSummary]}. records is called after the last finding,
// when the number of records is known.
func FindingsJSON(w io.Writer, findings iter.Seq[schema.Finding], records func() int) (Tally, error) {
	var tally Tally
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for f := range findings {
		tally.add(f.Level)
		if err := encoder.Encode(findingInfo(f)); err != nil {
			return tally, err
		}
	}
	summary := FindingsSummary{Records: records(), Errors: tally.Errors, Warnings: tally.Warnings}
	if err := encoder.Encode(map[string]FindingsSummary{"summary": summary}); err != nil {
		return tally, err
	}
	return tally, out.Flush()
}
