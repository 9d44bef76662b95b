package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"gijbulk/schema"
)

// ConversionText writes for people the result of a conversion: findings, the rows without
// a record of their own by reason, counts, and placeholders to fill in. Lists are cut
// after twenty. out is the file that holds the records, or "".
func ConversionText(w io.Writer, c schema.Conversion, out string, page Page) error {
	b := bufio.NewWriter(w)
	if _, err := FindingsText(b, slices.Values(c.Findings), page); err != nil {
		return err
	}
	writeUnconverted(b, c, page)
	repositories := 0
	for _, e := range c.Entries {
		if e.Text(schema.FieldKind) == string(schema.KindRepository) {
			repositories++
		}
	}
	page.line(b, 0, fmt.Sprintf("%s: %d converted, %d merged, %d skipped", counted(len(c.Rows), "row", "rows"),
		c.Count(schema.FateConverted), c.Count(schema.FateMerged), c.Count(schema.FateSkipped)))
	page.line(b, 0, recordsWords(len(c.Entries), repositories, out))
	writePlaceholders(b, c.Placeholders, page)
	return b.Flush()
}

func writeUnconverted(w io.Writer, c schema.Conversion, page Page) {
	type reason struct {
		fate   schema.Fate
		why    string
		option schema.Option
	}
	var order []reason
	rows := map[reason][]*schema.Row{}
	for i := range c.Rows {
		row := &c.Rows[i]
		r := reason{row.Fate, row.Why, row.Option}
		switch row.Fate {
		case schema.FateConverted:
			continue
		case schema.FateMerged:
			r.why = "" // each is the same as another
		}
		if rows[r] == nil {
			order = append(order, r)
		}
		rows[r] = append(rows[r], row)
	}
	for _, r := range order {
		all := rows[r]
		page.line(w, 0, joinNonEmpty(": ", counted(len(all), "row", "rows")+" "+string(r.fate), oneLine(r.why)+page.flag(r.option, " (%s)")))
		for _, row := range all[:min(len(all), longestList)] {
			text := joinNonEmpty(" ", fileLine(row.Place), oneLine(row.Name))
			if r.fate == schema.FateMerged {
				text += ": " + oneLine(row.Why)
			}
			page.line(w, 2, page.paint(aside, text))
		}
		writeMore(w, len(all)-longestList, page)
	}
}

func writePlaceholders(w io.Writer, all []schema.Placeholder, page Page) {
	if len(all) == 0 {
		return
	}
	page.line(w, 0, "fill in before an import:")
	for _, p := range all[:min(len(all), longestList)] {
		text := page.paint(advice, p.Reference) + "  " + oneLine(p.For)
		if p.Records > 1 {
			text += fmt.Sprintf(" and %d more", p.Records-1)
		}
		page.line(w, 2, text)
	}
	writeMore(w, len(all)-longestList, page)
}

func writeMore(w io.Writer, more int, page Page) {
	if more > 0 {
		page.line(w, 2, fmt.Sprintf("and %d more", more)+page.flag(schema.OptionJSON, "; %s lists them all"))
	}
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// ConvertedRow is the result for one row of a listing, as programs get it.
type ConvertedRow struct {
	File   string      `json:"file"`
	Line   int         `json:"line,omitempty"` // 0: not known
	Row    int         `json:"row"`            // from 1
	Name   string      `json:"name"`
	Fate   schema.Fate `json:"fate"`
	Why    string      `json:"why,omitempty"`
	Record int         `json:"record,omitempty"` // of the manifest, from 1; 0: none
}

// ConversionPlaceholder is a reference to fill in, as programs get it.
type ConversionPlaceholder struct {
	Placeholder string `json:"placeholder"`
	For         string `json:"for"`
	Records     int    `json:"records"`
}

// ConversionSummary is the last line of a conversion, as programs get it.
type ConversionSummary struct {
	Rows      int `json:"rows"`
	Converted int `json:"converted"`
	Merged    int `json:"merged"`
	Skipped   int `json:"skipped"`
	Records   int `json:"records"`
}

// ConversionJSON writes for programs the result of a conversion: one [ConvertedRow] per
// line, then each [FindingInfo] and [ConversionPlaceholder], and {"summary": [ConversionSummary]}.
func ConversionJSON(w io.Writer, c schema.Conversion) error {
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	for _, r := range c.Rows {
		_ = e.Encode(ConvertedRow{r.Place.File, r.Place.Line, r.Place.Record, r.Name, r.Fate, r.Why, r.Record})
	}
	for _, f := range c.Findings {
		_ = e.Encode(findingInfo(f))
	}
	for _, p := range c.Placeholders {
		_ = e.Encode(ConversionPlaceholder{p.Reference, p.For, p.Records})
	}
	_ = e.Encode(map[string]ConversionSummary{"summary": {len(c.Rows), c.Count(schema.FateConverted),
		c.Count(schema.FateMerged), c.Count(schema.FateSkipped), len(c.Entries)}})
	return b.Flush() // returns the first error of all
}
