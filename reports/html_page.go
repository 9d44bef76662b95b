package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gijbulk/schema"
)

// How much of a run the page shows of its own, without its script.
const (
	maxPlain   = 1000 // records and findings, each
	maxSlowest = 5
)

// page is what the template shows.
type page struct {
	look
	Title       string
	Command     string
	Verdict     string
	Rating      rating
	Facts       []fact
	Why         string // where the report is not complete
	StatesTitle string
	States      []share
	Types       []typeRow
	Intervals   timeCharts
	Slowest     []slow

	Has presence

	Credentials []credentialRow
	Listings    []listedRow

	Next, NextCommand string
	Refusal           string // why gijbulk would refuse the plan
	Limits            []limitRow

	Concerns, MoreConcerns []concern
	Unlisted               int // concerns that the page leaves out

	Records, Findings int
	Plain             []plainRecord
	PlainFindings     []FindingInfo
	More              int // records that the plain table leaves out
	MoreFindings      int
	FindingsFirst     bool
}

// presence says which columns have something to show.
type presence struct {
	Cause, Changes, HTTP, Time bool
}

func (p *presence) add(r *RecordInfo) {
	p.Cause, p.Changes = p.Cause || r.Error != "", p.Changes || len(r.Changes) > 0
	p.HTTP, p.Time = p.HTTP || r.HTTP > 0, p.Time || r.MS > 0
}

// limitRow is a safety limit. Width is in per cent of what it allows.
type limitRow struct {
	Planned, Allowed, Verdict string
	Exceeded, Bounded         bool
	Width                     float64
}

func newLimitRow(l LimitInfo) limitRow {
	row := limitRow{Planned: l.planned(), Allowed: l.allowed(), Verdict: l.verdict(), Exceeded: l.Exceeded, Bounded: l.Most != nil, Width: 100}
	if l.Most != nil && l.Count < *l.Most {
		row.Width = 100 * float64(l.Count) / float64(*l.Most)
	}
	return row
}

// share is a part of a whole, as a piece of a bar. From and Width are in per cent.
type share struct {
	Name        string
	N           int
	From, Width float64
	Percent     string // of all
}

// typeRow is how the records of a type ended. Its bar is as long as it has records.
type typeRow struct {
	Name   string
	N      int
	Shares []share
}

// slow is a record that took long. Width is in per cent of the slowest.
type slow struct {
	N     int // of the record, from 1
	Name  string
	Type  string
	Took  string
	Width float64
	State string
}

type plainRecord struct {
	RecordInfo
	N     int
	What  string // its type, or its kind
	Place string
	State string
}

func newPage(d reportData, c totals) page {
	p := page{Command: d.run.Command, Facts: runFacts(d.run), Records: d.run.Total, Findings: len(d.findings)}
	p.Verdict, p.Rating = c.verdict()
	p.Title = joinNonEmpty(" · ", "gijbulk "+d.run.Command, strings.TrimPrefix(strings.TrimPrefix(d.run.Target, "https://"), "http://"),
		d.run.Started.UTC().Format(time.DateOnly))
	if !d.run.Complete && !c.checkedOnly() {
		p.Why = "This report is incomplete: not every record has an outcome."
	}
	p.Next, p.NextCommand = d.run.next()
	if d.run.DryRun {
		p.Refusal = refusal(d.run.Limits)
		p.Limits = mapTo(d.run.Limits, newLimitRow)
	}
	p.FindingsFirst = c.checkedOnly() && len(d.findings) > 0
	p.StatesTitle = map[grouping]string{byStatus: "Outcome", byAction: "Planned actions", byCheck: "Result of the check"}[c.by()]
	p.addRecords(d, c)
	p.addPreflight(d.preflight)
	p.PlainFindings = d.findings[:min(maxPlain, len(d.findings))]
	p.MoreFindings = len(d.findings) - len(p.PlainFindings)
	p.More = p.Records - len(p.Plain)
	return p
}

func (p *page) addRecords(d reportData, c totals) {
	types := map[string]map[string]int{}
	var slowest []slow
	var took []int64
	open := newConcerns(c)
	plain := map[string][]plainRecord{}
	events := make([]event, 0, d.run.Total)
	for i := range d.records {
		r, n := &d.records[i], i+1
		state := c.stateOf(r)
		name := cmp.Or(r.typeOrKind(), "unknown type")
		if types[name] == nil {
			types[name] = map[string]int{}
		}
		types[name][state]++
		if !r.Started.IsZero() {
			events = append(events, event{r.Started.Add(time.Duration(r.MS) * time.Millisecond), r.Started, r.Status.Good(), max(0, r.Attempts-1)})
		}
		p.Has.add(r)
		open.add(r, n, state)
		if len(plain[state]) < maxPlain {
			plain[state] = append(plain[state], plainRecord{*r, n, r.typeOrKind(), placeText(r), state})
		}
		if r.MS > 0 && (len(took) < maxSlowest || r.MS > took[len(took)-1]) {
			at, _ := slices.BinarySearchFunc(took, r.MS, func(have, ms int64) int { return cmp.Compare(ms, have) })
			took = slices.Insert(took, at, r.MS)
			slowest = slices.Insert(slowest, at, slow{N: n, Name: nameOf(r), Type: r.typeOrKind(), Took: shortDuration(time.Duration(r.MS) * time.Millisecond), State: state})
			took, slowest = took[:min(len(took), maxSlowest)], slowest[:min(len(slowest), maxSlowest)]
		}
	}
	for i := range slowest {
		slowest[i].Width = 100 * float64(took[i]) / float64(took[0])
	}
	p.Slowest = slowest
	for _, state := range c.states() {
		p.Plain = append(p.Plain, plain[state][:min(len(plain[state]), maxPlain-len(p.Plain))]...)
	}
	p.addConcerns(open.worstFirst())
	p.States = barShares(c.counts(), len(d.records), 100, c)
	p.Types = typeRows(types, c)
	p.Intervals = newIntervals(d.run, events)
}

func (p *page) addConcerns(all []concern) {
	shown := all[:min(len(all), maxConcerns)]
	open := min(len(shown), openConcerns)
	p.Concerns, p.MoreConcerns, p.Unlisted = shown[:open], shown[open:], len(all)-len(shown)
}

func barShares(counts map[string]int, total int, width float64, c totals) []share {
	var all []share
	from := 0.0
	for _, s := range c.states() {
		if n := counts[s]; n > 0 {
			part := float64(n) / float64(total)
			all = append(all, share{s, n, from, width * part, percent(n, total)})
			from += width * part
		}
	}
	return all
}

// percent is a share with one decimal, which is 0 and 100 only of nothing and of all.
func percent(n, of int) string {
	tenths := int(math.Round(1000 * float64(n) / float64(of)))
	if n > 0 && n < of {
		tenths = min(999, max(1, tenths))
	}
	return fmt.Sprintf("%d.%d%%", tenths/10, tenths%10)
}

func typeRows(types map[string]map[string]int, c totals) []typeRow {
	var rows []typeRow
	for name, counts := range types {
		row := typeRow{Name: name}
		for _, n := range counts {
			row.N += n
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b typeRow) int { return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Name, b.Name)) })
	for i, row := range rows {
		rows[i].Shares = barShares(types[row.Name], row.N, 100*float64(row.N)/float64(rows[0].N), c)
	}
	return rows
}

func placeText(r *RecordInfo) string { return schema.Place{File: r.File, Line: r.Line}.String() }

func nameOf(r *RecordInfo) string { return cmp.Or(r.DisplayName, r.Origin, "unnamed") }
