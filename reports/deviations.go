package reports

import (
	"bufio"
	"cmp"
	"fmt"
	"io"

	"gijbulk/schema"
)

// maxDeviations is how many of them are named.
const maxDeviations = 20

// DeviationsText writes for people what has changed since a plan was approved: which records, and
// which of their fields.
func DeviationsText(w io.Writer, all []schema.Deviation, page Page) error {
	out := bufio.NewWriter(w)
	for _, d := range all[:min(len(all), maxDeviations)] {
		head := oneLine(d.Record.Key().String())
		if d.Record.Place.File != "" {
			head += "  " + page.paint(aside, "("+oneLine(fileLine(d.Record.Place))+")")
		}
		page.line(out, 0, head)
		page.line(out, 4, deviationText(d))
		for _, c := range d.Wanted {
			page.line(out, 4, fmt.Sprintf("%s as wanted: %s when approved, now %s", c.Field, page.paint(bad, quoted(c.From)), page.paint(good, quoted(c.To))))
		}
		for _, c := range d.Fields {
			page.line(out, 4, fmt.Sprintf("%s on the server: %s when approved, now %s", c.Field, page.paint(bad, quoted(c.From)), page.paint(good, quoted(c.To))))
		}
		if d.Reason != "" {
			page.line(out, 4, oneLine(d.Reason))
		}
	}
	if more := len(all) - maxDeviations; more > 0 {
		page.line(out, 0, fmt.Sprintf("and %s", counted(more, "more record", "more records")))
	}
	return out.Flush()
}

func deviationText(d schema.Deviation) string {
	const nothing = "no action"
	was, is := cmp.Or(string(d.Was), nothing), cmp.Or(string(d.Is), nothing)
	if d.WasID != 0 {
		was += fmt.Sprintf(" of id %d", d.WasID)
	}
	if d.IsID != 0 {
		is += fmt.Sprintf(" of id %d", d.IsID)
	}
	if was == is {
		return is + ", as approved"
	}
	return fmt.Sprintf("%s when approved, now %s", was, is)
}
