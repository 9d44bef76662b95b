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
// failures with position, cause and advice, and the references that stand in the reports
// for literal secrets. dir is the report directory, "" where there is none.
func Summary(w io.Writer, run schema.Run, results []schema.Result, dir string, page Page) error {
	s := summary{counts: map[schema.Status]int{}, nested: nestedCounts(run, results), losses: runLosses(run, results), complete: run.Complete, why: run.Why}
	var open []schema.Result
	for _, r := range results {
		s.counts[r.Status]++
		if needsAttention(r.Status, r.Action.Op, r.Error) {
			open = append(open, r)
		}
	}
	open = inManifestOrder(run, open)
	s.open, s.references = mapTo(open, recordInfo), literalReferences(open)
	for _, f := range run.Findings {
		if f.Level == schema.LevelWarning && page.HeldWarnings != "" {
			s.warnings++
		}
	}
	return writeSummary(w, s, dir, page)
}

// summary is what the summary of a run or of a merged report shows.
type summary struct {
	warnings   int // that were not printed
	counts     map[schema.Status]int
	nested     *NestedCounts
	losses     *LossCounts
	complete   bool
	why        string
	open       []RecordInfo // that need attention
	references []string
}

func needsAttention(s schema.Status, op schema.Op, problem string) bool {
	return !s.Good() || problem != "" && op.Writes()
}

func writeSummary(w io.Writer, s summary, dir string, page Page) error {
	out := bufio.NewWriter(w)
	first, where := countWords(s.counts, page), ""
	if s.warnings > 0 {
		first += ", " + counted(s.warnings, "warning", "warnings")
		where = page.HeldWarnings
	}
	if dir != "" {
		where = joinNonEmpty("; ", where, "report: "+oneLine(filepath.Join(dir, ReportName)))
	}
	if where != "" {
		first += " (" + where + ")"
	}
	page.line(out, 0, first)
	if words := s.nested.words(page); words != "" {
		page.line(out, 0, words)
	}
	if words := s.losses.words(); words != "" {
		page.line(out, 0, "lost repositories: "+words)
	}
	if !s.complete {
		page.line(out, 0, joinNonEmpty(": ", page.paint(bad, "the run was interrupted"), oneLine(s.why)))
	}
	writeFailures(out, s.open, dir, page)
	writeReferences(out, s.references, page)
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

func writeFailures(out io.Writer, open []RecordInfo, dir string, page Page) {
	shown, more := 0, 0
	var files []string
	for i := range open {
		r := &open[i]
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

func failureLine(r *RecordInfo, page Page) string {
	return joinNonEmpty(": ", oneLine(placeText(r)), oneLine(nameWithType(r)), page.paint(bad, causeOf(r)))
}

func literalReferences(open []schema.Result) []string {
	var references []string
	met := map[string]bool{"": true}
	for _, r := range open {
		for _, s := range r.Action.Want.Secrets() {
			if ref := s.Reference(); s.Literal() && !met[ref] {
				met[ref] = true
				references = append(references, oneLine(ref))
			}
		}
	}
	return references
}

// writeReferences lists what must be set before a table of the report can be imported.
func writeReferences(out io.Writer, references []string, page Page) {
	if len(references) == 0 {
		return
	}
	more := ""
	if extra := len(references) - longestList; extra > 0 {
		references = references[:longestList]
		more = fmt.Sprintf(" and %d more", extra)
	}
	page.line(out, 0, fmt.Sprintf("literal secrets are not in the reports; before you import one, set %s%s",
		strings.Join(references, ", "), more))
}
