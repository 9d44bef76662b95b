package reports

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"gijbulk/schema"
)

// How much of a run the page shows of its own, without its script.
const (
	maxPlain   = 1000 // records and findings, each
	maxSlowest = 10
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

	Records, Findings int
	Plain             []plainRecord
	PlainFindings     []FindingInfo
	More              int // records that the plain table leaves out
	MoreFindings      int
	FindingsFirst     bool
}

// share is a part of a whole, as a piece of a bar. From and Width are in per cent.
type share struct {
	Name        string
	N           int
	From, Width float64
	Percent     float64 // of all
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
	p.FindingsFirst = c.checkedOnly() && len(d.findings) > 0
	p.StatesTitle = map[grouping]string{byStatus: "Outcome", byAction: "Planned actions", byCheck: "Result of the check"}[c.by()]
	p.addRecords(d, c)
	p.PlainFindings = d.findings[:min(maxPlain, len(d.findings))]
	p.MoreFindings = len(d.findings) - len(p.PlainFindings)
	p.More = p.Records - len(p.Plain)
	return p
}

func (p *page) addRecords(d reportData, c totals) {
	types := map[string]map[string]int{}
	var slowest []slow
	var took []int64
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
		if n <= maxPlain {
			p.Plain = append(p.Plain, plainRecord{*r, n, r.typeOrKind(), placeText(r), state})
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
	p.States = barShares(c.counts(), len(d.records), 100, c)
	p.Types = typeRows(types, c)
	p.Intervals = newIntervals(d.run, events)
}

func barShares(counts map[string]int, total int, width float64, c totals) []share {
	var all []share
	from := 0.0
	for _, s := range c.states() {
		if n := counts[s]; n > 0 {
			part := float64(n) / float64(total)
			all = append(all, share{s, n, from, width * part, 100 * part})
			from += width * part
		}
	}
	return all
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
