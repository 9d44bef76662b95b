package schema

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestGlob(t *testing.T) {
	for _, tt := range []struct {
		pattern  string
		yes, not string // paths, divided by blanks
	}{
		{"acme/payments-*", "acme/payments-api acme/payments-", "acme/payments-api/x acme/web x/acme/payments-a"},
		{"web", "acme/web web a/b/web", "acme/webs web/x"},
		{"*-api", "acme/pay-api x/y/-api", "acme/api-x acme/pay-api/x"},
		{"acme/**", "acme/a acme/a/b", "acme other/acme/a"},
		{"**/web", "web a/web a/b/web", "a/aweb"},
		{"a/**/b", "a/b a/x/b a/x/y/b", "ab a/xb"},
		{"a**b", "ab a/x/b axb", "ba"},
		{"*", "a b/c", ""},
		{"*/*", "a/b", "a a/b/c"},
		{"Acme/x", "Acme/x", "acme/x"},
	} {
		g := NewGlob(tt.pattern)
		for _, path := range strings.Fields(tt.yes) {
			if !g.Match(path) {
				t.Errorf("%s does not match %s", tt.pattern, path)
			}
		}
		for _, path := range strings.Fields(tt.not) {
			if g.Match(path) {
				t.Errorf("%s matches %s", tt.pattern, path)
			}
		}
	}
}

func TestGlobCovers(t *testing.T) {
	for _, tt := range []struct {
		glob, other string
		covers      bool
	}{
		{"acme/*", "acme/web", true}, {"acme/*", "acme/w*", true}, {"acme/*", "acme/**", false}, {"acme/**", "acme/*", true},
		{"**", "acme/*", true}, {"*", "web", true}, {"*", "acme/web", true}, {"web", "acme/web", true}, {"acme/web", "web", false},
		{"acme/w*", "acme/*", false}, {"a/**/b", "a/b", true}, {"a/b", "a/**/b", false},
	} {
		if got := NewGlob(tt.glob).Covers(NewGlob(tt.other)); got != tt.covers {
			t.Errorf("%s covers %s: %v", tt.glob, tt.other, got)
		}
	}
}

// TestGlobCoversOnlyWhatItMatches: what a covered pattern matches, the other one matches too.
func TestGlobCoversOnlyWhatItMatches(t *testing.T) {
	pattern := rapid.StringMatching(`[ab/*]{1,6}`).Filter(func(s string) bool { problem, _ := badMatch(s); return problem == "" })
	rapid.Check(t, func(t *rapid.T) {
		a, b := pattern.Draw(t, "a"), pattern.Draw(t, "b")
		path := rapid.StringMatching(`[ab](/?[ab]){0,5}`).Draw(t, "path")
		if NewGlob(a).Covers(NewGlob(b)) && NewGlob(b).Match(path) && !NewGlob(a).Match(path) {
			t.Fatalf("%s covers %s, and only the second matches %s", a, b, path)
		}
	})
}

func TestNestedPath(t *testing.T) {
	for origin, want := range map[string]string{
		"https://github.com/acme/web.git": "acme/web", "https://h.example:8443/scm/a/b/": "scm/a/b", "git@h.example:acme/web.git": "acme/web",
		"https://dev.azure.com/o/My%20Project/_git/x": "o/My Project/_git/x", "/srv/git/team/x.git": "srv/git/team/x", `D:\repos\x`: "D:/repos/x",
		"file:///srv/x.git": "srv/x", "ssh://git@h/a/b.git": "a/b",
	} {
		if got := NestedPath(origin); got != want {
			t.Errorf("%s: %s, want %s", origin, got, want)
		}
	}
}

