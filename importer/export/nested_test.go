package export

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gijbulk/importer/manifest"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// liveNested is a nested repository of integration 1, out of "field=value" in one line.
func liveNested(t *testing.T, id int64, path, line string) schema.Record {
	r := schema.RecordOf([]schema.FieldValue{{Field: schema.FieldOrigin, Value: schema.Text("https://github.com/" + path + ".git")}})
	for f, v := range given(t, line).All() {
		r = r.Set(f, v)
	}
	r = r.Set(schema.FieldKind, schema.Text("nested"))
	r.ID, r.Integration = id, 1
	return r
}

// given is a record out of "field=value" in one line, with values in the shapes of their fields.
func given(t *testing.T, line string) schema.Record {
	e := schema.Entry{Listed: schema.KindNested}
	for word := range strings.FieldsSeq(line) {
		name, value, _ := strings.Cut(word, "=")
		f, known := schema.FieldNamed(name)
		if !known {
			t.Fatalf("there is no field %q", name)
		}
		e.Cells = append(e.Cells, schema.Cell{Field: f, Written: schema.Written{Form: schema.FormCell, Text: value}})
	}
	r := schema.Checker{}.Check(e)
	r.Findings = nil
	return r
}

func TestNested(t *testing.T) {
	for _, tt := range []struct {
		name, own string
		nested    []string // path and settings
		want      string
		told      string // fields
	}{
		{"as the integration", "global=true disabled=no", []string{"a/x global=true disabled=no projectMappingIds=5"}, "", ""},
		{"projects", "global=true", []string{"a/x global=false projectMappingIds=5;6", "a/y global=true"}, "projectMappingIds=5,6 match=a/x", ""},
		{"other projects", "global=false projectMappingIds=5", []string{"a/x global=false projectMappingIds=6", "a/y global=false projectMappingIds=5"}, "projectMappingIds=6 match=a/x", ""},
		{"opened to all", "global=false projectMappingIds=5", []string{"a/x global=true projectMappingIds=6", "a/y global=false projectMappingIds=5"}, "global=true match=a/x", ""},
		{"an exception sets what the rule does", "global=true disabled=no", []string{"a/1 global=false projectMappingIds=5 disabled=no", "a/2 global=false projectMappingIds=5 disabled=no",
			"a/3 global=false projectMappingIds=5 disabled=no", "a/4 global=true disabled=no"}, "global=true match=a/4, projectMappingIds=5 match=a/*", ""},
		{"a manager is not shown projects", "disabled=no", []string{"a/x disabled=no", "a/y disabled=yes"}, "disabled=true match=a/y", ""},
		{"the integration does not show it", "", []string{"a/x disabled=no", "a/y disabled=yes"}, "disabled=false match=a/x, disabled=true match=a/y", ""},
		{"blank where others show it", "tagsFilter=v", []string{"a/x", "a/y tagsFilter=v"}, "tagsFilter= match=a/x", ""},
		{"shown nowhere", "tagsFilter=v", []string{"a/x", "a/y"}, "", ""},
		{"display names that follow from paths", "", []string{"a/x displayName=x", "a/b-c displayName=B_C", "a/b/c displayName=b/c", "a/y displayName=Other"}, "displayName=Other match=a/y", ""},
		{"web links", "", []string{"a/x webLinkType=github viewFormat=https://h/a/x/${path}", "a/y webLinkType=github viewFormat=https://h/"}, "webLinkType=github match=a/x, webLinkType=github viewFormat=https://h/ match=a/y", "viewFormat"},
		{"one path twice", "", []string{"a/x disabled=no", "a/x disabled=yes"}, "disabled=false match=a/x", "match"},
		{"no pattern for it alone", "disabled=no", []string{"a/[x disabled=yes", "a/]x disabled=no"}, "", "match"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			integration := given(t, tt.own).Set(schema.FieldKind, schema.Value{}).Set(schema.FieldDisplayName, schema.Text("A"))
			integration.ID = 1
			var nested []schema.Record
			for i, line := range tt.nested {
				path, line, _ := strings.Cut(line, " ")
				nested = append(nested, liveNested(t, int64(i+2), path, line))
			}
			rules, findings := Nested([]schema.Record{integration}, nested)
			var said, told []string
			for _, r := range rules[1] {
				said = append(said, strings.ReplaceAll(saidRule(r), "kind=nested ", ""))
			}
			for _, f := range findings {
				told = append(told, f.Field)
			}
			if got := strings.Join(said, ", "); got != tt.want || strings.Join(told, " ") != tt.told {
				t.Errorf("got %s and told %s\nwant %s and %s", got, told, tt.want, tt.told)
			}
		})
	}
}

func saidRule(r schema.Record) string {
	var words []string
	for f, v := range r.All() {
		words = append(words, fmt.Sprintf("%s=%s", f, v))
	}
	return strings.Join(words, " ")
}

// ownName is a display name that somebody gave to a nested repository.
const ownName = `One, "two"`

// server is an integration with its nested repositories.
type server struct {
	integration schema.Record
	nested      []schema.Record
}

