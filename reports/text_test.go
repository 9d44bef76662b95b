package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gijbulk/schema"
)

func TestSummaryGolden(t *testing.T) {
	golden(t, "summary.txt", func(w *bytes.Buffer) error {
		return Summary(w, sampleRun(), sampleResults(), "gijbulk-reports/20260102-1", Page{})
	})
}

func TestSummaryOfGoodRun(t *testing.T) {
	var b bytes.Buffer
	ok := result(wanted(place("a", 1), github("x")), schema.OpUnchanged, schema.StatusUnchanged)
	if err := Summary(&b, testRun("a"), []schema.Result{ok, ok}, "", Page{}); err != nil || b.String() != "2 unchanged\n" {
		t.Errorf("got %q, %v", b.String(), err)
	}
	b.Reset()
	if err := Summary(&b, testRun(), nil, "d", Page{}); err != nil || b.String() != "no records (report: d/report.json)\n" {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

// A record that needs no request may have a reason, and is no failure.
func TestSummaryOmitsUnchanged(t *testing.T) {
	unchanged := result(wanted(place("a", 1), github("x")), schema.OpUnchanged, schema.StatusUnchanged)
	unchanged.Action.Reason = "it is no longer there"
	unchanged.Outcome = unchanged.Action.Outcome()
	var b bytes.Buffer
	if err := Summary(&b, testRun("a"), []schema.Result{unchanged}, "", Page{}); err != nil || b.String() != "1 unchanged\n" {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

func TestSummaryFoldsFailuresAndSaysWhy(t *testing.T) {
	run := testRun("a")
	run.Complete, run.Why = false, "interrupted"
	var results []schema.Result
	for i := 57; i > 0; i-- {
		o := result(wanted(place("a", i), github(fmt.Sprint("n", i))), schema.OpCreate, schema.StatusFailed)
		o.HTTP = 500
		if i == 57 {
			o.Status = schema.StatusUnknown
		}
		results = append(results, o)
	}
	var b bytes.Buffer
	if err := Summary(&b, run, results, "d", Page{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if len(lines) != 2+longestList+1 {
		t.Fatalf("%d lines:\n%s", len(lines), b.String())
	}
	for i, want := range map[int]string{
		0:              "56 failed, 1 unknown (report: d/report.json)",
		1:              "the run was interrupted: interrupted",
		2:              `a:2: GITHUB "n1": the server answered 500`,
		len(lines) - 1: "and 37 more, see failed.csv and unknown.csv",
	} {
		if lines[i] != want {
			t.Errorf("line %d is %q, want %q", i, lines[i], want)
		}
	}
}

func TestPlanGolden(t *testing.T) {
	run := sampleRun()
	run.Writes = 0
	golden(t, "plan.txt", func(w *bytes.Buffer) error { return PlanText(w, run, samplePlan(), Page{}) })
	golden(t, "plan.jsonl", func(w *bytes.Buffer) error { return PlanJSON(w, run, samplePlan()) })
}

func TestOutcomesGolden(t *testing.T) {
	golden(t, "outcomes.jsonl", func(w *bytes.Buffer) error { return OutcomesJSON(w, sampleRun(), sampleResults()) })
}

func TestPlanTellsOfWritesThatWereSent(t *testing.T) {
	var b bytes.Buffer
	if err := PlanText(&b, schema.Run{Command: "import", Writes: 3}, schema.Plan{}, Page{}); err != nil {
		t.Fatal(err)
	}
	want := "0 to create, 0 exist with differences, 0 unchanged, 0 in conflict; 3 write requests sent\n"
	if b.String() != want {
		t.Errorf("got %q", b.String())
	}
}

func sampleFindings() []schema.Finding {
	findings := []schema.Finding{
		schema.CodeUnknownType.Newf(place("a.csv", 1), "type", "there is no type %q", "GITHUP").Advise("did you mean GITHUB?"),
		schema.CodeFileEmpty.Newf(schema.Place{File: "b\x1b[2J.csv"}, "", "the file holds\nno record"),
		{Level: schema.LevelWarning, Code: schema.CodeIDIgnored, Message: "nowhere"},
	}
	for i := range longestList + 3 {
		findings = append(findings, schema.CodePlainSecret.Newf(place("c.csv", i+1), "pat", "the pat is written out <here>"))
	}
	strict := schema.CodePlainSecret.Newf(place("c.csv", 99), "pat", "one of another level")
	strict.Level = schema.LevelError
	return append(findings, strict)
}

func TestFindingsGolden(t *testing.T) {
	want := Tally{Errors: 3, Warnings: longestList + 4}
	golden(t, "findings.txt", func(w *bytes.Buffer) error {
		got, err := FindingsText(w, slices.Values(sampleFindings()), Page{Flags: map[schema.Option]string{schema.OptionJSON: "--output json"}})
		if got != want {
			t.Errorf("tally %+v, want %+v", got, want)
		}
		return err
	})
	golden(t, "findings.jsonl", func(w *bytes.Buffer) error {
		got, err := FindingsJSON(w, slices.Values(sampleFindings()), func() int { return 30 })
		if got != want {
			t.Errorf("tally %+v, want %+v", got, want)
		}
		return err
	})
}

// The number of records is known only when the last finding has come.
func TestFindingsJSONAsksForRecordsAtTheEnd(t *testing.T) {
	records := 0
	findings := func(yield func(schema.Finding) bool) {
		for range 5 {
			records++
			if !yield(schema.CodeBadOrigin.Newf(place("a", records), "origin", "x")) {
				return
			}
		}
	}
	var b bytes.Buffer
	if _, err := FindingsJSON(&b, findings, func() int { return records }); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if want := `{"summary":{"records":5,"errors":5,"warnings":0}}`; lines[len(lines)-1] != want {
		t.Errorf("got %s, want %s", lines[len(lines)-1], want)
	}
	for _, line := range lines {
		if !json.Valid([]byte(line)) {
			t.Errorf("%s is no JSON", line)
		}
	}
}

func TestTextsReportTheWriter(t *testing.T) {
	_, textErr := FindingsText(failingWriter{}, slices.Values(sampleFindings()), Page{})
	_, jsonErr := FindingsJSON(failingWriter{}, slices.Values(sampleFindings()), func() int { return 0 })
	for name, err := range map[string]error{"findings": textErr, "findings json": jsonErr,
		"plan": PlanText(failingWriter{}, sampleRun(), samplePlan(), Page{}), "plan json": PlanJSON(failingWriter{}, sampleRun(), samplePlan())} {
		if !errors.Is(err, errWriter) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