func TestPatternOf(t *testing.T) {
	for _, tt := range []struct {
		path, wildcards, want string
		ok                    bool
	}{
		{"acme/web", "", "acme/web", true},
		{"acme/web", "*", "acme/web*", true},
		{"acme/", "**", "acme/**", true},
		{"a/[x]*y", "", "a/*x*y", true},
		{"a/[", "*", "a/*", true},
		{"a\\b\x01", "", "a*b*", true},
		{"a/b ", "", "a/b*", true},
		{"a/b ", "*", "a/b *", true},
		{" a", "", "*a", true},
		{"a/b.git", "", "a/b.git", false},
		{"a//b", "", "a//b", false},
		{"[[a[b[c[d[e[f[g[h[i", "", "*a*b*c*d*e*f*g*h*i", false},
		{"", "", "", false},
	} {
		if got, ok := PatternOf(tt.path, tt.wildcards); got != tt.want || ok != tt.ok {
			t.Errorf("%q and %s: %q, %v", tt.path, tt.wildcards, got, ok)
		}
	}
}

// rule is an entry for a rule of a table.
func rule(cells ...string) Entry {
	e := Entry{Place: Place{File: "m.csv", Line: 9, Record: 9}, Columns: []string{"kind"}}
	for i := 0; i < len(cells); i += 2 {
		f, _ := FieldNamed(cells[i])
		e.Cells = append(e.Cells, Cell{Name: cells[i], Field: f, Written: Written{Form: FormCell, Text: cells[i+1]}})
	}
	e.Cells = append(e.Cells, Cell{Name: "kind", Field: FieldKind, Written: Written{Form: FormCell, Text: "nested"}})
	return e
}

func TestCheckRules(t *testing.T) {
	for _, tt := range []struct {
		name, said string
		entry      Entry
	}{
		{"right", "", rule("integration", "A", "match", "acme/*", "projects", "ACME", "disabled", "yes")},
		{"no match", "match-required: the rule does not say which nested repositories it is for", rule("integration", "A", "disabled", "no")},
		{"no integration", "unknown-integration: the rule names no integration", rule("match", "x", "disabled", "no")},
		{"no field", "rule-without-fields: the rule sets no field", rule("integration", "A", "match", "x")},
		{"a URL", `bad-match: "https://h/acme/x.git" is a URL; a match has neither scheme nor host`, rule("integration", "A", "match", "https://h/acme/x.git", "disabled", "no")},
		{"another glob", `bad-match: "acme/{a,b}" has a character that means something in other globs; here only * and ** do`, rule("integration", "A", "match", "acme/{a,b}", "disabled", "no")},
		{"an empty segment", `bad-match: "/acme/x" has an empty segment; a path neither begins nor ends with /`, rule("integration", "A", "match", "/acme/x", "disabled", "no")},
		{"read-only", "read-only-field: mainBranch is read-only in a nested repository: the app ignores it without a word", rule("integration", "A", "match", "x", "disabled", "no", "mainBranch", "x")},
		{"the host's", "read-only-field: the git host decides the origin of a nested repository", rule("integration", "A", "match", "x", "disabled", "no", "origin", "https://h/x")},
		{"the integration's", "read-only-field: apiPath belongs to the integration: its nested repositories cannot have another one", rule("integration", "A", "match", "x", "disabled", "no", "apiPath", "/x")},
		{"a wave", "read-only-field: a rule has no wave: it belongs to its integration", rule("integration", "A", "match", "x", "disabled", "no", "wave", "2")},
		{"a pattern", "bad-pattern", rule("integration", "A", "match", "x", "tagsFilter", "(")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Checker{}.Check(tt.entry)
			var said []string
			for _, f := range r.Findings {
				said = append(said, fmt.Sprintf("%s: %s", f.Code, f.Message))
			}
			if got := strings.Join(said, "; "); !strings.HasPrefix(got, tt.said) || tt.said == "" && got != "" {
				t.Errorf("got %s", got)
			}
			if r.Kind() != KindNested {
				t.Errorf("it is a %s", r.Kind())
			}
		})
	}
	if got := (Checker{}).Check(rule("integration", "A", "match", "x", "projects", "ACME")).Get(FieldGlobal); !got.IsSet() || got.Bool() {
		t.Error("with projects, global is not false")
	}
	given := rule("match", "x").Assign([]Cell{{Field: FieldDisabled}}, []Cell{{Field: FieldGlobal}})
	if slices.ContainsFunc(given.Cells, func(c Cell) bool { return c.Field == FieldDisabled || c.Field == FieldGlobal }) {
		t.Error("--set and --default go to a rule")
	}
}

