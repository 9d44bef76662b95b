package convert

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"gijbulk/importer/document"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// Input is one listing.
type Input struct {
	Name string // stands in every place
	Text []byte // UTF-8, without a byte order mark
}

// ReadInput reads a listing. e is its encoding where it has no byte order mark; UTF-16 is also
// detected. An error is a [*Problem].
func ReadInput(r io.Reader, name string, e schema.Encoding) (Input, error) {
	t, err := document.Open(r, e)
	var text []byte
	if err == nil {
		text, err = io.ReadAll(t)
	}
	if err != nil {
		return Input{}, problemOf(name, err)
	}
	return Input{Name: name, Text: text}, nil
}

// As decides what repositories become.
type As string

// What repositories can become. The zero As is integrations where their host has a type
// for it, else repositories.
const (
	AsIntegrations As = "integrations"
	AsRepositories As = "repositories"
)

// Auto lets each listing be recognized by itself.
const Auto = "auto"

// Options say how listings are converted. The zero Options recognize the tool.
type Options struct {
	From      string // the name of a tool, or Auto, or ""
	As        As
	Map       []Assignment
	SkipIf    []Condition
	Include   []Flag                 // the states of repositories that are left out by default
	BaseURL   string                 // for listings whose URLs are relative or have no host
	HostTypes map[string]schema.Type // of hosts that are not well known
	Projects  ProjectMap
	Login     Login
	Set, Fill []schema.Cell // for every record: Set replaces what it says, Fill adds what it does not say

	// Live says that the inputs are the answers of a host to one request after the other: whole
	// lists, of which some may be empty, and whose lines mean nothing later.
	Live bool
}

// Read converts listings as they come, up to an error of theirs. Any other error is a [*Problem].
// With an error there is no result, but for the account of the rows where none of them was converted.
func (ts Tools) Read(inputs iter.Seq2[Input, error], o Options) (schema.Conversion, error) {
	if _, ok := giturl.Parse(strings.TrimRight(o.BaseURL, "/") + "/-"); o.BaseURL != "" && !ok {
		return schema.Conversion{}, misuse("the base URL is not the URL of a host", "write it with its scheme, such as https://git.example.org").About(schema.OptionBaseURL)
	}
	var result schema.Conversion
	m := maker{options: &o, result: &result}
	var listings []*Listing
	var order []*Tool
	readers := map[*Tool]Reader{}
	last := map[*Tool]*Listing{}
	for in, err := range inputs {
		if err != nil {
			return schema.Conversion{}, err
		}
		t, err := ts.find(in, o.From)
		if err != nil {
			return schema.Conversion{}, err
		}
		l := &Listing{Input: in, tool: t, Options: &o, Report: m.report, detect: ts.detected, References: &m.references}
		if before := last[t]; before != nil {
			l.Pages = before.Pages
		} else {
			order = append(order, t)
			readers[t] = t.reader()
		}
		if err := readers[t].Read(l); err != nil {
			return schema.Conversion{}, err
		}
		last[t] = l
		listings = append(listings, l)
	}
	for _, t := range order {
		if err := readers[t].End(); err != nil {
			return schema.Conversion{}, err
		}
		if !o.Live {
			last[t].warnOfPages()
		}
	}
	var rows []*Row
	for _, l := range listings {
		rows = append(rows, l.Rows...)
	}
	for _, r := range rows {
		r.needAddress()
	}
	m.make(rows)
	for _, l := range listings { // Map and SkipIf have read them again
		if err := l.overspent(); err != nil {
			return schema.Conversion{}, err
		}
	}
	if len(result.Entries) == 0 {
		return result, nothingLeft(rows)
	}
	return result, nil
}

func nothingLeft(rows []*Row) *Problem {
	if len(rows) == 0 {
		return &Problem{Message: "the host lists no repository", Advice: "check the names, and what the credential may see"}
	}
	why := map[string]int{}
	var order []string
	for _, r := range rows {
		if why[r.why]++; why[r.why] == 1 {
			order = append(order, r.why)
		}
	}
	p := &Problem{Place: rows[0].Place, Message: "none of the rows was converted", Advice: "see the reason for each row; check the listing and the command that created it"}
	if slices.ContainsFunc(rows, func(r *Row) bool { return len(r.left) > 0 }) {
		p.Advice, p.Option = "include repositories that are left out by their state: archived, disabled, fork, mirror, empty", schema.OptionInclude
	} else if i := slices.IndexFunc(rows, func(r *Row) bool { return r.option != "" }); i >= 0 {
		p.Option = rows[i].option
	}
	p.Place.Line, p.Place.Column, p.Place.Record = 0, 0, 0
	var parts []string
	for _, w := range order[:min(len(order), 5)] {
		parts = append(parts, fmt.Sprintf("%d because %s", why[w], w))
	}
	p.Message += ": " + strings.Join(parts, ", ")
	return p
}
