package reports

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"gijbulk/schema"
)

// Preflight is what git hosts say about the records of manifests. Hide secrets in it first.
type Preflight struct {
	Findings    []schema.Finding
	Credentials []HostCredential
	Listings    []HostListing // one for each record
}

// PreflightInfo is what git hosts say, in a report.
type PreflightInfo struct {
	Credentials []HostCredential `json:"credentials"`
	Listings    []HostListing    `json:"listings"` // one for each record
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

// Counted is without the names of repositories.
func (p Preflight) Counted() Preflight {
	p.Listings = slices.Clone(p.Listings)
	for i := range p.Listings {
		p.Listings[i].Repositories = nil
	}
	return p
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

// expiry is the day on which the credential expires, or "-".
func (c HostCredential) expiry() string {
	if c.Expires == nil {
		return "-"
	}
	return c.Expires.Format(time.DateOnly)
}

// count is how many repositories the record lists, or "-" where that is not known.
func (l HostListing) count() string {
	if l.Count == 0 && l.Status != statusOK && l.Status != string(schema.CodeListsNothing) {
		return "-"
	}
	return strconv.Itoa(l.Count)
}

const statusOK = "ok"

func (p Preflight) credentialTable(out io.Writer) {
	rows := [][]string{{"CREDENTIAL", "HOST", "USER", "EXPIRES", "STATUS", "RECORDS"}}
	for _, c := range p.Credentials {
		rows = append(rows, []string{oneLine(cmp.Or(c.Reference, "-")), oneLine(c.Host), oneLine(cmp.Or(c.User, "-")), c.expiry(), c.Status, strconv.Itoa(len(c.Records))})
	}
	printTable(out, rows)
}

// listingTable counts the repositories.
func (p Preflight) listingTable(out io.Writer) (repositories int) {
	rows := [][]string{{"RECORD", "NAME", "LISTS", "STATUS"}}
	for _, l := range p.Listings {
		repositories += l.Count
		rows = append(rows, []string{oneLine(schema.Place{File: l.File, Line: l.Line}.String()), oneLine(cmp.Or(l.Name, "-")), l.count(), oneLine(joinNonEmpty(": ", l.Status, l.Note))})
		for _, name := range l.Repositories {
			rows = append(rows, []string{"", "  " + oneLine(name)})
		}
	}
	printTable(out, rows)
	return repositories
}

func printTable(out io.Writer, rows [][]string) {
	for _, line := range Columns(rows) {
		fmt.Fprintln(out, line)
	}
	fmt.Fprintln(out)
}
