package planner

import (
	"fmt"
	"strings"
	"testing"

	"gijbulk/schema"
)

// inside is a live nested repository.
func inside(id, integration int64, path string, fields ...any) schema.Record {
	r := live(id, append([]any{"kind", "nested", "origin", "https://github.com/" + path + ".git", "displayName", path}, fields...)...)
	r.Integration = integration
	return r
}

func ruled(r schema.Record, rules ...schema.Record) schema.Record {
	r.Rules = rules
	return r
}

func TestDiffOfNestedRepositories(t *testing.T) {
	a := record(2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A")
	have := []schema.Record{live(1, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A")}
	rule := func(line int, fields ...any) schema.Record {
		return record(line, append([]any{"kind", "nested"}, fields...)...)
	}
	off := rule(3, "match", "acme/*", "disabled", true)
	for _, tt := range []struct {
		name      string
		want      schema.Record
		nested    []schema.Record
		sent      memory
		said      string
		unchanged int
	}{
		{"differs", ruled(a, off), []schema.Record{inside(5, 1, "acme/x", "disabled", false)}, nil, "unchanged 1, update 5 disabled", 0},
		{"as wanted", ruled(a, off), []schema.Record{inside(5, 1, "acme/x", "disabled", true)}, nil, "unchanged 1", 1},
		{"no match", ruled(a, off), []schema.Record{inside(5, 1, "ops/x", "disabled", false)}, nil, "unchanged 1", 0},
		{"of another integration", ruled(a, off), []schema.Record{inside(5, 7, "acme/x", "disabled", false)}, nil, "unchanged 1", 0},
		{"the first that matches", ruled(a, rule(3, "match", "x", "disabled", false), off), []schema.Record{inside(5, 1, "acme/x", "disabled", false)}, nil, "unchanged 1", 1},
		{"left out where it is blank", ruled(a, rule(3, "match", "*", "tagsFilter", "v")),
			[]schema.Record{inside(5, 1, "acme/x"), inside(6, 1, "acme/y", "tagsFilter", "v")}, nil, "unchanged 1, update 5 tagsFilter", 1},
		{"shown nowhere", ruled(a, rule(3, "match", "*", "tagsFilter", "v")), []schema.Record{inside(5, 1, "acme/x")}, nil, "unchanged 1, update 5 tagsFilter?", 0},
		{"shown nowhere, sent before", ruled(a, rule(3, "match", "*", "tagsFilter", "v")), []schema.Record{inside(5, 1, "acme/x")},
			memory{schema.FieldTagsFilter: "v"}, "unchanged 1", 1},
		{"new", ruled(record(2, "type", "GITLAB", "displayName", "N"), off), []schema.Record{inside(5, 1, "acme/x", "disabled", false)}, nil, "create 0", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := Options{Update: true, Nested: tt.nested}
			if tt.sent != nil {
				o.Sent = tt.sent
			}
			plan, _ := Diff([]schema.Record{tt.want}, have, o)
			if got := said(plan); got != tt.said || plan.NestedCounts().Unchanged != tt.unchanged {
				t.Errorf("got %s and %+v, want %s and %d unchanged", got, plan.NestedCounts(), tt.said, tt.unchanged)
			}
			o.Update = false
			if plan, _ := Diff([]schema.Record{tt.want}, have, o); plan.Count(schema.OpUpdate) > 0 {
				t.Errorf("an import would do %s", said(plan))
			}
		})
	}
}

func TestNestedRepositoriesGoWithTheirIntegration(t *testing.T) {
	var want, have, nested []schema.Record
	for i := range int64(20) {
		name := fmt.Sprint("n", i)
		r := record(int(i)+2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", name, "wave", int(i%3))
		want = append(want, ruled(r, record(100, "kind", "nested", "match", "*", "disabled", true)))
		have = append(have, live(i+1, "type", "GITHUB", "origin", "https://api.github.com", "displayName", name))
		nested = append(nested, inside(100+i, i+1, "acme/"+name, "disabled", i%2 == 0))
	}
	plan, _ := Diff(want, have, Options{Update: true, Nested: nested})
	if n := plan.CountKind(schema.OpUpdate, schema.KindNested); n != 10 || plan.LiveNested != 20 {
		t.Fatalf("%d to update of %d", n, plan.LiveNested)
	}
	updates, unchanged := 0, 0
	for i := range 3 {
		part := Shard(plan, schema.Shard{Index: i + 1, Of: 3})
		here := make(map[int64]bool)
		for _, a := range part.Actions {
			if a.Have.Kind() == schema.KindNested && !here[a.Have.Integration] {
				t.Errorf("%s is in another shard than its integration", a.Want.Key())
			}
			here[a.Have.ID] = true
		}
		updates, unchanged = updates+part.Count(schema.OpUpdate), unchanged+part.NestedCounts().Unchanged
	}
	if updates != 10 || unchanged != 10 {
		t.Errorf("the shards have %d updates and %d unchanged", updates, unchanged)
	}
	for _, wave := range Waves(plan, 0) {
		for _, n := range wave.Actions {
			if a := plan.Actions[n]; (a.Have.Integration-1)%3 != wave.Number {
				t.Errorf("%s is in wave %d", a.Want.Key(), wave.Number)
			}
		}
	}
	if plan.Digest() == mustDiff(want, have, nested[2:]).Digest() {
		t.Error("the digest does not cover nested repositories")
	}
	limits := SafetyLimits{MaxUpdate: mustLimit(t, "40%"), MaxDelete: mustLimit(t, "10%")}
	err := Guard(plan, map[schema.Kind]int{schema.KindIntegration: 20, schema.KindNested: plan.LiveNested}, limits)
	if err == nil || !strings.HasPrefix(err.Error(), "the plan would update 10 of 20 live nested repositories (50%)") {
		t.Error(err)
	}
}

func mustDiff(want, have, nested []schema.Record) schema.Plan {
	plan, _ := Diff(want, have, Options{Update: true, Nested: nested})
	return plan
}

func mustLimit(t *testing.T, text string) schema.Limit {
	t.Helper()
	l, err := schema.ParseLimit(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestInvertOfNestedRepositories(t *testing.T) {
	was := inside(5, 1, "acme/x", "disabled", false)
	now := was.Set(schema.FieldDisabled, schema.Bool(true))
	want := now
	want.ID = 0
	a := schema.Action{Op: schema.OpUpdate, Want: want, Have: was, Changes: []schema.Change{{Field: schema.FieldDisabled, From: schema.Bool(false), To: schema.Bool(true)}}}
	done := schema.Outcome{Status: schema.StatusUpdated, ID: 5, Attempts: 1}
	plan, _ := Invert([]schema.Result{result(a, done)}, []schema.Record{now})
	if got := said(plan); got != "update 5 disabled" {
		t.Errorf("got %s", got)
	}
	created := result(schema.Action{Op: schema.OpCreate, Want: record(2, "type", "GITHUB", "displayName", "A")}, schema.Outcome{Status: schema.StatusCreated, ID: 1, Attempts: 1})
	plan, _ = Invert([]schema.Result{created, result(a, done)}, []schema.Record{now, live(1, "type", "GITHUB", "displayName", "A")})
	if got := said(plan); got != "delete 1" {
		t.Errorf("with its integration: got %s", got)
	}
}

func BenchmarkDiffOfNestedRepositories(b *testing.B) {
	const n = 100_000
	var want, have, nested []schema.Record
	for i := range int64(50) {
		name := fmt.Sprint("n", i)
		r := record(int(i)+2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", name)
		for k := range 12 {
			r.Rules = append(r.Rules, record(100, "kind", "nested", "match", fmt.Sprintf("team-%d/*", k), "disabled", true, "global", true))
		}
		want, have = append(want, r), append(have, live(i+1, "type", "GITHUB", "origin", "https://api.github.com", "displayName", name))
	}
	for i := range int64(n) {
		nested = append(nested, inside(1000+i, i%50+1, fmt.Sprintf("team-%d/r-%d", i%16, i), "disabled", i%100 > 0, "global", true))
	}
	for b.Loop() {
		mustDiff(want, have, nested)
	}
}
