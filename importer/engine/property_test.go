package engine

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gijbulk/importer/match"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// someRecord draws from both kinds and few types, origins, names and values, so that
// records meet each other.
func someRecord(t *rapid.T) schema.Record {
	const repository schema.Type = "" // it has none
	types := []schema.Type{schema.TypeGitHub, schema.TypeGitLabServer, schema.TypeAWS, repository}
	kind := rapid.SampledFrom(types).Draw(t, "type")
	values := map[schema.Field]schema.Value{schema.FieldType: schema.Text(string(kind))}
	if kind == repository {
		values = map[schema.Field]schema.Value{schema.FieldKind: schema.Text(string(schema.KindRepository))}
		values[schema.FieldMainBranch] = schema.Text(rapid.SampledFrom([]string{"main", "trunk"}).Draw(t, "branch"))
	}
	if kind == schema.TypeGitLabServer || kind == repository {
		values[schema.FieldOrigin] = schema.Text(rapid.SampledFrom([]string{"https://a.example", "https://b.example/"}).Draw(t, "origin"))
	} else if origin := kind.DefaultOrigin(); origin != "" {
		values[schema.FieldOrigin] = schema.Text(origin)
	}
	values[schema.FieldDisplayName] = schema.Text(rapid.SampledFrom([]string{"n1", "n2", "n3", "n4"}).Draw(t, "name"))
	if rapid.Bool().Draw(t, "says disabled") {
		values[schema.FieldDisabled] = schema.Bool(rapid.Bool().Draw(t, "disabled"))
	}
	if rapid.Bool().Draw(t, "says filter") {
		values[schema.FieldTagsFilter] = schema.Text(rapid.SampledFrom([]string{"v.*", "r.*"}).Draw(t, "filter"))
	}
	return schema.NewRecord(values)
}

// TestADryRunSaysWhatTheRunDoes: the plan that is shown is carried out, write by write
// and no other, and then there is nothing left to do.
func TestADryRunSaysWhatTheRunDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newServer()
		for range rapid.IntRange(0, 8).Draw(t, "live") {
			s.make(someRecord(t))
		}
		var want []schema.Record
		seen := make(map[schema.Key]bool)
		for i := range rapid.IntRange(0, 8).Draw(t, "wanted") {
			r := someRecord(t)
			if r.Place = (schema.Place{File: "m", Line: i + 2, Record: i + 1}); !seen[r.Key()] {
				want = append(want, r)
			}
			seen[r.Key()] = true
		}
		o := planner.Options{Update: rapid.Bool().Draw(t, "update"), Prune: rapid.Bool().Draw(t, "prune"), Sent: memory{}}
		shown, _ := planner.Diff(want, slices.Clone(s.live), o)
		done, _ := planner.Diff(want, slices.Clone(s.live), o)
		if shown.Digest() != done.Digest() || said(shown) != said(done) {
			t.Fatalf("shown %s, done %s", said(shown), said(done))
		}
		for _, a := range shown.Actions {
			alike := func(r schema.Record) bool { return match.ClassOf(r) == match.ClassOf(a.Have) }
			if a.Op == schema.OpDelete && !slices.ContainsFunc(want, alike) {
				t.Fatalf("%s would be deleted, and the manifest holds nothing of the kind", a.Have.Key())
			}
		}
		before, l := len(s.live), &ledger{}
		if err := (&Importer{Target: s, Concurrency: 3}).Apply(t.Context(), done, l.emit); err != nil {
			t.Fatal(err)
		}
		sent := 0
		for _, n := range s.sent {
			sent += n
		}
		if sent != shown.Writes() || len(s.live) != before+shown.Count(schema.OpCreate)-shown.Count(schema.OpDelete) {
			t.Fatalf("%d writes were sent for %s; %d live after %d", sent, said(shown), len(s.live), before)
		}
		after, _ := planner.Diff(want, s.live, o)
		for _, a := range after.Actions {
			// A field that nobody shows stays open, for this memory learns nothing.
			if a.Op.Writes() && (a.Op != schema.OpUpdate || a.Drifts()) {
				t.Fatalf("after %s there is left %s", said(shown), said(after))
			}
		}
	})
}
