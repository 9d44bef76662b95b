package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gijbulk/importer/engine"
	"gijbulk/importer/match"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// neverSent knows nothing about what was sent earlier.
type neverSent struct{}

func (neverSent) Compare(int64, schema.Field, schema.Value) (same, judged bool) { return false, true }
func (neverSent) Why(int64, schema.Field) schema.Resend                         { return schema.ResendUnrecorded }

// planText is what a plan does, in one line.
func planText(plan schema.Plan) string {
	var words []string
	for _, a := range plan.Actions {
		word := fmt.Sprintf("%s %d", a.Op, a.Have.ID)
		for _, c := range a.Changes {
			word += " " + c.Field.String()
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

// drawRecord draws from both kinds and few types, origins, names and values, so that records meet
// each other.
func drawRecord(t *rapid.T) schema.Record {
	const repository schema.Type = "" // it has none
	kind := rapid.SampledFrom([]schema.Type{schema.TypeGitHub, schema.TypeGitLabServer, schema.TypeAWS, repository}).Draw(t, "type")
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

// TestDryRun: the plan that is shown is carried out, write by write and no other, and then nothing
// is left to do.
func TestDryRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newServer()
		s.events = &events{}
		for range rapid.IntRange(0, 8).Draw(t, "live") {
			s.add(drawRecord(t))
		}
		var want []schema.Record
		seen := make(map[schema.Key]bool)
		for i := range rapid.IntRange(0, 8).Draw(t, "wanted") {
			r := drawRecord(t)
			if r.Place = (schema.Place{File: "m", Line: i + 2, Record: i + 1}); !seen[r.Key()] {
				want = append(want, r)
			}
			seen[r.Key()] = true
		}
		o := planner.Options{Update: rapid.Bool().Draw(t, "update"), Prune: rapid.Bool().Draw(t, "prune"), Sent: neverSent{}}
		shown, _ := planner.Diff(want, slices.Clone(s.live), o)
		plan, _ := planner.Diff(want, slices.Clone(s.live), o)
		if shown.Digest() != plan.Digest() || planText(shown) != planText(plan) {
			t.Fatalf("shown %s, carried out %s", planText(shown), planText(plan))
		}
		for _, a := range shown.Actions {
			alike := func(r schema.Record) bool { return match.KindAndTypeOf(r) == match.KindAndTypeOf(a.Have) }
			if a.Op == schema.OpDelete && !slices.ContainsFunc(want, alike) {
				t.Fatalf("%s would be deleted, and the manifest has nothing of its kind and type", a.Have.Key())
			}
		}
		before := len(s.live)
		run := engine.Run{Plan: plan, Waves: planner.Waves(plan, 0), Target: s, Concurrency: 3}
		if err := run.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.requests() != shown.Writes() || len(s.live) != before+shown.Count(schema.OpCreate)-shown.Count(schema.OpDelete) {
			t.Fatalf("%d requests for %s; %d live after %d", s.requests(), planText(shown), len(s.live), before)
		}
		after, _ := planner.Diff(want, s.live, o)
		for _, a := range after.Actions {
			// A field that the server does not show stays open, since nothing records what was sent.
			if a.Op.Writes() && (a.Op != schema.OpUpdate || a.Drifts()) {
				t.Fatalf("after %s there is left %s", planText(shown), planText(after))
			}
		}
	})
}
