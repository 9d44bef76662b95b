package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"

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

// FindingsText writes findings for people: the position and what is wrong on one line, what to do
// on the next. Errors are written as they come, and after twenty of one code the rest is counted;
// then come the warnings, and at the end those that repeat more than twenty times, each code once
// with its count. So memory does not grow with the findings. The tally counts all.
func FindingsText(w io.Writer, findings iter.Seq[schema.Finding], page Page) (Tally, error) {
	t := findingsText{out: bufio.NewWriter(w), page: page, errors: make(map[schema.Code]int), warnings: make(map[schema.Code]*repeated)}
	var tally Tally
	for f := range findings {
		tally.add(f.Level)
		if f.Level == schema.LevelError {
			t.error(f)
		} else {
			t.warning(f)
		}
	}
	t.end()
	return tally, t.out.Flush()
}

type findingsText struct {
	out      *bufio.Writer
	page     Page
	errors   map[schema.Code]int
	codes    []schema.Code // in the order in which they were met
	warnings map[schema.Code]*repeated
	held     []schema.Finding // warnings that may be written one by one
}

// repeated is how often a warning was given.
type repeated struct {
	n     int
	first schema.Finding
}

func (t *findingsText) met(c schema.Code) {
	if t.errors[c] == 0 && t.warnings[c] == nil {
		t.codes = append(t.codes, c)
	}
}

func (t *findingsText) error(f schema.Finding) {
	t.met(f.Code)
	if t.errors[f.Code]++; t.errors[f.Code] <= longestList {
		t.write(f)
	}
}

func (t *findingsText) warning(f schema.Finding) {
	t.met(f.Code)
	r := t.warnings[f.Code]
	if r == nil {
		r = &repeated{first: f}
		t.warnings[f.Code] = r
	}
	switch r.n++; {
	case r.n <= longestList:
		t.held = append(t.held, f)
	case r.n == longestList+1:
		t.held = slices.DeleteFunc(t.held, func(g schema.Finding) bool { return g.Code == f.Code })
	}
}

func (t *findingsText) write(f schema.Finding) {
	writeProblem(t.out, f.Level, joinNonEmpty(": ", f.Place.String(), f.Field, f.Message), f.Advice+t.page.flag(f.Option, " (%s)"), t.page)
}

func (t *findingsText) end() {
	all := t.page.flag(schema.OptionJSON, "; %s shows them all")
	for _, code := range t.codes {
		if more := t.errors[code] - longestList; more > 0 {
			writeProblem(t.out, schema.LevelError, fmt.Sprintf("%d more of code %s", more, code)+all, "", t.page)
		}
	}
	for _, f := range t.held {
		t.write(f)
	}
	for _, code := range t.codes {
		if r := t.warnings[code]; r != nil && r.n > longestList {
			e := code.Explanation()
			writeProblem(t.out, schema.LevelWarning, repeatedText(r.n, e, r.first.Place)+all, e.Advice+t.page.flag(code.Option(), " (%s)"), t.page)
		}
	}
}

// repeatedText is a warning that many records have.
func repeatedText(n int, e schema.Explanation, first schema.Place) string {
	return fmt.Sprintf("%s: %d of code %s, the first at %s", e.Title, n, e.Code, first)
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