func TestAttachRules(t *testing.T) {
	integration := func(line int, t Type, name string) Record {
		r := NewRecord(map[Field]Value{FieldType: Text(string(t)), FieldOrigin: Text("https://h.example"), FieldDisplayName: Text(name)})
		r.Place = Place{File: "m", Line: line, Record: line}
		return r
	}
	nested := func(line int, of, match string) Record {
		r := NewRecord(map[Field]Value{FieldKind: Text("nested"), FieldIntegration: Text(of), FieldMatch: Text(match), FieldDisabled: Bool(true)})
		r.Place = Place{File: "m", Line: line, Record: line}
		return r
	}
	owned := nested(3, "", "x")
	owned.Owner = Place{File: "m", Line: 1, Record: 1}
	twin := integration(2, TypeGitLabServer, "B")
	for _, tt := range []struct {
		name    string
		records []Record
		rules   string // of the integrations
		said    string // about rules
	}{
		{"by name, before it", []Record{nested(1, "A", "x"), integration(2, TypeGerrit, "A")}, "A: x", ""},
		{"inside", []Record{integration(1, TypeGerrit, "A"), owned}, "A: x", ""},
		{"two of one name", []Record{integration(1, TypeGerrit, "B"), twin, nested(3, "GERRIT https://h.example B", "x")}, "B: x", ""},
		{"which of two", []Record{integration(1, TypeGerrit, "B"), twin, nested(3, "B", "x")}, "",
			"2 integrations are called \"B\" (write TYPE ORIGIN NAME, such as GITHUB https://api.github.com B)"},
		{"unknown", []Record{integration(1, TypeGerrit, "Acme"), nested(2, "Acne", "x")}, "", `no integration of the manifests is called "Acne" (did you mean Acme?)`},
		{"twice", []Record{integration(1, TypeGerrit, "A"), nested(2, "A", "x"), nested(3, "A", "x")}, "",
			"the rule at m:3 has errors, so no rule of this integration is applied (fix the other rule); the rule has the same integration and match as m:2 (remove one of them)"},
		{"unreachable", []Record{integration(1, TypeGerrit, "A"), nested(2, "A", "*"), nested(3, "A", "a/x")}, "A: * a/x",
			`the rule at m:2 matches all that this one does: "*" (move it before the other rule, or remove it)`},
		{"unreachable by the last segment", []Record{integration(1, TypeGerrit, "A"), nested(2, "A", "b*"), nested(3, "A", "x"), nested(4, "A", "a/**/x")}, "A: b* x a/**/x",
			`the rule at m:3 matches all that this one does: "x" (move it before the other rule, or remove it)`},
		{"of another integration", []Record{integration(1, TypeGerrit, "A"), twin, nested(3, "A", "*"), nested(4, "B", "x")}, "A: *, B: x", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var rules, said []string
			attached := AttachRules(tt.records)
			for _, r := range attached {
				words := r.Name() + ":"
				for _, rule := range append([]Record{r}, r.Rules...) {
					for _, f := range rule.Findings {
						said = append(said, f.Message+" ("+f.Advice+")")
					}
					if rule.Kind() == KindNested {
						words += " " + rule.Get(FieldMatch).Text()
					}
				}
				if len(r.Rules) > 0 {
					rules = append(rules, words)
				}
			}
			if got := strings.Join(rules, ", "); got != tt.rules {
				t.Errorf("rules %q, want %q", got, tt.rules)
			}
			if got := strings.Join(said, "; "); got != tt.said {
				t.Errorf("said %q, want %q", got, tt.said)
			}
			if again := AttachRules(ListRules(attached)); len(again) != len(attached) {
				t.Errorf("listed and attached again: %d records, want %d", len(again), len(attached))
			}
		})
	}
}
