package reports

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

// writeShards writes the reports of a run that was split, and gives their directories.
func writeShards(t *testing.T, run schema.Run, of int, results []schema.Result) []string {
	t.Helper()
	var dirs []string
	for i := range of {
		run := run
		run.Shard = schema.Shard{Index: i + 1, Of: of}
		run.ID = fmt.Sprintf("%s-%d", run.ID, i+1)
		var mine []schema.Result
		for _, o := range results {
			r := wantedOrLive(o.Action)
			if run.Shard.Holds(r.Key()) {
				o.N = len(mine)
				mine = append(mine, o)
			}
		}
		dirs = append(dirs, filepath.Join(t.TempDir(), fmt.Sprint("shard", i+1)))
		if _, err := WriteAll(dirs[i], run, mine, schema.Mask{}); err != nil {
			t.Fatal(err)
		}
	}
	return dirs
}

func mergeDirs(dirs ...string) (Merged, error) {
	var shards []SavedReport
	for _, dir := range dirs {
		k, err := ReadFile(dir)
		if err != nil {
			return Merged{}, err
		}
		shards = append(shards, k)
	}
	return Merge(shards)
}

// tableResults are of one CSV file, with columns of the user's own, and a deletion.
func tableResults() []schema.Result {
	columns := []string{"Display Name", "_team", "Type", "PAT", "Disabled", "_team", "tagsFilter"}
	var all []schema.Result
	statuses := []schema.Status{schema.StatusCreated, schema.StatusFailed, schema.StatusUnchanged, schema.StatusFailed, schema.StatusUnknown, schema.StatusUnprocessed}
	for n := range 30 {
		name := fmt.Sprintf("team %x", n*n*n*7919)
		values := github(name)
		values[schema.FieldDisabled] = schema.Bool(true)
		values[schema.FieldTagsFilter] = schema.Text("from --default")
		o := result(row(place("a.csv", n+1), values, columns, name, "=core, \"x\"", "GITHUB", "env:PAT", "TRUE", "again"), schema.OpCreate, statuses[n%len(statuses)])
		o.Error, o.HTTP, o.Attempts, o.Started, o.Took = strings.Repeat("=no\n", n%2), 200+n, n, testRun().Started, time.Second
		all = append(all, o)
	}
	repository := fields{schema.FieldKind: schema.Text("repository"), schema.FieldOrigin: schema.Text("=gone")}
	return append(all, deleted(77, repository), deleted(77, github("gone")))
}

// What the shards' reports say together is what one run would have said.
func TestMergedIsAsTheWhole(t *testing.T) {
	for name, results := range map[string][]schema.Result{"one table": tableResults(), "a document": sampleResults(),
		"two files": append(tableResults(), sampleResults()...)} {
		for _, of := range []int{1, 2, 3, 25} {
			t.Run(fmt.Sprintf("%s in %d", name, of), func(t *testing.T) {
				run := sampleRun()
				run.Files = []string{"samples/a.yaml", "a.csv"}
				whole, together := t.TempDir(), t.TempDir()
				if _, err := WriteAll(whole, run, results, schema.Mask{}, Wanted{Format: FormatCSV}); err != nil {
					t.Fatal(err)
				}
				dirs := writeShards(t, run, of, results)
				slices.Reverse(dirs)
				for _, dir := range dirs { // report.json is all that a merge needs
					for _, p := range Parts() {
						if err := os.Remove(filepath.Join(dir, p.FileName())); err != nil {
							t.Fatal(err)
						}
					}
				}
				merged, err := mergeDirs(dirs...)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := merged.WriteAll(together, Wanted{Format: FormatCSV}); err != nil {
					t.Fatal(err)
				}
				for _, file := range []string{"succeeded.csv", "failed.csv", "unknown.csv", "unprocessed.csv", "report.csv"} {
					if diff := cmp.Diff(content(t, whole, file), content(t, together, file)); diff != "" {
						t.Errorf("%s:\n%s", file, diff)
					}
				}
				want, got := readReport(t, whole), readReport(t, together)
				if diff := cmp.Diff(want.Records, got.Records); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(want.Run.Columns, got.Run.Columns); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(want.Findings, got.Findings); diff != "" {
					t.Error(diff)
				}
				if diff := cmp.Diff(want.Run.Counts, got.Run.Counts); diff != "" || got.Run.Total != len(results) || len(got.Run.Shards) != of {
					t.Errorf("%d records of %d shards: %s", got.Run.Total, len(got.Run.Shards), diff)
				}
			})
		}
	}
}

