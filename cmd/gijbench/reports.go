package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"time"

	"gijbulk/reports"
	"gijbulk/schema"
)

// reports holds the report of many outcomes, in all formats, against a program that does
// nothing but encode the same values to JSON, and looks at its page in a browser.
func (b bench) reports() error {
	dir := filepath.Join(b.dir, "report")
	records := strconv.Itoa(b.outcomes)
	ours, bare, err := inTurn(b.rounds,
		func() (usage, error) { return b.timed("report", records, dir) },
		func() (usage, error) { return b.timed("encode", records, filepath.Join(b.dir, "outcomes.jsonl")) },
		func(a, b usage) int { return int(a.wall - b.wall) })
	if err != nil {
		return err
	}
	b.tell("reports of %d outcomes in all formats: %.2f s, %.2f times encoding them with encoding/json (%.2f s; goal: under 3); peak memory %.0f MB (goal: under 300; bare %.0f MB)",
		b.outcomes, ours.wall.Seconds(), ours.wall.Seconds()/bare.wall.Seconds(), bare.wall.Seconds(), megabytes(ours.memory), megabytes(bare.memory))
	return b.page(filepath.Join(dir, reports.FormatHTML.FileName()))
}

// timed measures a baseline that makes its own input: only what it does with that counts.
// The memory is the whole process's.
func (b bench) timed(child string, args ...string) (usage, error) {
	file := filepath.Join(b.dir, "took")
	used, err := b.self(child, append(args, file)...)
	if err != nil {
		return usage{}, err
	}
	took, err := os.ReadFile(file)
	if err != nil {
		return usage{}, err
	}
	used.wall, err = time.ParseDuration(string(took))
	return used, err
}

// keepTime tells timed how long something took.
func keepTime(file string, since time.Time) error {
	return os.WriteFile(file, []byte(time.Since(since).String()), 0o600)
}

// writeReports writes the report of as many outcomes as a run leaves behind: its tables,
// and every format.
func writeReports(records, dir, took string) error {
	debug.SetGCPercent(30) // as gijbulk does while it writes them
	run, outcomes, err := madeRun(records)
	if err != nil {
		return err
	}
	var wanted []reports.Wanted
	for _, f := range reports.Formats() {
		if f != reports.FormatJSON { // is written in any case
			wanted = append(wanted, reports.Wanted{Format: f})
		}
	}
	mask := schema.NewMask([]schema.Secret{schema.Literal("glpat-benchmark-0001", "env:GITLAB_PAT")})
	started := time.Now()
	paths, err := reports.WriteAll(dir, run, outcomes, mask, wanted...)
	if err != nil {
		return err
	}
	if want := len(reports.Parts()) + len(reports.Formats()); len(paths) != want {
		return fmt.Errorf("%d files were written, want %d", len(paths), want)
	}
	return keepTime(took, started)
}

// encodeOutcomes encodes the same outcomes, a JSON value a line. The values are those of
// report.json, and are there before the clock starts.
func encodeOutcomes(records, name, took string) error {
	run, outcomes, err := madeRun(records)
	if err != nil {
		return err
	}
	infos := reports.NewReport(run, outcomes).Records
	started := time.Now()
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	encoder := json.NewEncoder(w)
	for i := range infos {
		if err := encoder.Encode(&infos[i]); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	if err := errors.Join(w.Flush(), file.Close()); err != nil {
		return err
	}
	return keepTime(took, started)
}

// madeRun is a sync of many records as it ends on a mixed night: most were created, some
// updated or unchanged, a few failed or were left behind. The text is how many.
func madeRun(records string) (schema.Run, []schema.Result, error) {
	n, err := strconv.Atoi(records)
	if err != nil {
		return schema.Run{}, nil, err
	}
	began := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	run := schema.Run{ID: "20260102-030405-bench", Command: "sync", Version: "bench", Target: "https://jira.example.org", User: "admin",
		Files: []string{"teams.csv"}, Started: began, Complete: true, Requests: n, Writes: n}
	columns := []string{"type", "displayName", "origin", "apiPath", "tagsFilter", "sendCommitEmails"}
	outcomes := make([]schema.Result, n)
	for i := range outcomes {
		outcomes[i] = madeOutcome(i, columns, began)
		run.Timeline.Add(outcomes[i].Started, schema.Beat{Requests: outcomes[i].Attempts})
	}
	run.Ended = began.Add(time.Duration(n) * pause)
	return run, outcomes, nil
}

// pause is what lies between the first requests of two records.
const pause = 10 * time.Millisecond

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
		ID: int64(1000 + i), Attempts: 1, HTTP: 200, Started: began.Add(time.Duration(i) * pause), Took: time.Duration(40+i%400) * time.Millisecond}
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
