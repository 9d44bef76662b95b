package reports

import (
	"bufio"
	"bytes"
	"cmp"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"

	"gijbulk/schema"
)

// maxMarkdown is how long a Markdown report may be, in bytes: job summaries of a MiB are
// cut off or refused.
const maxMarkdown = 900 << 10

// maxFindings is the most of it that findings may take, reservedForEnd is kept for the
// words that say how much was left out.
const (
	maxFindings    = 300 << 10
	reservedForEnd = 2 << 10
)

// writeMarkdown writes a job summary: what ran and how it ended, the counts, and the
// records, the worst first, as many as there is space for.
func writeMarkdown(w io.Writer, d reportData) error {
	c := totalsOf(d)
	verdict, meant := c.verdict()
	sign := map[rating]string{ratingGood: "✅", ratingWarn: "⚠️", ratingBad: "❌"}[meant]
	var b bytes.Buffer
	fmt.Fprintf(&b, "## %s gijbulk %s\n\n**%s**\n\n", sign, inline(d.run.Command), inline(verdict))
	for _, f := range runFacts(d.run) {
		fmt.Fprintf(&b, "- %s: %s\n", f.Name, inline(clipped(f.Text)))
	}
	if text := refusal(d.run.Limits); text != "" {
		fmt.Fprintf(&b, "\n**%s**\n", inline(text))
	}
	if words, command := d.run.next(); command != "" {
		fmt.Fprintf(&b, "\n%s:\n\n```sh\n%s\n```\n", words, oneLine(command))
	}
	markdownCounts(&b, c)
	if d.run.DryRun {
		markdownLimits(&b, d.run.Limits)
	}
	errors, warnings := byLevel(d.findings)
	var end bytes.Buffer
	markdownFindings(&end, "warning", folded(warnings))
	markdownFindings(&b, "error", errors)
	markdownRecords(&b, d, c, maxMarkdown-reservedForEnd-end.Len())
	_, _ = end.WriteTo(&b)
	out := bufio.NewWriter(w)
	_, _ = b.WriteTo(out)
	return out.Flush()
}

func markdownCounts(b *bytes.Buffer, c totals) {
	names, numbers, counts := []string{}, []string{}, c.counts()
	for _, s := range c.states() {
		if n := counts[s]; n > 0 {
			names, numbers = append(names, s), append(numbers, withSeparators(n))
		}
	}
	if len(names) == 0 {
		return
	}
	fmt.Fprintf(b, "\n| %s |\n|%s\n| %s |\n", strings.Join(names, " | "), strings.Repeat(" ---: |", len(names)), strings.Join(numbers, " | "))
}

func markdownLimits(b *bytes.Buffer, limits []LimitInfo) {
	if len(limits) == 0 {
		return
	}
	fmt.Fprint(b, "\n### Safety limits\n\n| The plan would | At most | |\n| --- | --- | --- |\n")
	for _, l := range limits {
		fmt.Fprintf(b, "| %s | %s | %s |\n", inline(l.planned()), inline(l.allowed()), inline(l.verdict()))
	}
}

// byLevel separates errors from warnings.
func byLevel(findings []FindingInfo) (errors, warnings []FindingInfo) {
	for _, f := range findings {
		if f.Level == schema.LevelError.String() {
			errors = append(errors, f)
		} else {
			warnings = append(warnings, f)
		}
	}
	return errors, warnings
}

// folded replaces the warnings of each code that repeats more than twenty times by one with their
// count, at the end.
func folded(warnings []FindingInfo) []FindingInfo {
	counts := make(map[schema.Code]int)
	for _, f := range warnings {
		counts[f.Code]++
	}
	var single, repeated []FindingInfo
	for _, f := range warnings {
		n := counts[f.Code]
		if n > longestList {
			e := f.Code.Explanation()
			repeated = append(repeated, FindingInfo{File: f.File, Line: f.Line, Level: f.Level, Code: f.Code,
				Message: repeatedText(n, e, schema.Place{File: f.File, Line: f.Line}), Advice: e.Advice})
			counts[f.Code] = -1
		} else if n > 0 {
			single = append(single, f)
		}
	}
	return append(single, repeated...)
}

