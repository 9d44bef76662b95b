package reports

import (
	"testing"
	"time"

	"gijbulk/schema"
)

func TestVerdict(t *testing.T) {
	at := func(n int, op schema.Op, s schema.Status) schema.Result {
		return result(wanted(place("a.csv", n), github("x")), op, s)
	}
	unseen := at(1, schema.OpUpdate, schema.StatusUnprocessed)
	unseen.Action.Changes = []schema.Change{{Field: schema.FieldPat, Unseen: true}}
	losing := at(3, schema.OpDelete, schema.StatusUnprocessed)
	losing.Action.Loss = &schema.Loss{Nested: 3, Known: true, Lost: 3}
	fault := schema.CodeBadOrigin.Newf(place("a.csv", 1), "origin", "x")
	warning := fault
	warning.Level = schema.LevelWarning
	for _, tt := range []struct {
		name    string
		change  func(*schema.Run)
		results []schema.Result
		want    string
		rating  rating
	}{
		{"all is well", nil, []schema.Result{at(1, schema.OpCreate, schema.StatusCreated), at(2, schema.OpUnchanged, schema.StatusUnchanged)},
			"The server matches the manifest: 1 created, 1 unchanged.", ratingGood},
		{"some failed", nil, []schema.Result{at(1, schema.OpCreate, schema.StatusCreated), at(2, schema.OpCreate, schema.StatusFailed), at(3, schema.OpCreate, schema.StatusUnknown)},
			"2 of 3 records need attention: 1 failed, 1 unknown; the others: 1 created.", ratingBad},
		{"all failed", nil, []schema.Result{at(1, schema.OpCreate, schema.StatusFailed)}, "1 record needs attention: 1 failed.", ratingBad},
		{"left as they are", nil, []schema.Result{at(1, schema.OpExists, schema.StatusExists)},
			"1 record on the server: 1 exists; those that exist differ, and an import leaves them as they are.", ratingWarn},
		{"no records", nil, nil, "No records.", ratingGood},
		{"undone", func(r *schema.Run) { r.Command = "undo" }, []schema.Result{at(1, schema.OpDelete, schema.StatusDeleted)},
			"Everything was undone: 1 deleted.", ratingGood},
		{"stopped", func(r *schema.Run) { r.Complete, r.Why = false, "the run was stopped: no access." }, []schema.Result{at(1, schema.OpCreate, schema.StatusUnprocessed)},
			"The run was interrupted: no access. So far: 1 unprocessed.", ratingBad},
		{"killed", func(r *schema.Run) { r.Complete, r.Ended = false, time.Time{} }, []schema.Result{at(1, schema.OpCreate, schema.StatusCreated)},
			"The run was interrupted: it is still running or was killed. So far: 1 created.", ratingBad},
		{"drift", func(r *schema.Run) { r.Command, r.DryRun = "audit", true }, []schema.Result{at(1, schema.OpCreate, schema.StatusUnprocessed), at(2, schema.OpUnchanged, schema.StatusUnchanged)},
			"The server differs from the manifest in 1 of 2 records: 1 to create; nothing was changed.", ratingWarn},
		{"no drift", func(r *schema.Run) { r.Command, r.DryRun = "audit", true }, []schema.Result{unseen},
			"The server matches the manifest: 1 record, no drift.", ratingGood},
		{"plan", func(r *schema.Run) { r.Command, r.DryRun, r.Target = "plan", true, "https://jira.example.org" },
			[]schema.Result{at(1, schema.OpCreate, schema.StatusUnprocessed), at(2, schema.OpUnchanged, schema.StatusUnchanged), losing, at(4, schema.OpConflict, schema.StatusConflict)},
			"This plan would delete 1 and create 1 record on https://jira.example.org and lose 3 nested repositories; 1 in conflict, 1 unchanged.", ratingBad},
		{"plan of nothing", func(r *schema.Run) { r.Command, r.DryRun, r.Target = "sync", true, schema.SandboxURL },
			[]schema.Result{at(1, schema.OpUnchanged, schema.StatusUnchanged)}, "This sync would change nothing on an embedded sandbox: 1 unchanged.", ratingGood},
		{"refused", func(r *schema.Run) {
			r.Complete, r.Writes, r.Findings = false, 0, []schema.Finding{fault, warning}
		}, []schema.Result{at(1, schema.OpInvalid, schema.StatusFailed)},
			"The manifest of one record has 1 error and 1 warning; nothing was sent.", ratingBad},
		{"valid", func(r *schema.Run) { r.Command, r.DryRun = "validate", true }, []schema.Result{at(1, schema.OpInvalid, schema.StatusUnprocessed), at(2, schema.OpInvalid, schema.StatusUnprocessed)},
			"The manifest of 2 records is valid: no errors, no warnings.", ratingGood},
		{"warned", func(r *schema.Run) { r.Command, r.DryRun, r.Findings = "validate", true, []schema.Finding{warning} }, []schema.Result{at(1, schema.OpInvalid, schema.StatusUnprocessed)},
			"The manifest of one record is valid, with 1 warning.", ratingWarn},
	} {
		run := testRun("a.csv")
		if tt.change != nil {
			tt.change(&run)
		}
		got, rating := totalsOf(newDocument(run, tt.results)).verdict()
		if got != tt.want || rating != tt.rating {
			t.Errorf("%s: %s %q, want %s %q", tt.name, rating, got, tt.rating, tt.want)
		}
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1234: "-1,234", -123: "-123"} {
		if got := withSeparators(n); got != want {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
}
