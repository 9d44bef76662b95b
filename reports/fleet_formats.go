package reports

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"gijbulk/schema"
)

// Table writes the targets as a table for people. A target that needs attention has a line, and so has
// each of a few; of many, those that went well are counted.
func (f Fleet) Table(w io.Writer, page Page) error {
	const few = 20
	rows, good := [][]string{{"TARGET", "RESULT", ""}}, 0
	for _, t := range f.worstFirst() {
		if t.good() && len(f.Targets) > few {
			good++
			continue
		}
		rows = append(rows, []string{t.Name, t.Result, oneLine(t.words())})
	}
	out := bufio.NewWriter(w)
	for _, line := range Columns(rows) {
		if page.Columns > 0 {
			line = ansi.Truncate(line, page.Columns, "…")
		}
		fmt.Fprintln(out, line)
	}
	if good > 0 {
		fmt.Fprintf(out, "%s: done\n", plural(good, "more target"))
	}
	return out.Flush()
}

// fleetPage is what the template of a fleet shows.
type fleetPage struct {
	look
	Title, Command, Verdict string
	Rating                  rating
	Facts                   []fact
	Targets                 []fleetRow
}

type fleetRow struct {
	Name, URL, Result, Words, Run, Link string
	Good                                bool
}

// html writes one self-contained file with a row for each target.
func (f Fleet) html(w io.Writer) error {
	look, err := newLook()
	if err != nil {
		return err
	}
	verdict, rating := f.verdict()
	p := fleetPage{look: look, Title: "gijbulk " + f.Fleet.Command + ": " + verdict, Command: f.Fleet.Command, Verdict: verdict, Rating: rating, Facts: f.facts()}
	for _, t := range f.worstFirst() {
		p.Targets = append(p.Targets, fleetRow{t.Name, t.URL, t.Result, t.words(), t.Run, t.link(), t.good()})
	}
	return pageTemplate.ExecuteTemplate(w, "fleet", &p)
}

// link leads to the report of a target, for people where there is one.
func (t TargetInfo) link() string {
	return (&url.URL{Path: cmp.Or(t.Page, t.Report)}).EscapedPath()
}

func (f Fleet) markdown(w io.Writer) error {
	verdict, meant := f.verdict()
	sign := map[rating]string{ratingGood: "✅", ratingWarn: "⚠️", ratingBad: "❌"}[meant]
	out := bufio.NewWriter(w)
	fmt.Fprintf(out, "## %s gijbulk %s\n\n**%s**\n\n", sign, inline(f.Fleet.Command), inline(verdict))
	for _, fact := range f.facts() {
		fmt.Fprintf(out, "- %s: %s\n", fact.Name, inline(fact.Text))
	}
	fmt.Fprint(out, "\n| Target | Result | |\n| --- | --- | --- |\n")
	for _, t := range f.worstFirst() {
		fmt.Fprintf(out, "| %s | %s | %s |\n", inline(t.Name), inline(t.Result), strings.ReplaceAll(inline(clipped(t.words())), "|", `\|`))
	}
	return out.Flush()
}

func (f Fleet) csv(w io.Writer) error {
	header := []string{"_target", "_url", "_run", "_exit", "_status", "_error", "_report"}
	for _, s := range schema.Statuses() {
		header = append(header, "_"+string(s))
	}
	out := csv.NewWriter(w)
	_ = out.Write(header) // the error comes with Flush
	for _, t := range f.Targets {
		row := []string{t.Name, t.URL, t.Run, strconv.Itoa(t.Exit), t.Result, t.Error, t.Report}
		for i := range row {
			row[i] = defused(row[i])
		}
		for _, s := range schema.Statuses() {
			row = append(row, strconv.Itoa(t.Counts[s]))
		}
		_ = out.Write(row)
	}
	out.Flush()
	return out.Error()
}

// junit writes one suite per target. A target without records has a test case of its own, which says
// why.
func (f Fleet) junit(w io.Writer) error {
	suites := make([]junitSuite, len(f.Targets))
	for i, t := range f.Targets {
		suites[i] = t.suite(f.Fleet, i)
	}
	return writeSuites(w, element("testsuites", "name", "gijbulk"), suites...)
}

func (t TargetInfo) suite(f FleetInfo, id int) junitSuite {
	s := junitSuite{id: id, name: "gijbulk " + f.Command + " " + t.Name, prefix: "gijbulk." + t.Name + ".",
		data: reportData{run: RunInfo{Command: f.Command, Gijbulk: f.Gijbulk, Target: t.URL, Started: f.Started, Ended: f.Ended}}}
	if t.Details != nil {
		s.data = documentOf(*t.Details)
	}
	own := junitCase{Name: t.Name, Classname: path.Join("gijbulk", f.Command), Time: seconds(0)}
	switch {
	case t.Error != "":
		own.Error = &junitResult{Message: clipped(t.Error), Type: t.Result, Text: t.Error}
	case len(s.data.records) > 0:
		return s
	}
	s.own = &own
	return s
}
