package reports

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"gijbulk/schema"
)

// Preflight is what git hosts say about the records of manifests. Hide secrets in it first.
type Preflight struct {
	Findings    []schema.Finding
	Credentials []HostCredential
	Listings    []HostListing // one for each record
}

// HostCredential is one distinct credential at its host.
type HostCredential struct {
	Reference string     `json:"reference"` // what stands in the manifest in place of the secret; "" for none
	Host      string     `json:"host"`
	User      string     `json:"user"`
	Expires   *time.Time `json:"expires"` // nil: never, or the host does not say
	Scopes    []string   `json:"scopes"`
	Status    string     `json:"status"`  // "ok", or the code of a finding
	Records   []string   `json:"records"` // that use it, as FILE:LINE
}

// HostListing is what one record lists.
type HostListing struct {
	File         string   `json:"file"`
	Line         int      `json:"line"`
	Record       int      `json:"record"`
	Count        int      `json:"count"`
	Status       string   `json:"status"`                // "ok", "not-checked", "not-visible", or the code of a finding
	Repositories []string `json:"repositories,omitzero"` // nil: not asked for
	Note         string   `json:"-"`                     // for people
	Name         string   `json:"-"`
}

// PreflightJSON writes for programs: a [FindingInfo] per line, then {"credential":
// [HostCredential]}, then {"listing": [HostListing]}, and at the end {"summary":
// [FindingsSummary]}.
func PreflightJSON(w io.Writer, p Preflight) (Tally, error) {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	var tally Tally
	var failed error
	put := func(line any) { failed = cmp.Or(failed, encoder.Encode(line)) }
	for _, f := range p.Findings {
		tally.add(f.Level)
		put(findingInfo(f))
	}
	for _, c := range p.Credentials {
		c.Scopes = append([]string{}, c.Scopes...)
		put(map[string]HostCredential{"credential": c})
	}
	for _, l := range p.Listings {
		put(map[string]HostListing{"listing": l})
	}
	put(map[string]FindingsSummary{"summary": {Records: len(p.Listings), Errors: tally.Errors, Warnings: tally.Warnings}})
	return tally, cmp.Or(failed, out.Flush())
}

// PreflightText writes for people: the findings, a table of the credentials, one of the records,
// and how many there are of each.
func PreflightText(w io.Writer, p Preflight, page Page) (Tally, error) {
	tally, err := FindingsText(w, slices.Values(p.Findings), page)
	if err != nil {
		return tally, err
	}
	var out bytes.Buffer
	if len(p.Findings) > 0 {
		fmt.Fprintln(&out)
	}
	if len(p.Credentials) > 0 {
		p.credentialTable(&out)
	}
	repositories := p.listingTable(&out)
	fmt.Fprintf(&out, "%s, %s: %s, %s; seen from here, Jira may be in another network\n", counted(len(p.Listings), "record", "records"),
		counted(repositories, "repository", "repositories"), counted(tally.Errors, "error", "errors"), counted(tally.Warnings, "warning", "warnings"))
	_, err = w.Write(out.Bytes())
	return tally, err
}

func (p Preflight) credentialTable(out io.Writer) {
	t := newTable(out, "credential", "host", "user", "expires", "status", "records")
	for _, c := range p.Credentials {
		expires := ""
		if c.Expires != nil {
			expires = c.Expires.Format(time.DateOnly)
		}
		t.row(cmp.Or(c.Reference, "-"), c.Host, cmp.Or(c.User, "-"), cmp.Or(expires, "-"), c.Status, fmt.Sprint(len(c.Records)))
	}
	t.end()
}

// listingTable counts the repositories.
func (p Preflight) listingTable(out io.Writer) (repositories int) {
	t := newTable(out, "record", "name", "lists", "status")
	for _, l := range p.Listings {
		repositories += l.Count
		count := fmt.Sprint(l.Count)
		if l.Count == 0 && l.Status != "ok" && l.Status != string(schema.CodeListsNothing) {
			count = "-" // not known
		}
		t.row(schema.Place{File: l.File, Line: l.Line}.String(), cmp.Or(l.Name, "-"), count, joinNonEmpty(": ", l.Status, l.Note))
		for _, name := range l.Repositories {
			t.row("", "  "+oneLine(name), "", "")
		}
	}
	t.end()
	return repositories
}

// aligned is a table of text with a blank line after it.
type aligned struct {
	writer *tabwriter.Writer
	out    io.Writer
}

func newTable(out io.Writer, titles ...string) aligned {
	t := aligned{tabwriter.NewWriter(out, 0, 0, 2, ' ', 0), out}
	for i, title := range titles {
		titles[i] = strings.ToUpper(title)
	}
	t.row(titles...)
	return t
}

func (t aligned) row(cells ...string) {
	for i, cell := range cells {
		if !strings.HasPrefix(cell, "  ") { // a list below a row
			cells[i] = oneLine(cell)
		}
	}
	fmt.Fprintln(t.writer, strings.TrimRight(strings.Join(cells, "\t"), "\t"))
}

func (t aligned) end() {
	t.writer.Flush()
	fmt.Fprintln(t.out)
}
