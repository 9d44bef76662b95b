package reports

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden holds what was rendered against a file in testdata.
func golden(t *testing.T, name string, render func(w *bytes.Buffer) error) {
	t.Helper()
	var got bytes.Buffer
	if err := render(&got); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

func place(file string, record int) schema.Place {
	return schema.Place{File: file, Line: record + 1, Column: 1, Record: record}
}

type fields = map[schema.Field]schema.Value

// wanted makes a record that stands in a file without columns of its own.
func wanted(p schema.Place, values fields) schema.Record {
	r := schema.NewRecord(values)
	r.Place = p
	return r
}

func github(name string) fields {
	return fields{schema.FieldType: schema.Text("GITHUB"), schema.FieldDisplayName: schema.Text(name)}
}

// row makes a record of a table.
func row(p schema.Place, values fields, columns []string, cells ...string) schema.Record {
	var written []schema.Column
	for i, text := range cells {
		if text != "" { // a blank cell is no cell
			written = append(written, schema.Column{Name: columns[i], Text: text})
		}
	}
	r := wanted(p, values)
	r.Columns, r.Cells = columns, written
	return r
}

func result(r schema.Record, op schema.Op, s schema.Status) schema.Result {
	n := r.Place.Record - 1
	return schema.Result{Action: &schema.Action{N: n, Op: op, Want: r}, Outcome: schema.Outcome{N: n, Status: s}}
}

// deleted is a live record that no manifest holds, and that was deleted.
func deleted(id int64, values fields) schema.Result {
	have := schema.NewRecord(values)
	have.ID = id
	return schema.Result{Action: &schema.Action{Op: schema.OpDelete, Have: have}, Outcome: schema.Outcome{Status: schema.StatusDeleted}}
}

func testRun(files ...string) schema.Run {
	return schema.Run{ID: "20260102-1", Command: "import", Version: "0.1.0", Target: "https://jira.example.org",
		User: "admin", Files: files, Started: time.Date(2026, 1, 2, 4, 4, 5, 0, time.FixedZone("CET", 3600)),
		Ended: time.Date(2026, 1, 2, 3, 5, 0, 123456789, time.UTC), Complete: true, Manifest: "sha256:0a11", Digest: "sha256:00ff",
		Requests: 9, Writes: 4}
}

// sampleResults is one result of each kind, from one YAML file, out of order.
func sampleResults() []schema.Result {
	const file = "samples/a.yaml"
	exists := result(wanted(place(file, 3), github("Mirror")), schema.OpExists, schema.StatusExists)
	exists.Action.Have = schema.Record{ID: 41}
	exists.Action.Changes = []schema.Change{
		{Field: schema.FieldSendCommitEmails, From: schema.Bool(true), To: schema.Bool(false)},
		{Field: schema.FieldTagsFilter, From: schema.Text("v.*"), To: schema.Text("")},
		{Field: schema.FieldProjectMappingIDs, From: schema.IDs(9007199254740993, 2), To: schema.IDs()},
	}
	created := result(wanted(place(file, 1), fields{
		schema.FieldType: schema.Text("GITLAB_SERVER"), schema.FieldOrigin: schema.Text("https://gitlab.example.org/<x>"),
		schema.FieldPat: schema.Hidden(schema.Refer(schema.SchemeEnv, "ACME_PAT").Resolved("glpat-123456")),
	}), schema.OpCreate, schema.StatusCreated)
	created.ID, created.Attempts, created.HTTP, created.Took = 57, 2, 200, 1234*time.Millisecond
	failed := result(wanted(place(file, 2), fields{
		schema.FieldType: schema.Text("GITHUB"), schema.FieldDisplayName: schema.Text("Acme on GitHub"),
		schema.FieldPat:      schema.Hidden(schema.Literal("ghp_secret", "env:GIJBULK_ACME_PAT")),
		schema.FieldUsername: schema.Text(""), schema.FieldProjects: schema.Words("ACME", "WEB"),
		schema.FieldProjectMappingIDs: schema.IDs(10, 11),
	}), schema.OpCreate, schema.StatusFailed)
	failed.HTTP, failed.Attempts, failed.Error, failed.Advice = 400, 1, "Bad credentials:\nno \x1b[31maccess", "renew the token"
	conflict := result(wanted(place(file, 4), github("Twice")), schema.OpConflict, schema.StatusConflict)
	conflict.Action.Reason = "two live integrations have this identity: 7 and 8"
	conflict.Outcome = conflict.Action.Outcome()
	return []schema.Result{
		conflict, exists, created,
		result(wanted(place(file, 7), github("Never")), schema.OpCreate, schema.StatusUnprocessed),
		failed,
		result(wanted(place(file, 6), github("Lost")), schema.OpCreate, schema.StatusUnknown),
		result(wanted(place(file, 5), github("Same")), schema.OpUnchanged, schema.StatusUnchanged),
	}
}

func samplePlan() schema.Plan {
	var plan schema.Plan
	for _, r := range inManifestOrder(testRun("samples/a.yaml"), sampleResults()) {
		plan.Actions = append(plan.Actions, *r.Action)
	}
	left := wanted(place("samples/a.yaml", 9), github("Left out"))
	plan.Actions = append(plan.Actions, schema.Action{Op: schema.OpInvalid, Want: left, Reason: "the record has no origin"})
	return plan
}
