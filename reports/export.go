package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"gijbulk/schema"
)

// Export is what was written of a server.
type Export struct {
	Records      int // all of them
	Repositories int // those of them that are plain repositories
	Rules        int // for nested repositories
	Placeholders []schema.Placeholder
	Findings     []schema.Finding
}

// ExportText writes for people what was exported, findings, and placeholders to fill in.
// out is the file that holds the records, or "".
func ExportText(w io.Writer, e Export, out string, page Page) error {
	b := bufio.NewWriter(w)
	if _, err := FindingsText(b, slices.Values(e.Findings), page); err != nil {
		return err
	}
	words := recordsWords(e.Records, e.Repositories, out)
	if e.Rules > 0 {
		words += ", " + counted(e.Rules, "rule", "rules") + " for nested repositories"
	}
	page.line(b, 0, words)
	writePlaceholders(b, e.Placeholders, page)
	return b.Flush()
}

// recordsWords counts records, and says where they are.
func recordsWords(records, repositories int, out string) string {
	where := ""
	if out != "" {
		where = " in " + oneLine(out)
	}
	return fmt.Sprintf("%s%s: %s, %s", counted(records, "record", "records"), where,
		counted(records-repositories, "integration", "integrations"), counted(repositories, "repository", "repositories"))
}

// ExportSummary is the last line of an export as programs get it.
type ExportSummary struct {
	Records      int `json:"records"`
	Integrations int `json:"integrations"`
	Repositories int `json:"repositories"`
	Rules        int `json:"rules,omitempty"` // for nested repositories
}

// ExportJSON writes for programs findings and placeholders to fill in, one object per
// line, and at the end {"summary": [ExportSummary]}.
func ExportJSON(w io.Writer, e Export) error {
	b := bufio.NewWriter(w)
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false)
	for _, f := range e.Findings {
		_ = encoder.Encode(findingInfo(f))
	}
	for _, p := range e.Placeholders {
		_ = encoder.Encode(ConversionPlaceholder{p.Reference, p.For, p.Records})
	}
	_ = encoder.Encode(map[string]ExportSummary{"summary": {e.Records, e.Records - e.Repositories, e.Repositories, e.Rules}})
	return b.Flush() // returns the first error of all
}
