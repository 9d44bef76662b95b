package reports

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"gijbulk/schema"
)

// ComparisonText writes for people what differs between a run and an earlier one.
func ComparisonText(w io.Writer, c Comparison, page Page) error {
	out := bufio.NewWriter(w)
	for _, r := range []struct {
		name string
		run  RunInfo
	}{{"before", c.Before}, {"after", c.After}} {
		page.line(out, 0, page.paint(aside, fmt.Sprintf("%-7s", r.name+":"))+" "+oneLine(joinNonEmpty(", ", runName(&r.run)+" "+r.run.ID, whenOf(r.run), whereOf(r.run))))
	}
	if c.Before.Manifest != c.After.Manifest && c.Before.Manifest != "" && c.After.Manifest != "" {
		page.line(out, 0, page.paint(aside, "the manifest has changed"))
	}
	shown := make(map[Difference]int)
	for i := range c.Records {
		d := &c.Records[i]
		if shown[d.Difference]++; !page.Folded || shown[d.Difference] <= longestList {
			writeDifference(out, d, page)
		}
	}
	for _, d := range Differences() {
		if more := shown[d] - longestList; page.Folded && more > 0 {
			page.line(out, 0, signedDifference(d, page)+fmt.Sprintf("  %d more", more)+page.showsRest())
		}
	}
	page.line(out, 0, c.counts())
	return out.Flush()
}

func (c Comparison) counts() string {
	text := fmt.Sprintf("%s, %d fixed, %d appeared, %d disappeared, %d changed, %d as before",
		plural(c.Count(NewFailure), "new failure"), c.Count(Fixed), c.Count(Appeared), c.Count(Disappeared), c.Count(Changed), c.Same)
	if c.StillFailing > 0 {
		text += fmt.Sprintf(" (%d of them still failing)", c.StillFailing)
	}
	return text
}

func signedDifference(d Difference, page Page) string {
	sign := map[Difference]string{NewFailure: "!", Fixed: "*", Appeared: "+", Disappeared: "-", Changed: "~"}[d]
	look := map[Difference]tone{NewFailure: bad, Fixed: good, Appeared: good, Disappeared: changed, Changed: changed}[d]
	return page.paint(look, sign+" "+strings.ReplaceAll(string(d), "-", " "))
}

func writeDifference(out io.Writer, d *DifferentRecord, page Page) {
	r := cmp.Or(d.After, d.Before)
	head := signedDifference(d.Difference, page) + "  " + d.title()
	if place := (schema.Place{File: r.File, Line: r.Line}).String(); place != "" {
		head += "  " + page.paint(aside, "("+oneLine(place)+")")
	}
	fields := d.Fields
	if len(fields) > 0 && fields[0].Field == fieldState {
		head += ": " + page.paint(bad, fields[0].From) + " -> " + page.paint(good, fields[0].To)
		fields = fields[1:]
	}
	page.line(out, 0, head)
	for _, f := range fields {
		page.line(out, 4, fmt.Sprintf("%s: %s -> %s", f.Field, page.paint(bad, cmp.Or(clipped(f.From), "none")), page.paint(good, cmp.Or(clipped(f.To), "none"))))
	}
	if d.Before == nil && r.Error != "" {
		page.line(out, 4, clipped(r.Error))
	}
	if d.Difference == NewFailure && r.Advice != "" {
		page.line(out, 4, page.paint(advice, "hint:")+" "+clipped(r.Advice))
	}
}

// ComparedRun is which run was compared, as programs get it.
type ComparedRun struct {
	ID       string `json:"id"`
	Command  string `json:"command"`
	Target   string `json:"target"`
	Manifest string `json:"manifest"`
	Started  string `json:"started"` // RFC 3339, UTC
	Complete bool   `json:"complete"`
}

// ComparisonSummary is the last line of a comparison, as programs get it.
type ComparisonSummary struct {
	Before       ComparedRun `json:"before"`
	After        ComparedRun `json:"after"`
	NewFailures  int         `json:"newFailures"`
	Fixed        int         `json:"fixed"`
	Appeared     int         `json:"appeared"`
	Disappeared  int         `json:"disappeared"`
	Changed      int         `json:"changed"`
	Same         int         `json:"same"`
	StillFailing int         `json:"stillFailing"` // of the same
}

// ComparisonJSON writes for programs what differs between a run and an earlier one: one
// [DifferentRecord] per line, and at the end {"summary": [ComparisonSummary]}.
func ComparisonJSON(w io.Writer, c Comparison) error {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, d := range c.Records {
		if err := encoder.Encode(d); err != nil {
			return err
		}
	}
	summary := ComparisonSummary{comparedRun(c.Before), comparedRun(c.After), c.Count(NewFailure), c.Count(Fixed), c.Count(Appeared),
		c.Count(Disappeared), c.Count(Changed), c.Same, c.StillFailing}
	if err := encoder.Encode(map[string]ComparisonSummary{"summary": summary}); err != nil {
		return err
	}
	return out.Flush()
}

func comparedRun(r RunInfo) ComparedRun {
	return ComparedRun{r.ID, r.Command, r.Target, r.Manifest, r.Started.UTC().Format("2006-01-02T15:04:05Z"), r.Complete}
}
