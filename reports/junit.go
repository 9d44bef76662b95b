package reports

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"gijbulk/schema"
)

// writeJUnit writes a test case a record: an unknown one is an error, one that nothing
// was done about is skipped. The attributes are those that Ant's schema demands, the
// strictest of those in use.
func writeJUnit(w io.Writer, d document) error {
	sum := sumCases(d)
	tests, failures, errors := strconv.Itoa(sum.tests), strconv.Itoa(sum.failures), strconv.Itoa(sum.errors)
	x := &xmlWriter{out: w}
	x.raw(xml.Header)
	x.open("testsuites", "name", "gijbulk", "tests", tests, "failures", failures, "errors", errors, "time", sum.seconds)
	x.open("testsuite", "name", "gijbulk "+d.run.Command, "package", "gijbulk", "id", "0", "hostname", cmp.Or(d.run.Target, "-"),
		"timestamp", d.run.Started.UTC().Format("2006-01-02T15:04:05"), "tests", tests, "failures", failures, "errors", errors,
		"skipped", strconv.Itoa(sum.skipped), "time", sum.seconds)
	writeProperties(x, d.run)
	for i := range d.records {
		writeCase(x, d.run, &d.records[i])
	}
	verdict, _ := newCensus(d).verdict()
	x.leaf("system-out", verdict)
	x.leaf("system-err", findingLines(d.findings))
	x.close("testsuite")
	x.close("testsuites")
	return x.flush()
}

func writeProperties(x *xmlWriter, run RunInfo) {
	x.open("properties")
	for _, p := range [][2]string{{"run", run.ID}, {"gijbulk", run.Gijbulk}, {"target", run.Target}, {"user", run.User},
		{"files", strings.Join(run.Files, " ")}, {"plan", run.Plan}, {"complete", strconv.FormatBool(run.Complete)}, {"why", run.Why}} {
		if p[1] != "" {
			x.leaf("property", "", "name", p[0], "value", p[1])
		}
	}
	x.close("properties")
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
	if run.Command == "validate" && r.Status == schema.StatusUnprocessed {
		return casePassed // it was checked, and nothing is wrong with it
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

func writeCase(x *xmlWriter, run RunInfo, r *RecordInfo) {
	attributes := [...]string{"name", caseName(r), "classname", "gijbulk." + cmp.Or(r.typeText(), r.Kind), "time", seconds(r.MS)}
	kind := kindOf(run, r)
	if kind == casePassed {
		x.leaf("testcase", "", attributes[:]...)
		return
	}
	what := string(r.Status)
	if run.DryRun && r.Action != schema.OpValid { // which was held up by the errors of others
		what = string(r.Action)
	}
	x.open("testcase", attributes[:]...)
	if kind == caseSkipped {
		x.leaf("skipped", "", "message", what)
	} else {
		name := map[caseKind]string{caseFailed: "failure", caseBroken: "error"}[kind]
		x.leaf(name, caseText(r), "message", cmp.Or(clipped(r.Error), what), "type", what)
	}
	x.close("testcase")
}

func caseName(r *RecordInfo) string {
	place := schema.Place{File: r.File, Line: r.Line}.String()
	name := cmp.Or(r.DisplayName, r.Origin, r.typeText())
	if place == "" {
		place = "id " + strconv.FormatInt(r.ID, 10)
	}
	return name + " (" + place + ")"
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
	return strconv.FormatFloat((time.Duration(ms) * time.Millisecond).Seconds(), 'f', 3, 64)
}

func findingLines(findings []FindingInfo) string {
	var b strings.Builder
	for _, f := range findings {
		place := schema.Place{File: f.File, Line: f.Line, Column: f.Column}.String()
		fmt.Fprintf(&b, "%s: %s\n", f.Level, oneLine(joined(": ", place, f.Field, f.Message)))
	}
	return b.String()
}