func markdownFindings(b *bytes.Buffer, level string, findings []FindingInfo) {
	if len(findings) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### %s\n\n| Position | Level | What is wrong | What to do |\n| --- | --- | --- | --- |\n", plural(len(findings), level))
	end := b.Len() + maxFindings
	for i, f := range findings {
		row := fmt.Sprintf("| %s | %s | %s | %s |\n", inline(schema.Place{File: f.File, Line: f.Line}.String()), inline(f.Level),
			inline(clipped(joinNonEmpty(": ", f.Field, f.Message))), inline(clipped(f.Advice)))
		if b.Len()+len(row) > end {
			fmt.Fprintf(b, "\n…and %s.\n", plural(len(findings)-i, "more "+level))
			return
		}
		b.WriteString(row)
	}
}

func markdownRecords(b *bytes.Buffer, d reportData, c totals, space int) {
	heading := "\n### Records, worst first\n\n| Status | Record | Position | Why |\n| --- | --- | --- | --- |\n"
	space -= b.Len() + len(heading)
	records, left := map[string][]*RecordInfo{}, map[string]int{}
	for i := range d.records {
		r := &d.records[i]
		what := c.stateOf(r)
		records[what] = append(records[what], r)
		left[what]++
	}
	for what, r := range ranked(records, c.mentioned()) {
		row := markdownRow(what, r)
		if len(row) > space {
			break
		}
		b.WriteString(heading + row)
		heading = ""
		space -= len(row)
		left[what]--
	}
	markdownEnd(b, left)
}

// ranked yields records in the order of the ranks of their states.
func ranked(records map[string][]*RecordInfo, ranks []string) iter.Seq2[string, *RecordInfo] {
	return func(yield func(string, *RecordInfo) bool) {
		for _, what := range ranks {
			for _, r := range records[what] {
				if !yield(what, r) {
					return
				}
			}
		}
	}
}

func markdownEnd(b *bytes.Buffer, left map[string]int) {
	total := 0
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(left)) {
		if n := left[what]; n > 0 {
			total += n
			parts = append(parts, withSeparators(n)+" "+what)
		}
	}
	if total > 0 {
		fmt.Fprintf(b, "\n…and %s: %s.\n", plural(total, "more record"), strings.Join(parts, ", "))
	}
}

func markdownRow(what string, r *RecordInfo) string {
	why := []string{}
	if r.Error != "" {
		why = append(why, inline(clipped(r.Error)))
	}
	if r.Advice != "" {
		why = append(why, "*"+inline(clipped(r.Advice))+"*")
	}
	for _, c := range r.Changes {
		why = append(why, inline(clipped(c.Field+": "+changeText(c))))
	}
	if text := r.Loss.text(longestList); text != "" {
		why = append(why, inline(clipped("nested repositories: "+text)))
	}
	return fmt.Sprintf("| %s | %s | %s | %s |\n", what, inline(clipped(joinNonEmpty(" ", r.typeOrKind(), cmp.Or(r.DisplayName, r.Origin)))),
		inline(schema.Place{File: r.File, Line: r.Line}.String()), strings.Join(why, "<br>"))
}

// markup are the characters that a backslash makes plain.
const markup = "\\`*_[]|~$@"

// inline makes a text plain in Markdown: nothing in it is markup, HTML, or the end of a
// table's cell.
func inline(s string) string {
	s = oneLine(s)
	if !strings.ContainsAny(s, "<&"+markup) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '<':
			b.WriteString("&lt;")
			continue
		case r == '&':
			b.WriteString("&amp;")
			continue
		case strings.ContainsRune(markup, r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