// drawServer draws one with nested repositories of a few settings, which start as those of the integration.
func drawServer(t *rapid.T) server {
	own := schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldType: schema.Text("GITHUB"), schema.FieldOrigin: schema.Text("https://api.github.com"), schema.FieldDisplayName: schema.Text("A"),
	})
	own = drawSettings(t, own, false)
	own.ID = 1
	segment := rapid.StringMatching(rapid.SampledFrom([]string{`[ab]{1,3}`, `[ab-]{1,2}`, `[aé* .?]{1,2}`}).Draw(t, "letters"))
	paths := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(segment, 1, 3).Draw(t, "segments"), "/")
	}), 1, 12, rapid.ID).Draw(t, "paths")
	kinds := []schema.Record{own}
	for range rapid.IntRange(1, 3).Draw(t, "others") {
		kinds = append(kinds, drawSettings(t, own, true))
	}
	s := server{integration: own}
	for i, path := range paths {
		r := rapid.SampledFrom(kinds).Draw(t, "settings").Set(schema.FieldType, schema.Value{}).Set(schema.FieldKind, schema.Text("nested")).
			Set(schema.FieldOrigin, schema.Text("https://github.com/"+strings.ReplaceAll(path, "?", "%3F")))
		if r.Name() == "A" {
			r = r.Set(schema.FieldDisplayName, schema.Text(path))
		}
		r.ID, r.Integration = int64(i+2), 1
		s.nested = append(s.nested, r)
	}
	return s
}

func drawSettings(t *rapid.T, r schema.Record, nested bool) schema.Record {
	if nested {
		r = r.Set(schema.FieldWebLinkType, schema.Text(rapid.SampledFrom([]string{"", "github"}).Draw(t, "webLinkType")))
		if rapid.IntRange(0, 5).Draw(t, "named") == 0 {
			r = r.Set(schema.FieldDisplayName, schema.Text(ownName))
		}
	}
	for _, f := range []schema.Field{schema.FieldDisabled, schema.FieldSmartCommitsEnabled} {
		r = r.Set(f, schema.Bool(rapid.Bool().Draw(t, f.String())))
	}
	r = r.Set(schema.FieldTagsFilter, schema.Text(rapid.SampledFrom([]string{"", "v.*"}).Draw(t, "tagsFilter")))
	r = r.Set(schema.FieldProjectMappingIDs, schema.IDs(rapid.SliceOfN(rapid.Int64Range(1, 2), 0, 2).Draw(t, "ids")...))
	return r.Set(schema.FieldGlobal, schema.Bool(rapid.Bool().Draw(t, "global")))
}

// TestNestedRulesAreExact: exported rules plan to no changes, in every format; on a server where the nested repositories are
// still as their integration they make them what they are here; and none of them could be left out.
func TestNestedRulesAreExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawServer(t)
		rules, findings := Nested([]schema.Record{s.integration}, s.nested)
		if slices.ContainsFunc(findings, func(f schema.Finding) bool { return f.Field == schema.FieldMatch.String() }) {
			t.Skip("not every nested repository can have a rule")
		}
		f := rapid.SampledFrom(manifest.Formats()).Draw(t, "format")
		want := s.written(t, f, rules[1])
		if plan := planOf(want, s); plan.Count(schema.OpUpdate) > 0 {
			t.Fatalf("%s: would update %v", said(want), plan.Actions)
		}
		if different := s.different(want.Rules); different != "" {
			t.Fatalf("%s: elsewhere it would be %s", said(want), different)
		}
		for i := range want.Rules {
			if s.different(slices.Delete(slices.Clone(want.Rules), i, i+1)) == "" {
				t.Fatalf("%s: rule %d is not needed", said(want), i+1)
			}
		}
	})
}

// written is the integration with its rules as a manifest holds them.
func (s server) written(t *rapid.T, f manifest.Format, rules []schema.Record) schema.Record {
	r := s.integration.WithIdentityOnly()
	r.Rules = rules
	var text bytes.Buffer
	if err := manifest.Write(&text, f, slices.Values([]schema.Record{r})); err != nil {
		t.Fatal(err)
	}
	var records []schema.Record
	for e, err := range manifest.Read(&text, "m", f, schema.UTF8) {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, schema.Checker{}.Check(e))
	}
	records = schema.AttachRules(records)
	if len(records) != 1 || len(records[0].Rules) != len(rules) {
		t.Fatalf("%d rules became %v", len(rules), records)
	}
	for _, rule := range records[0].Rules {
		if len(rule.Findings) > 0 {
			t.Fatal(rule.Findings)
		}
	}
	return records[0]
}

func planOf(want schema.Record, s server) schema.Plan {
	plan, _ := planner.Diff([]schema.Record{want}, []schema.Record{s.integration}, planner.Options{Update: true, Nested: s.nested})
	return plan
}

// different names nested repositories that rules make something else of, where they start as their integration.
func (s server) different(rules []schema.Record) string {
	var names []string
	matcher := schema.NewRuleMatcher(rules)
	for _, r := range s.nested {
		path := schema.NestedPath(r.Origin())
		made := s.integration
		if i, found := matcher.First(path); found {
			for f, v := range rules[i].All() {
				made = made.Set(f, v)
			}
		}
		for f := range settable {
			is, would := r.Get(f), made.Get(f)
			switch {
			case is.Equal(would), blankOrAbsent(is) && blankOrAbsent(would):
			case f == schema.FieldDisplayName && would.Text() == s.integration.Name() && is.Text() != ownName:
			case f == schema.FieldProjectMappingIDs && r.Get(schema.FieldGlobal).Bool():
			default:
				names = append(names, fmt.Sprintf("%s: %s %s, not %s", path, f, would, is))
			}
		}
	}
	return strings.Join(names, "; ")
}

func blankOrAbsent(v schema.Value) bool { return !v.IsSet() || v.Blank() }

func said(r schema.Record) string {
	var rules []string
	for _, rule := range r.Rules {
		rules = append(rules, saidRule(rule))
	}
	return strings.Join(rules, ", ")
}