func content(t *testing.T, dir, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func readReport(t *testing.T, path string) Report {
	t.Helper()
	saved, err := ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return saved.Report
}

func TestMergedRunAddsUp(t *testing.T) {
	dirs := writeShards(t, sampleRun(), 3, sampleResults())
	late := sampleRun()
	late.ID, late.Shard, late.Complete, late.Why = "20260102-1-2", schema.Shard{Index: 2, Of: 3}, false, "--max-duration is over"
	late.Started, late.Ended, late.Digest, late.Version = late.Started.Add(time.Hour), late.Started.Add(2*time.Hour), "sha256:another", "0.2.0"
	late.Timeline = schema.Timeline{Start: late.Started}
	late.Timeline.Add(late.Started, schema.Beat{Requests: 3, Throttled: 1})
	if _, err := WriteAll(dirs[1], late, nil, schema.Mask{}); err != nil {
		t.Fatal(err)
	}
	merged, err := mergeDirs(dirs...)
	if err != nil {
		t.Fatal(err)
	}
	run := merged.Report.Run
	if run.ID != "merged-20260102-1-1" || run.Complete || run.Why != "shard 2/3 (run 20260102-1-2): --max-duration is over" || run.Plan != "" || run.Gijbulk != "0.1.0, 0.2.0" {
		t.Errorf("%+v", run)
	}
	if !run.Started.Equal(sampleRun().Started) || !run.Ended.Equal(late.Ended) || run.Requests != 27 || run.Writes != 12 || run.Shard != nil {
		t.Errorf("%+v", run)
	}
	throttled, requests := 0, 0
	for _, b := range run.Timeline.Intervals {
		throttled, requests = throttled+b.Throttled, requests+b.Requests
	}
	alone := 0
	for _, b := range sampleRun().Timeline.Beats {
		alone += b.Requests
	}
	if requests != 2*alone+3 || throttled < 1 {
		t.Errorf("%d requests, %d answered 429", requests, throttled)
	}
	var last bytes.Buffer
	if err := merged.Summary(&last, "merged", Page{}); err != nil || !strings.Contains(last.String(), "shard 2/3") {
		t.Errorf("the last words: %s (%v)", last.String(), err)
	}
	if page := htmlOfMerged(t, merged); !strings.Contains(page, "merged from 3 shards: 20260102-1-1, 20260102-1-2 (incomplete), 20260102-1-3") {
		t.Error("the page does not name the shards")
	}
}

func htmlOfMerged(t *testing.T, m Merged) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := m.WriteAll(dir, Wanted{Format: FormatHTML}); err != nil {
		t.Fatal(err)
	}
	return content(t, dir, "report.html")
}

func TestWhatIsNotMerged(t *testing.T) {
	results := tableResults()
	change := func(dir string, alter func(*schema.Run)) {
		run := sampleRun()
		run.Shard = schema.Shard{Index: 2, Of: 3}
		alter(&run)
		if _, err := WriteAll(dir, run, nil, schema.Mask{}); err != nil {
			t.Fatal(err)
		}
	}
	edit := func(dir, file, from, to string) {
		path := filepath.Join(dir, file)
		if err := os.WriteFile(path, []byte(strings.Replace(content(t, dir, file), from, to, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, tt := range map[string]struct {
		spoil func(dirs []string) []string
		want  string
	}{
		"one missing":      {func(d []string) []string { return d[:2] }, "shard 3 of 3 is missing"},
		"two missing":      {func(d []string) []string { return d[1:2] }, "shards 1, 3 of 3 are missing"},
		"doubled":          {func(d []string) []string { return append(d, d[1]) }, "shard 2/3 was given 2 times: D2/report.json, D2/report.json"},
		"one for another":  {func(d []string) []string { return []string{d[0], d[1], d[1]} }, "shard 2/3 was given 2 times: D2/report.json, D2/report.json; shard 3 of 3 is missing"},
		"another manifest": {func(d []string) []string { change(d[1], func(r *schema.Run) { r.Manifest = "sha256:ff" }); return d }, "D2/report.json belongs to another run: its manifest is sha256:ff, that of D1/report.json is sha256:0a11"},
		"another target": {func(d []string) []string { change(d[1], func(r *schema.Run) { r.Target = "https://x" }); return d },
			"D2/report.json belongs to another run: its target is https://x, that of D1/report.json is https://jira.example.org"},
		"another command": {func(d []string) []string { change(d[1], func(r *schema.Run) { r.DryRun = true }); return d },
			"D2/report.json belongs to another run: its command is import (dry run), that of D1/report.json is import"},
		"another split": {func(d []string) []string { change(d[1], func(r *schema.Run) { r.Shard.Of = 4 }); return d },
			"D2/report.json belongs to another run: its number of shards is 4, that of D1/report.json is 3"},
		"no shard":     {func(d []string) []string { change(d[1], func(r *schema.Run) { r.Shard = schema.Shard{} }); return d }, "D2/report.json is the report of a whole run, not of a shard"},
		"no such part": {func(d []string) []string { change(d[1], func(r *schema.Run) { r.Shard.Index = 9 }); return d }, "D2/report.json claims to be shard 9/3"},
		"the same record": {func(d []string) []string {
			run := sampleRun()
			run.Shard = schema.Shard{Index: 2, Of: 3}
			if _, err := WriteAll(d[1], run, results, schema.Mask{}); err != nil {
				t.Fatal(err)
			}
			return d
		}, "of a.csv is in both D1/report.json and D2/report.json"},
		"no cells": {func(d []string) []string { edit(d[0], ReportName, `"cells":{`, `"others":{`); return d },
			"D1/report.json lacks the cells of its records"},
		"still running": {func(d []string) []string {
			run := sampleRun()
			run.Shard = schema.Shard{Index: 2, Of: 3}
			if _, err := WriteReport(d[1], run, nil, schema.Mask{}); err != nil {
				t.Fatal(err)
			}
			return d
		}, "D2/report.json was written before the first write of its run, which is still running or was killed"},
	} {
		t.Run(name, func(t *testing.T) {
			dirs := writeShards(t, sampleRun(), 3, results)
			var names []string
			for i, dir := range dirs {
				names = append(names, dir, fmt.Sprint("D", i+1))
			}
			_, err := mergeDirs(tt.spoil(dirs)...)
			var bad *Unmergeable
			if !errors.As(err, &bad) || bad.Advice == "" {
				t.Fatalf("got %v", err)
			}
			if got := strings.NewReplacer(names...).Replace(err.Error()); !strings.Contains(got, tt.want) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestReadFileErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := ReadFile(dir); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), filepath.Join(dir, ReportName)) {
		t.Errorf("an empty directory: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, ReportName), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFile(dir); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, ReportName)+": not a report.json") {
		t.Errorf("a foreign file: %v", err)
	}
}
