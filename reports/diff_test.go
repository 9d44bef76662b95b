package reports

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gijbulk/schema"
)

// night makes a report of a sync of these records: NAME=STATUS, and =ID where the id is
// another than the name's length.
func night(run schema.Run, records ...string) Report {
	var all []schema.Result
	for n, r := range records {
		name, status, _ := strings.Cut(r, "=")
		status, id, given := strings.Cut(status, "=")
		o := result(wanted(place("a.csv", n+1), github(name)), schema.OpCreate, schema.Status(status))
		o.ID = int64(len(name))
		if given {
			_, _ = fmt.Sscan(id, &o.ID)
		}
		all = append(all, o)
	}
	return NewReport(run, all)
}

// told is each difference with the record's name, in order.
func told(c Comparison) []string {
	var all []string
	for _, d := range c.Records {
		r := d.After
		if r == nil {
			r = d.Before
		}
		text := string(d.Difference) + " " + r.DisplayName
		for _, f := range d.Fields {
			text += fmt.Sprintf(", %s: %s -> %s", f.Field, f.From, f.To)
		}
		all = append(all, text)
	}
	return all
}

func TestCompare(t *testing.T) {
	before := night(testRun("a.csv"), "same=unchanged", "broke=created", "fixed=failed", "gone=created", "bad=failed", "old name=created", "moved=unchanged", "came=created", "worse=unknown")
	after := night(testRun("a.csv"), "new=created", "same=unchanged", "broke=failed", "fixed=updated", "bad=failed", "new name=created=8", "moved=unchanged=55", "fresh=failed", "came=unchanged", "worse=conflict")
	c := Compare(before, after)
	want := []string{"new-failure broke, state: created -> failed", "new-failure fresh", "fixed fixed, state: failed -> updated", "appeared new", "disappeared gone",
		"changed new name, displayName: old name -> new name", "changed moved, id: 5 -> 55", "changed came, state: created -> unchanged", "changed worse, state: unknown -> conflict"}
	if diff := cmp.Diff(want, told(c)); diff != "" {
		t.Error(diff)
	}
	if c.Same != 2 || c.StillFailing != 1 {
		t.Errorf("%d as before, %d still failing", c.Same, c.StillFailing)
	}
}

// In an audit a record fails that drifts, and what differs is compared field by field.
func TestCompareAudits(t *testing.T) {
	run := testRun("a.csv")
	run.Command, run.DryRun = "audit", true
	audit := func(op schema.Op, changes ...schema.Change) Report {
		o := result(wanted(place("a.csv", 1), github("x")), op, schema.StatusUnprocessed)
		o.Action.Changes = changes
		return NewReport(run, []schema.Result{o})
	}
	filter := schema.Change{Field: schema.FieldTagsFilter, From: schema.Text("v.*"), To: schema.Text("")}
	other := schema.Change{Field: schema.FieldTagsFilter, From: schema.Text("x"), To: schema.Text("")}
	disabled := schema.Change{Field: schema.FieldDisabled, From: schema.Bool(true), To: schema.Bool(false)}
	hidden := schema.Change{Field: schema.FieldPat, To: schema.Text("env:A"), Unseen: true}
	for _, tt := range []struct {
		before, after Report
		want          []string
	}{
		{audit(schema.OpUnchanged), audit(schema.OpUpdate, filter), []string{"new-failure x, state: unchanged -> update"}},
		{audit(schema.OpUpdate, filter), audit(schema.OpUnchanged), []string{"fixed x, state: update -> unchanged"}},
		{audit(schema.OpUpdate, filter), audit(schema.OpUpdate, filter), nil},
		{audit(schema.OpUpdate, filter), audit(schema.OpUpdate, other, disabled),
			[]string{`changed x, tagsFilter: "v.*" → "" -> "x" → "", disabled: as wanted -> true → false`}},
		{audit(schema.OpUnchanged), audit(schema.OpUpdate, hidden), []string{"changed x, state: unchanged -> update"}},
	} {
		if diff := cmp.Diff(tt.want, told(Compare(tt.before, tt.after))); diff != "" {
			t.Error(diff)
		}
	}
}

// On another server an id says nothing.
func TestCompareAcrossServers(t *testing.T) {
	elsewhere := testRun("a.csv")
	elsewhere.Target = "https://other.example.org"
	c := Compare(night(testRun("a.csv"), "same=created", "a=created"), night(elsewhere, "same=created=99", "b=created=1"))
	if diff := cmp.Diff([]string{"appeared b", "disappeared a"}, told(c)); diff != "" {
		t.Error(diff)
	}
}

// Every record of both reports is told of or counted once, and a report differs in
// nothing from itself.
func TestCompareLosesNothing(t *testing.T) {
	records := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf("%s=%s=%d", rapid.SampledFrom([]string{"", "a", "b", "c"}).Draw(t, "name"),
			rapid.SampledFrom(schema.Statuses()).Draw(t, "status"), rapid.IntRange(0, 3).Draw(t, "id"))
	}), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		before, after := night(testRun("a.csv"), records.Draw(t, "before")...), night(testRun("a.csv"), records.Draw(t, "after")...)
		c := Compare(before, after)
		olds, news := c.Same, c.Same
		for _, d := range c.Records {
			if d.Before != nil {
				olds++
			}
			if d.After != nil {
				news++
			}
		}
		if olds != len(before.Records) || news != len(after.Records) {
			t.Errorf("%d and %d records of %d and %d", olds, news, len(before.Records), len(after.Records))
		}
		if same := Compare(after, after); len(same.Records) > 0 {
			t.Errorf("a report differs from itself: %q", told(same))
		}
	})
}

func comparison() Comparison {
	later := testRun("a.csv")
	later.ID, later.Started, later.Ended = "20260103-1", later.Started.AddDate(0, 0, 1), later.Ended.AddDate(0, 0, 1)
	later.Manifest = "sha256:0a12"
	before := []string{"same=unchanged", "broke\x1b[2J=created", "fixed=failed", "gone=created"}
	after := []string{"same=unchanged", "broke\x1b[2J=failed", "fixed=updated", "東京=created"}
	for n := range longestList + 3 {
		before, after = append(before, fmt.Sprintf("record %d=created", n)), append(after, fmt.Sprintf("record %d=unchanged", n))
	}
	c := Compare(night(testRun("a.csv"), before...), night(later, after...))
	c.Records[0].After.Error, c.Records[0].After.Advice = "Bad credentials", "renew the token"
	c.Records[0].Fields = append(c.Records[0].Fields, FieldChange{"error", "", "Bad credentials"})
	return c
}

func TestComparisonGolden(t *testing.T) {
	golden(t, "diff.txt", func(w *bytes.Buffer) error { return ComparisonText(w, comparison(), Page{}) })
	golden(t, "diff-60.txt", func(w *bytes.Buffer) error {
		return ComparisonText(w, comparison(), Page{Columns: 60, Folded: true, Flags: map[schema.Option]string{schema.OptionFull: "--full"}})
	})
	golden(t, "diff.jsonl", func(w *bytes.Buffer) error { return ComparisonJSON(w, comparison()) })
}
