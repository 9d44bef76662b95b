package reports

import (
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"gijbulk/schema"
)

// The elements of JUnit's format, with the attributes that Ant's schema requires, the
// strictest of those in use.
type junitCase struct {
	XMLName   xml.Name     `xml:"testcase"`
	Name      string       `xml:"name,attr"`
	Classname string       `xml:"classname,attr"`
	Time      string       `xml:"time,attr"`
	Skipped   *junitResult `xml:"skipped"`
	Failure   *junitResult `xml:"failure"`
	Error     *junitResult `xml:"error"`
}

type junitResult struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

type junitProperties struct {
	XMLName xml.Name        `xml:"properties"`
	List    []junitProperty `xml:"property"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

// writeJUnit writes one test case per record: an unknown outcome is an error, an unchanged
// record is skipped.
func writeJUnit(w io.Writer, d reportData) error {
	sum := sumCases(d)
	return writeSuites(w, element("testsuites", "name", "gijbulk", "tests", sum.tests, "failures", sum.failures, "errors", sum.errors, "time", sum.seconds),
		junitSuite{name: "gijbulk " + d.run.Command, prefix: "gijbulk.", data: d})
}

func writeSuites(w io.Writer, root xml.StartElement, suites ...junitSuite) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.EncodeToken(root); err != nil {
		return err
	}
	for _, s := range suites {
		if err := writeSuite(e, s); err != nil {
			return err
		}
	}
	if err := errors.Join(e.EncodeToken(root.End()), e.Close()); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// junitSuite is one run.
type junitSuite struct {
	id           int
	name, prefix string // prefix: of the class names
	data         reportData
	own          *junitCase // about the run itself; nil: none
}

func writeSuite(e *xml.Encoder, s junitSuite) error {
	d, sum := s.data, sumCases(s.data)
	if s.own != nil {
		sum.tests++
		if s.own.Error != nil {
			sum.errors++
		}
	}
	suite := element("testsuite", "name", s.name, "package", "gijbulk", "id", s.id, "hostname", cmp.Or(d.run.Target, "-"),
		"timestamp", d.run.Started.UTC().Format("2006-01-02T15:04:05"), "tests", sum.tests, "failures", sum.failures, "errors", sum.errors,
		"skipped", sum.skipped, "time", sum.seconds)
	failed := errors.Join(e.EncodeToken(suite), e.Encode(properties(d.run)))
	if s.own != nil {
		failed = errors.Join(failed, e.Encode(s.own))
	}
	met := make(map[string]int)
	for i := range d.records {
		if err := e.Encode(newCase(s, &d.records[i], met)); err != nil {
			return err
		}
	}
	verdict, _ := totalsOf(d).verdict()
	return errors.Join(failed, e.EncodeElement(verdict, element("system-out")),
		e.EncodeElement(findingLines(d.findings), element("system-err")), e.EncodeToken(suite.End()))
}

func element(name string, attributes ...any) xml.StartElement {
	start := xml.StartElement{Name: xml.Name{Local: name}}
	for i := 0; i < len(attributes); i += 2 {
		start.Attr = append(start.Attr, xml.Attr{Name: xml.Name{Local: fmt.Sprint(attributes[i])}, Value: fmt.Sprint(attributes[i+1])})
	}
	return start
}

func properties(run RunInfo) junitProperties {
	var p junitProperties
	for _, one := range []junitProperty{{"run", run.ID}, {"gijbulk", run.Gijbulk}, {"target", run.Target}, {"user", run.User},
		{"files", strings.Join(run.Files, " ")}, {"plan", run.Plan}, {"complete", strconv.FormatBool(run.Complete)}, {"why", run.Why}, {"nested", run.Nested.words(Page{})}} {
		if one.Value != "" {
			p.List = append(p.List, one)
		}
	}
	return p
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
	if run.checks() && r.Status == schema.StatusUnprocessed {
		return casePassed // it is valid
	}
	if run.DryRun && r.Action != schema.OpInvalid && r.Action != schema.OpValid {
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

func newCase(s junitSuite, r *RecordInfo, met map[string]int) junitCase {
	run := s.data.run
	c := junitCase{Name: caseName(r, met), Classname: s.prefix + cmp.Or(r.typeOrKind(), r.Kind), Time: seconds(r.MS)}
	what := string(r.Status)
	if run.DryRun && r.Action != schema.OpValid { // a valid record was stopped by the errors of others
		what = string(r.Action)
	}
	result := junitResult{Message: caseMessage(r, what), Type: what}
	switch kindOf(run, r) {
	case caseSkipped:
		c.Skipped = &junitResult{Message: what}
	case caseFailed:
		result.Text = caseDetails(r)
		c.Failure = &result
	case caseBroken:
		result.Text = caseDetails(r)
		c.Error = &result
	}
	return c
}

func caseMessage(r *RecordInfo, what string) string {
	if r.Error != "" {
		return clipped(r.Error)
	}
	fields := mapTo(r.Changes, func(c ChangeInfo) string { return c.Field })
	return joinNonEmpty(": ", what, strings.Join(fields, ", "))
}

// caseName is the identity of a record, so that CI follows the record when rows move. met
// counts the names so far: those that would be equal have a number.
func caseName(r *RecordInfo, met map[string]int) string {
	name := writtenName(r)
	if met[name]++; met[name] > 1 {
		return fmt.Sprintf("%s (%d)", name, met[name])
	}
	return name
}

func caseDetails(r *RecordInfo) string {
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
	line("nested repositories", r.Loss.text(longestList))
	line("error", r.Error)
	line("advice", r.Advice)
	return b.String()
}

type caseSum struct {
	tests, failures, errors, skipped int
	seconds                          string
}

func sumCases(d reportData) caseSum {
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
	return strconv.FormatFloat((time.Duration(ms) * time.Millisecond).Seconds(), 'f', 3, 64)
}

func findingLines(findings []FindingInfo) string {
	var b strings.Builder
	for _, f := range findings {
		place := schema.Place{File: f.File, Line: f.Line, Column: f.Column}.String()
		fmt.Fprintf(&b, "%s: %s\n", f.Level, oneLine(joinNonEmpty(": ", place, f.Field, f.Message)))
	}
	return b.String()
}
