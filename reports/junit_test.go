package reports

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gijbulk/schema"
)

// junitElement is what JUnit's format says about an element: patterns for the names of
// its children, each followed by a blank, and for its attributes.
//
// testdata/junit-format.json takes what both schemas in use take: that of Ant's task
// (windyroad/JUnit-Schema, JUnit.xsd) and that of Jenkins (jenkinsci/xunit-plugin,
// junit-10.xsd). Only the totals of testsuites are Jenkins' alone.
type junitElement struct {
	Children     string
	Text         bool
	Needs, Takes map[string]string
}

func junitFormat(t *testing.T) map[string]junitElement {
	t.Helper()
	data, err := os.ReadFile("testdata/junit-format.json")
	if err != nil {
		t.Fatal(err)
	}
	var format map[string]junitElement
	if err := json.Unmarshal(data, &format); err != nil {
		t.Fatal(err)
	}
	return format
}

func matches(pattern, s string) bool {
	return regexp.MustCompile(`(?s)^(?:` + pattern + `)$`).MatchString(s)
}

func (e junitElement) checkAttributes(start xml.StartElement) error {
	given := map[string]bool{}
	for _, a := range start.Attr {
		name := a.Name.Local
		pattern, known := e.Needs[name]
		if !known {
			pattern, known = e.Takes[name]
		}
		if !known || given[name] || !matches(pattern, a.Value) {
			return fmt.Errorf("%s has %s=%q", start.Name.Local, name, a.Value)
		}
		given[name] = true
	}
	for name := range e.Needs {
		if !given[name] {
			return fmt.Errorf("%s has no %s", start.Name.Local, name)
		}
	}
	return nil
}

// checkJUnit holds a report against the format, and its totals against its cases.
func checkJUnit(format map[string]junitElement, report string) error {
	decoder := xml.NewDecoder(strings.NewReader(report))
	counts := map[string]int{}
	children := []string{""} // of each open element, the document first
	var open []string
	var suite xml.StartElement
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			rule, known := format[name]
			if !known || token.Name.Space != "" {
				return fmt.Errorf("there is no element %s", name)
			}
			if err := rule.checkAttributes(token); err != nil {
				return err
			}
			if name == "testsuite" {
				suite = token.Copy()
			}
			counts[name]++
			children[len(children)-1] += name + " "
			children, open = append(children, ""), append(open, name)
		case xml.EndElement:
			inside := children[len(children)-1]
			if !matches(format[token.Name.Local].Children, inside) {
				return fmt.Errorf("%s holds %s", token.Name.Local, inside)
			}
			children, open = children[:len(children)-1], open[:len(open)-1]
		case xml.CharData:
			if blank := strings.TrimSpace(string(token)) == ""; !blank && (len(open) == 0 || !format[open[len(open)-1]].Text) {
				return fmt.Errorf("text where none can be: %q", token)
			}
		}
	}
	if children[0] != "testsuites " {
		return fmt.Errorf("the document holds %s", children[0])
	}
	for attribute, element := range map[string]string{"tests": "testcase", "failures": "failure", "errors": "error", "skipped": "skipped"} {
		if said := valueOf(suite, attribute); said != strconv.Itoa(counts[element]) {
			return fmt.Errorf("%s is %q with %d of %s", attribute, said, counts[element], element)
		}
	}
	return nil
}

func valueOf(e xml.StartElement, attribute string) string {
	for _, a := range e.Attr {
		if a.Name.Local == attribute {
			return a.Value
		}
	}
	return ""
}

func TestJUnitFitsTheFormat(t *testing.T) {
	format := junitFormat(t)
	audit := sampleRun()
	audit.Command, audit.DryRun = "audit", true
	hostileResult := result(wanted(place(hostile, 1), fields{schema.FieldType: schema.Text(hostile), schema.FieldDisplayName: schema.Text("\x00" + hostile)}),
		schema.OpCreate, schema.StatusUnknown)
	hostileResult.Error, hostileResult.Advice = hostile, "\xff"+hostile
	for name, report := range map[string]string{
		"import":  rendered(t, FormatJUnit, sampleRun(), sampleResults()...),
		"audit":   rendered(t, FormatJUnit, audit, sampleResults()...),
		"empty":   rendered(t, FormatJUnit, testRun()),
		"refused": rendered(t, FormatJUnit, sampleRun()),
		"hostile": rendered(t, FormatJUnit, testRun(hostile), hostileResult),
	} {
		if err := checkJUnit(format, report); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestJUnitFormatRefuses shows that the check of the format can fail.
func TestJUnitFormatRefuses(t *testing.T) {
	format := junitFormat(t)
	good := rendered(t, FormatJUnit, sampleRun(), sampleResults()...)
	for what, change := range map[string][2]string{
		"an unknown element":       {"<skipped ", "<ignored "},
		"an unknown attribute":     {` hostname="`, ` host="`},
		"a missing attribute":      {` package="gijbulk"`, ""},
		"a time zone":              {`03:04:05"`, `03:04:05Z"`},
		"a duration with its unit": {`time="1.234"`, `time="1.234s"`},
		"a wrong total":            {`skipped="2"`, `skipped="3"`},
		"text in a suite":          {"<system-out>", "text<system-out>"},
		"another order":            {"<properties>", "<system-err></system-err><properties>"},
		"two endings of a case":    {"<skipped ", `<skipped></skipped><skipped `},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		if bad == good || checkJUnit(format, bad) == nil {
			t.Errorf("the format takes %s", what)
		}
	}
}

// A case is the same one when rows move, or are equal.
func TestJUnitNamesStayWhenRowsMove(t *testing.T) {
	names := func(file string, first int, order ...string) (found []string) {
		var results []schema.Result
		for i, name := range order {
			results = append(results, result(wanted(place(file, first+i), github(name)), schema.OpCreate, schema.StatusCreated))
		}
		var b bytes.Buffer
		if err := FormatJUnit.Renderer()(&b, testRun(file), results); err != nil {
			t.Fatal(err)
		}
		for _, match := range regexp.MustCompile(`<testcase name="([^"]*)"`).FindAllStringSubmatch(b.String(), -1) {
			found = append(found, match[1])
		}
		slices.Sort(found)
		return found
	}
	want := []string{"integration GITHUB A", "integration GITHUB B", "integration GITHUB B (2)"}
	for _, got := range [][]string{names("a.csv", 1, "A", "B", "B"), names("b.csv", 40, "B", "A", "B")} {
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
