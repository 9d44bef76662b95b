package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"gijbulk/schema"
)

// The ways in which a manifest differs from what a git host lists.
const (
	DifferenceLacking = "lacking" // the host has it, the manifest has not
	DifferenceSurplus = "surplus" // the manifest has it, the host has not
	DifferenceRenamed = "renamed" // the manifest has it under an old name
)

// HostDifference is one difference between a manifest and what a git host lists. Hide secrets in
// it first.
type HostDifference struct {
	Difference   string `json:"difference"`
	Organization string `json:"organization,omitempty"` // where it is a whole one: the name of its record
	Repository   string `json:"repository,omitempty"`   // where it is one alone: its path
	Repositories int    `json:"repositories,omitempty"` // of a whole organization
	File         string `json:"file,omitempty"`         // of the record that has it
	Line         int    `json:"line,omitempty"`
	Now          string `json:"now,omitempty"`  // what it is called now
	Note         string `json:"note,omitempty"` // for people: why
}

// HostDifferences is how many there are of each, as programs get it.
type HostDifferences struct {
	Lacking int `json:"lacking"`
	Surplus int `json:"surplus"`
	Renamed int `json:"renamed"`
}

func countDifferences(all []HostDifference) (n HostDifferences) {
	for _, d := range all {
		switch d.Difference {
		case DifferenceLacking:
			n.Lacking++
		case DifferenceSurplus:
			n.Surplus++
		case DifferenceRenamed:
			n.Renamed++
		}
	}
	return n
}

// DifferencesText writes for people: a line for each difference, and how many there are.
func DifferencesText(w io.Writer, all []HostDifference, page Page) error {
	out := bufio.NewWriter(w)
	for _, d := range all {
		page.line(out, 0, d.text())
	}
	n := countDifferences(all)
	if len(all) == 0 {
		page.line(out, 0, "the manifest has what the host lists")
	} else {
		page.line(out, 0, fmt.Sprintf("%s: %d lacking, %d surplus, %d under an old name", counted(len(all), "difference", "differences"), n.Lacking, n.Surplus, n.Renamed))
	}
	return out.Flush()
}

func (d HostDifference) text() string {
	what := d.Repository
	if d.Organization != "" {
		what = d.Organization
	}
	if d.Repositories > 0 {
		what += ", with " + counted(d.Repositories, "repository", "repositories")
	}
	if d.Now != "" {
		what += ": it is " + d.Now + " now"
	}
	place := schema.Place{File: d.File, Line: d.Line}.String()
	return joinNonEmpty(": ", d.Difference, place, oneLine(what), oneLine(d.Note))
}

// DifferencesJSON writes for programs: a [HostDifference] per line, then {"summary":
// [HostDifferences]}.
func DifferencesJSON(w io.Writer, all []HostDifference) error {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, d := range all {
		_ = encoder.Encode(d)
	}
	_ = encoder.Encode(map[string]HostDifferences{"summary": countDifferences(all)})
	return out.Flush() // returns the first error of all
}
