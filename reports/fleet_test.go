package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gijbulk/schema"
)

// fleetOf has a target that went well, one that failed before it had records, and one with records.
func fleetOf(t *testing.T) Fleet {
	t.Helper()
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	details := Report{Run: RunInfo{Command: "sync", Target: "https://us.example.org", Started: start, Ended: start.Add(time.Second)},
		Records: []RecordInfo{{Subject: Subject{Kind: "integration", Type: "GITHUB", DisplayName: "Acme", Action: schema.OpCreate}, Status: schema.StatusFailed, Error: "refused"}}}
	return Fleet{Version, FleetInfo{Gijbulk: "1.0", Command: "sync", Claim: "tonight", Started: start, Ended: start.Add(2 * time.Second), Exit: 12}, []TargetInfo{
		{Name: "good", URL: "https://good.example.org", Run: "r1", Result: "done", Counts: map[schema.Status]int{schema.StatusCreated: 1200, schema.StatusUnchanged: 3}, Report: "good/report.json", Page: "good/report.html"},
		{Name: "eu", URL: "https://eu.example.org", Exit: 12, Result: "credentials refused", Counts: map[schema.Status]int{}, Error: "=401 <b>&| Unauthorized"},
		{Name: "us", URL: "https://us.example.org", Run: "r3", Exit: 3, Result: "some failed", Counts: map[schema.Status]int{schema.StatusFailed: 1}, Report: "u s/report.json", Details: &details},
	}}
}

func renderedFleet(t *testing.T, f Fleet, format Format) string {
	t.Helper()
	var b bytes.Buffer
	if err := f.render(&b, format); err != nil {
		t.Fatal(err)
	}
	if !format.isOwn(b.Bytes()) {
		t.Errorf("%s: it is not taken for a report of gijbulk, and would not be replaced", format)
	}
	return b.String()
}

func TestFleetFormats(t *testing.T) {
	f := fleetOf(t)
	const verdict = "3 targets: 1 credentials refused, 1 some failed, 1 done"
	html := renderedFleet(t, f, FormatHTML)
	for _, want := range []string{verdict, `<a href="good/report.html">good</a>`, `<th scope="row">eu</th>`, `<a href="u%20s/report.json">us</a>`, "<td>1,200 created, 3 unchanged</td>", "=401 &lt;b&gt;&amp;| Unauthorized"} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if eu, good := strings.Index(html, ">eu<"), strings.Index(html, ">good<"); eu > good {
		t.Error("what needs attention is not first")
	}
	markdown := renderedFleet(t, f, FormatMarkdown)
	for _, want := range []string{"## ❌ gijbulk sync\n\n**" + verdict, `| eu | credentials refused | =401 `, "| good | done | 1,200 created, 3 unchanged |"} {
		if !strings.Contains(markdown, want) {
			t.Errorf("the summary lacks %q:\n%s", want, markdown)
		}
	}
	rows, err := csv.NewReader(strings.NewReader(renderedFleet(t, f, FormatCSV))).ReadAll()
	if err != nil || len(rows) != 4 || rows[2][5][0] == '=' || !slices.Contains(rows[1], "1200") {
		t.Errorf("the table is %q, %v", rows, err)
	}
}

func TestFleetJUnit(t *testing.T) {
	var suites struct {
		Suites []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Errors   int    `xml:"errors,attr"`
			Cases    []struct {
				Name  string `xml:"name,attr"`
				Class string `xml:"classname,attr"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(renderedFleet(t, fleetOf(t), FormatJUnit)), &suites); err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(suites.Suites)
	if want := "[{gijbulk sync good 1 0 0 [{good gijbulk/sync}]} {gijbulk sync eu 1 0 1 [{eu gijbulk/sync}]} {gijbulk sync us 1 1 0 [{integration GITHUB Acme gijbulk.us.GITHUB}]}]"; got != want {
		t.Errorf("the suites are %s", got)
	}
}

func TestFleetWriteAll(t *testing.T) {
	dir := t.TempDir()
	var out bytes.Buffer
	paths, err := fleetOf(t).WriteAll(dir, Wanted{Format: FormatHTML}, Wanted{Format: FormatJUnit, Path: filepath.Join(dir, "own.xml")}, Wanted{Format: FormatMarkdown, Out: &out})
	if want := []string{filepath.Join(dir, "report.html"), filepath.Join(dir, "own.xml"), filepath.Join(dir, "report.json")}; err != nil || !slices.Equal(paths, want) {
		t.Errorf("written are %q, %v", paths, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	var read Fleet
	if err := json.Unmarshal(data, &read); err != nil || len(read.Targets) != 3 || read.Targets[2].Report != "u s/report.json" || out.Len() == 0 {
		t.Errorf("report.json is %s, %v", data, err)
	}
	if err := validateWith(t, schema.FleetSchema(), data); err != nil {
		t.Error(err)
	}
	if err := validateWith(t, schema.FleetSchema(), bytes.Replace(data, []byte(`"created":1200`), []byte(`"made":1200`), 1)); err == nil {
		t.Error("the schema takes a status that there is not")
	}
	if _, err := Read(bytes.NewReader(data)); err == nil {
		t.Error("the report of a fleet is taken for that of a run")
	}
}

func TestFleetTable(t *testing.T) {
	var b strings.Builder
	f := fleetOf(t)
	if err := f.Table(&b, Page{Columns: 40}); err != nil {
		t.Fatal(err)
	}
	if want := `TARGET  RESULT
eu      credentials refused  =401 <b>&|…
us      some failed          1 failed
good    done                 1,200 crea…
`; b.String() != want {
		t.Errorf("the table is\n%s", b.String())
	}
	for i := range 67 {
		f.Targets = append(f.Targets, TargetInfo{Name: fmt.Sprint("more-", i), Result: "done"})
	}
	b.Reset()
	if err := f.Table(&b, Page{}); err != nil {
		t.Fatal(err)
	}
	if want := `TARGET  RESULT
eu      credentials refused  =401 <b>&| Unauthorized
us      some failed          1 failed
68 more targets: done
`; b.String() != want {
		t.Errorf("the table of many targets is\n%s", b.String())
	}
}
