package reports

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gijbulk/schema"
)

// writeJUnit writes a test case a record: an unknown one is an error, one that nothing
// was done about is skipped. The attributes are those that Ant's schema demands, the
// strictest of those in use.
func writeJUnit(w io.Writer, d document) error {
	c := newCensus(d)
	sum := sumCases(d)
	out := bufio.NewWriter(w)
	_, _ = out.WriteString(xml.Header)
	encoder := xml.NewEncoder(out)
	encoder.Indent("", "  ")
	suites := start("testsuites", "name", "gijbulk", "tests", sum.tests, "failures", sum.failures, "errors", sum.errors, "time", sum.seconds)
	suite := start("testsuite", "name", "gijbulk "+d.run.Command, "package", "gijbulk", "id", 0, "hostname", cmp.Or(d.run.Target, "-"),
		"timestamp", d.run.Started.UTC().Format("2006-01-02T15:04:05"), "tests", sum.tests, "failures", sum.failures,
		"errors", sum.errors, "skipped", sum.skipped, "time", sum.seconds)
	err := encodeAll(encoder, suites, suite)
	if err == nil {
		err = encoder.Encode(propertiesOf(d.run))
	}
	for i := range d.records {
		if err == nil {
			err = encoder.Encode(caseOf(d.run, &d.records[i]))
		}
	}
	if err != nil {
		return err
	}
	verdict, _ := c.verdict()
	for _, text := range []struct{ name, text string }{{"system-out", verdict}, {"system-err", findingLines(d.findings)}} {
		if err := encoder.EncodeElement(xmlText(text.text), start(text.name)); err != nil {
			return err
		}
	}
	if err := encodeAll(encoder, suite.End(), suites.End()); err != nil {
		return err
	}
	if err := encoder.Close(); err != nil {
		return err
	}
	_, _ = out.WriteString("\n")
	return out.Flush()
}

// start makes an element of a name and of pairs of attributes.
func start(name string, pairs ...any) xml.StartElement {
	e := xml.StartElement{Name: xml.Name{Local: name}}
	for i := 0; i+1 < len(pairs); i += 2 {
		e.Attr = append(e.Attr, xml.Attr{Name: xml.Name{Local: fmt.Sprint(pairs[i])}, Value: xmlText(fmt.Sprint(pairs[i+1]))})
	}
	return e
}

func encodeAll(encoder *xml.Encoder, tokens ...xml.Token) error {
	for _, t := range tokens {
		if err := encoder.EncodeToken(t); err != nil {
			return err
		}
	}
	return nil
}

type junitProperties struct {
	XMLName xml.Name `xml:"properties"`
	List    []junitProperty
}

type junitProperty struct {
	XMLName xml.Name `xml:"property"`
	Name    string   `xml:"name,attr"`
	Value   string   `xml:"value,attr"`
}

func propertiesOf(run RunInfo) junitProperties {
	var all junitProperties
	for _, p := range [][2]string{{"run", run.ID}, {"gijbulk", run.Gijbulk}, {"target", run.Target}, {"user", run.User},
		{"files", strings.Join(run.Files, " ")}, {"plan", run.Plan}, {"complete", fmt.Sprint(run.Complete)}, {"why", run.Why}} {
		if p[1] != "" {
			all.List = append(all.List, junitProperty{Name: p[0], Value: xmlText(p[1])})
		}
	}
	return all
}

type junitCase struct {
	XMLName xml.Name      `xml:"testcase"`
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Seconds string        `xml:"time,attr"`
	Failure *junitProblem `xml:"failure"`
	Error   *junitProblem `xml:"error"`
	Skipped *junitSkipped `xml:"skipped"`
}

type junitProblem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

type junitSkipped struct {
	Message string `xml:"message,attr"`
}

// caseKind is what a record is to a test tool.
type caseKind uint8

const (
	casePassed caseKind = iota
	caseFailed
	caseBroken
	caseSkipped
)

func kindOf(run RunInfo, r *RecordInfo) caseKind {
	if run.DryRun && r.Action != schema.OpInvalid {
		switch {
		case r.drifts():
			return caseFailed
		case r.Action == schema.OpUnchanged:
			return caseSkipped
		}
		return casePassed
	}
	switch r.Status {
	case schema.StatusFailed, schema.StatusConflict:
		return caseFailed
	case schema.StatusUnknown:
		return caseBroken
	case schema.StatusUnchanged, schema.StatusUnprocessed:
		return caseSkipped
	}
	return casePassed
}

func caseOf(run RunInfo, r *RecordInfo) junitCase {
	c := junitCase{Name: xmlText(caseName(r)), Class: "gijbulk." + xmlText(cmp.Or(r.typeText(), r.Kind)), Seconds: seconds(r.MS)}
	what := string(r.Status)
	if run.DryRun {
		what = string(r.Action)
	}
	switch kindOf(run, r) {
	case caseFailed:
		c.Failure = problemOf(r, what)
	case caseBroken:
		c.Error = problemOf(r, what)
	case caseSkipped:
		c.Skipped = &junitSkipped{what}
	}
	return c
}

func problemOf(r *RecordInfo, what string) *junitProblem {
	return &junitProblem{Message: xmlText(cmp.Or(clipped(r.Error), what)), Type: what, Text: xmlText(caseText(r))}
}

func caseName(r *RecordInfo) string {
	place := schema.Place{File: r.File, Line: r.Line}.String()
	name := cmp.Or(r.DisplayName, r.Origin, r.typeText())
	if place == "" {
		return fmt.Sprintf("%s (id %d)", name, r.ID)
	}
	return fmt.Sprintf("%s (%s)", name, place)
}

// caseText is what somebody needs who looks at nothing else.
func caseText(r *RecordInfo) string {
	var b strings.Builder
	line := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%s: %s\n", name, text)
		}
	}
	line("place", schema.Place{File: r.File, Line: r.Line}.String())
	line("origin", r.Origin)
	line("action", string(r.Action))
	line("status", string(r.Status))
	if r.HTTP != 0 {
		line("http", fmt.Sprint(r.HTTP))
	}
	for _, c := range r.Changes {
		line(c.Field, changeText(c))
	}
	line("error", r.Error)
	line("advice", r.Advice)
	return b.String()
}

type caseSum struct {
	tests, failures, errors, skipped int
	seconds                          string
}

func sumCases(d document) caseSum {
	var s caseSum
	for i := range d.records {
		s.tests++
		switch kindOf(d.run, &d.records[i]) {
		case caseFailed:
			s.failures++
		case caseBroken:
			s.errors++
		case caseSkipped:
			s.skipped++
		}
	}
	s.seconds = seconds(0)
	if !d.run.Ended.IsZero() {
		s.seconds = seconds(d.run.Ended.Sub(d.run.Started).Milliseconds())
	}
	return s
}

func seconds(ms int64) string {
	return fmt.Sprintf("%.3f", (time.Duration(ms) * time.Millisecond).Seconds())
}

func findingLines(findings []FindingInfo) string {
	var b strings.Builder
	for _, f := range findings {
		place := schema.Place{File: f.File, Line: f.Line, Column: f.Column}.String()
		fmt.Fprintf(&b, "%s: %s\n", f.Level, oneLine(joined(": ", place, f.Field, f.Message)))
	}
	return b.String()
}

// xmlText replaces what no XML document may hold, escaped or not.
func xmlText(s string) string {
	bad := func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r", r) || r == 0xFFFE || r == 0xFFFF
	}
	if utf8.ValidString(s) && !strings.ContainsFunc(s, bad) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if bad(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
}
