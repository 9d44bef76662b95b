package reports

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

func sampleRun() schema.Run {
	run := testRun("samples/a.yaml")
	run.Findings = []schema.Finding{
		schema.CodePlainSecret.Newf(schema.Place{File: "samples/a.yaml", Line: 9, Column: 5, Record: 2}, "pat", "the pat is written out"),
		schema.CodeDroppedType.Newf(place("samples/a.yaml", 1), "type", "old"),
	}
	return run
}

func TestJSONGolden(t *testing.T) {
	golden(t, "report.json", func(w *bytes.Buffer) error { return JSON(w, sampleRun(), sampleResults()) })
}

func TestReportDoesNotDependOnTheOrderOfResults(t *testing.T) {
	results := sampleResults()
	backwards := slices.Clone(results)
	slices.Reverse(backwards)
	for name, render := range map[string]Renderer{"json": JSON, "csv": CSV(Succeeded), "html": FormatHTML.Renderer(),
		"junit": FormatJUnit.Renderer(), "markdown": FormatMarkdown.Renderer()} {
		var a, b bytes.Buffer
		if err := errors.Join(render(&a, sampleRun(), results), render(&b, sampleRun(), backwards)); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(a.String(), b.String()); diff != "" {
			t.Errorf("%s depends on the order:\n%s", name, diff)
		}
	}
}

func TestSortedByFileThenPlaceThenID(t *testing.T) {
	at := func(file string, record int) schema.Result {
		return result(wanted(place(file, record), github("x")), schema.OpCreate, schema.StatusCreated)
	}
	var got []string
	for _, o := range inManifestOrder(testRun("b", "a", "b"), []schema.Result{deleted(9, nil), at("z", 1), at("a", 2), deleted(3, nil), at("b", 10), at("a", 1), at("b", 2), at("y", 1)}) {
		got = append(got, joinNonEmpty("#", o.Action.Want.Place.String(), numberOrBlank(idOf(o))))
	}
	want := []string{"b:3:1", "b:11:1", "a:2:1", "a:3:1", "y:2:1", "z:2:1", "3", "9"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A live record that is not as it was wanted is shown with the name that the server gave it.
func TestReportShowsWhatWasSeen(t *testing.T) {
	r := result(wanted(place("a.csv", 1), fields{schema.FieldType: schema.Text("GITHUB")}), schema.OpCreate, schema.StatusFailed)
	r.Action.Changes = []schema.Change{{Field: schema.FieldPat, Unseen: true}}
	r.ID = 5
	r.Seen = &schema.Seen{Have: schema.NewRecord(github("GitHub")), Changes: []schema.Change{{Field: schema.FieldTagsFilter, From: schema.Text("v.*")}}}
	got := NewReport(testRun("a.csv"), []schema.Result{r}).Records[0]
	if got.ID != 5 || got.DisplayName != "GitHub" || len(got.Changes) != 1 || got.Changes[0].Field != "tagsFilter" {
		t.Errorf("got %+v", got)
	}
}

// encoded is a report as encoding/json writes it: the one that is written row by row must
// have the same members in the same order.
func encoded(t *testing.T, r Report) string {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// compacted is what was written, without the blanks between its values.
func compacted(t *testing.T, written []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, written); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// rewritten is a report as it is written once it was read, as for one that is merged.
func rewritten(t *testing.T, r Report) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := writeJSON(&b, documentOf(r)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReportRoundTrip(t *testing.T) {
	running := sampleRun()
	running.Ended, running.Complete, running.Why = time.Time{}, false, "interrupted"
	for name, tt := range map[string]struct {
		run     schema.Run
		results []schema.Result
	}{
		"whole":       {sampleRun(), sampleResults()},
		"not started": {running, nil},
		"empty":       {schema.Run{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := JSON(&b, tt.run, tt.results); err != nil {
				t.Fatal(err)
			}
			report, err := Read(bytes.NewReader(b.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(compacted(t, b.Bytes()), compacted(t, []byte(encoded(t, report)))); diff != "" {
				t.Errorf("what was read is not what was written:\n%s", diff)
			}
			if diff := cmp.Diff(b.String(), string(rewritten(t, report))); diff != "" {
				t.Errorf("written again it differs:\n%s", diff)
			}
			if report.Run.Total != len(tt.results) || len(report.Records) != len(tt.results) || len(report.Run.Counts) != len(schema.Statuses()) {
				t.Errorf("total %d, counts %v, %d records", report.Run.Total, report.Run.Counts, len(report.Records))
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	var whole bytes.Buffer
	if err := JSON(&whole, sampleRun(), sampleResults()); err != nil {
		t.Fatal(err)
	}
	newer := strings.Replace(whole.String(), `"version": 1`, `"version": 2`, 1)
	newer = strings.Replace(newer, `"requests": 9`, `"requests": {"get": 9}`, 1)
	for name, tt := range map[string]struct{ in, want string }{
		"newer, of another shape": {newer, "unsupported report version 2; this gijbulk reads version 1"},
		"a manifest":              {`{"version": 1, "integrations": []}`, "not a report.json"},
		"no version":              {`{"run": {}, "records": []}`, "not a report.json"},
		"a list":                  {`[]`, "not a report.json"},
		"cut short":               {whole.String()[:whole.Len()/2], "not a JSON object, or incomplete"},
		"empty":                   {"", "not a report.json"},
		"something behind it":     {whole.String() + "{}", "not a report.json"},
		"wrong type":              {strings.Replace(whole.String(), `"requests": 9`, `"requests": "9"`, 1), "requests"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(strings.NewReader(tt.in))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an error about %q", err, tt.want)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	var whole bytes.Buffer
	if err := JSON(&whole, sampleRun(), sampleResults()); err != nil {
		f.Fatal(err)
	}
	f.Add(whole.Bytes())
	f.Add([]byte(`{"version":1,"run":{},"records":[{"changes":[{"field":"x","from":[1,"a"]}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		report, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		// No list is written as an empty one.
		report.Records, report.Findings = append([]RecordInfo{}, report.Records...), append([]FindingInfo{}, report.Findings...)
		want := encoded(t, report)
		for name, written := range map[string][]byte{"encoding/json": []byte(want), "rows": rewritten(t, report)} {
			again, err := Read(bytes.NewReader(written))
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := encoded(t, again); got != want {
				t.Errorf("written by %s and read again it differs:\n%s", name, cmp.Diff(want, got))
			}
		}
	})
}
