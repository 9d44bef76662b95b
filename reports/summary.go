package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"gijbulk/schema"
)

// longestList is how many failures, references or findings of a code people are shown.
const longestList = 20

// Summary writes the summary of a run for people: the counts by status, the first twenty
// failures with position, cause and advice, and the references that are in the reports
// where a secret was written out. dir is the report directory, "" where there is none.
func Summary(w io.Writer, run schema.Run, results []schema.Result, dir string, page Page) error {
	counts := map[schema.Status]int{}
	var open []schema.Result // to look at, or to feed back
	for _, r := range results {
		counts[r.Status]++
		if !r.Status.Good() || r.Error != "" && r.Action.Op.Writes() {
			open = append(open, r)
		}
	}
	open = sorted(run, open)

	out := bufio.NewWriter(w)
	first := countWords(counts, page)
	if dir != "" {
		first += " (report: " + oneLine(filepath.Join(dir, ReportName)) + ")"
	}
	page.line(out, 0, first)
	if !run.Complete {
		page.line(out, 0, joined(": ", page.paint(bad, "the run did not end by itself"), oneLine(run.Why)))
	}
	writeFailures(out, open, dir, page)
	writeReferences(out, open, page)
	return out.Flush()
}

func countWords(counts map[schema.Status]int, page Page) string {
	var words []string
	for _, s := range schema.Statuses() {
		if counts[s] > 0 {
			words = append(words, page.paint(toneOfStatus(s), fmt.Sprintf("%d %s", counts[s], s)))
		}
	}
	return cmp.Or(strings.Join(words, ", "), "no records")
}

func toneOfStatus(s schema.Status) tone {
	switch {
	case s == schema.StatusUnchanged || s == schema.StatusExists:
		return aside
	case s.Good():
		return good
	}
	return bad
}

func writeFailures(out io.Writer, open []schema.Result, dir string, page Page) {
	shown, more := 0, 0
	var files []string
	for _, r := range open {
		if r.Status == schema.StatusUnprocessed {
			continue // its reason is the run's
		}
		if shown < longestList {
			shown++
			page.line(out, 0, failureLine(r, page))
			if r.Advice != "" {
				page.line(out, 2, page.paint(advice, "hint:")+" "+clipped(r.Advice))
			}
			continue
		}
		more++
		if f := partOf(r.Status).FileName(); !slices.Contains(files, f) {
			files = append(files, f)
		}
	}
	switch {
	case more > 0 && dir != "":
		page.line(out, 0, fmt.Sprintf("and %d more, see %s", more, strings.Join(files, " and ")))
	case more > 0:
		page.line(out, 0, fmt.Sprintf("and %d more", more))
	}
}

func failureLine(r schema.Result, page Page) string {
	info := recordInfo(r)
	name := info.Origin
	if info.DisplayName != "" {
		name = `"` + info.DisplayName + `"`
	}
	cause := info.Error
	if cause == "" && r.HTTP != 0 {
		cause = fmt.Sprintf("the server answered %d", r.HTTP)
	}
	return joined(": ", oneLine(fileLine(r.Action.Want.Place)), oneLine(joined(" ", info.typeText(), name)),
		page.paint(bad, cmp.Or(clipped(cause), string(r.Status))))
}

// writeReferences lists what must be set before a table of the report can be fed back.
func writeReferences(out io.Writer, open []schema.Result, page Page) {
	var references []string
	met := map[string]bool{}
	for _, r := range open {
		for _, s := range r.Action.Want.Secrets() {
			if ref := s.Reference(); s.Literal() && ref != "" && !met[ref] {
				met[ref] = true
				references = append(references, oneLine(ref))
			}
		}
	}
	if len(references) == 0 {
		return
	}
	more := ""
	if extra := len(references) - longestList; extra > 0 {
		references = references[:longestList]
		more = fmt.Sprintf(" and %d more", extra)
	}
	page.line(out, 0, fmt.Sprintf("secrets that were written out are not in the reports; before feeding one back, set %s%s",
		strings.Join(references, ", "), more))
}
