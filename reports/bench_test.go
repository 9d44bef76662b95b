package reports

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"gijbulk/schema"
)

const benchOutcomes = 100_000

// BenchmarkReports compares the reports of many outcomes, in all formats, with encoding the same
// values to JSON.
func BenchmarkReports(b *testing.B) {
	b.Run(fmt.Sprint(benchOutcomes, " outcomes in all formats"), func(b *testing.B) {
		run, outcomes := madeRun(benchOutcomes)
		infos := NewReport(run, outcomes).Records
		var took, bare time.Duration
		for b.Loop() {
			started := time.Now()
			writeBenchReports(b, run, outcomes)
			took += time.Since(started)
			started = time.Now()
			if err := encodeLines(filepath.Join(b.TempDir(), "outcomes.jsonl"), infos); err != nil {
				b.Fatal(err)
			}
			bare += time.Since(started)
		}
		b.ReportMetric(0, "ns/op") // it is that of both
		b.ReportMetric(took.Seconds()/float64(b.N), "s")
		b.ReportMetric(took.Seconds()/bare.Seconds(), "times-encoding-them-with-encoding/json")
	})
}

// writeBenchReports gives the path of the page.
func writeBenchReports(b *testing.B, run schema.Run, outcomes []schema.Result) string {
	b.Helper()
	var wanted []Wanted
	for _, f := range Formats() {
		if f != FormatJSON { // is written in any case
			wanted = append(wanted, Wanted{Format: f})
		}
	}
	mask := schema.NewMask([]schema.Secret{schema.Literal("glpat-benchmark-0001", "env:GITLAB_PAT")})
	dir := filepath.Join(b.TempDir(), "report")
	paths, err := WriteAll(dir, run, outcomes, mask, wanted...)
	if want := len(Parts()) + len(Formats()); err != nil || len(paths) != want {
		b.Fatalf("%d files were written, want %d; error %v", len(paths), want, err)
	}
	return filepath.Join(dir, FormatHTML.FileName())
}

// encodeLines encodes a JSON value a line.
func encodeLines[T any](name string, values []T) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	encoder := json.NewEncoder(w)
	for i := range values {
		if err := encoder.Encode(&values[i]); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	return errors.Join(w.Flush(), file.Close())
}

// madeRun is a sync of many records as it ends on a mixed night: most were created, some
// updated or unchanged, a few failed or were left behind.
func madeRun(n int) (schema.Run, []schema.Result) {
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	run := schema.Run{ID: "20260102-030405-bench", Command: "sync", Version: "bench", Target: "https://jira.example.org", User: "admin",
		Files: []string{"teams.csv"}, Started: began, Complete: true, Requests: n, Writes: n}
	columns := []string{"type", "displayName", "origin", "apiPath", "tagsFilter", "sendCommitEmails"}
	outcomes := make([]schema.Result, n)
	for i := range outcomes {
		outcomes[i] = madeOutcome(i, columns, began)
		run.Timeline.Add(outcomes[i].Started, schema.Beat{Requests: outcomes[i].Attempts})
	}
	run.Ended = began.Add(time.Duration(n) * benchPause)
	return run, outcomes
}

// benchPause is what lies between the first requests of two records.
const benchPause = 10 * time.Millisecond

func madeOutcome(i int, columns []string, began time.Time) schema.Result {
	cells := []string{"GITLAB_SERVER", fmt.Sprintf("Repositories of team %d", i), fmt.Sprintf("https://gitlab%d.example.org", i%50),
		fmt.Sprintf("/api/v4/groups/team-%d/projects", i), `^v\d+\..*$`, "false"}
	want := schema.NewRecord(map[schema.Field]schema.Value{schema.FieldType: schema.Text(cells[0]), schema.FieldDisplayName: schema.Text(cells[1]),
		schema.FieldOrigin: schema.Text(cells[2]), schema.FieldAPIPath: schema.Text(cells[3]), schema.FieldTagsFilter: schema.Text(cells[4]),
		schema.FieldSendCommitEmails: schema.Bool(false)})
	want.Place = schema.Place{File: "teams.csv", Line: i + 2, Column: 1, Record: i + 1}
	written := make([]schema.Column, len(cells))
	for c, text := range cells {
		written[c] = schema.Column{Name: columns[c], Text: text}
	}
	want.Columns, want.Cells = columns, written
	a := &schema.Action{N: i, Op: schema.OpCreate, Want: want}
	o := schema.Outcome{N: i, Status: schema.StatusCreated, Class: schema.ClassDone,
		ID: int64(1000 + i), Attempts: 1, HTTP: 200, Started: began.Add(time.Duration(i) * benchPause), Took: time.Duration(40+i%400) * time.Millisecond}
	switch {
	case i%100 == 7:
		o.Status, o.Class, o.ID, o.HTTP = schema.StatusFailed, schema.ClassRefused, 0, 400
		o.Error = fmt.Sprintf("The group team-%d was not found, or the token may not read it.", i)
		o.Advice = "check apiPath, and the scopes of the token"
	case i%100 == 8:
		o.Status, o.Class, o.ID, o.HTTP, o.Attempts = schema.StatusUnprocessed, schema.ClassNotDone, 0, 503, 5
		o.Error, o.Advice = "the server was busy for too long", "resume the run"
	case i%10 == 3:
		a.Op, o.Status = schema.OpUpdate, schema.StatusUpdated
		a.Have.ID = o.ID
		a.Changes = []schema.Change{{Field: schema.FieldTagsFilter, From: schema.Text("v.*"), To: schema.Text(cells[4])},
			{Field: schema.FieldSendCommitEmails, From: schema.Bool(true), To: schema.Bool(false)}}
	case i%10 == 4:
		o = schema.Outcome{N: i, Status: schema.StatusUnchanged, ID: o.ID}
		a.Op = schema.OpUnchanged
	}
	return schema.Result{Action: a, Outcome: o}
}
