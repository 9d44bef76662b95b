package convert_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"gijbulk/importer/convert"
	"gijbulk/importer/convert/tools"
	"gijbulk/schema"
)

// TestFilters holds what a filter selects of the host's own listing against what was
// converted of the tool's.
func TestFilters(t *testing.T) {
	item := func(pairs ...any) map[string]any {
		m := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i].(string)] = pairs[i+1]
		}
		return m
	}
	azureItem := func(project, name string, more ...any) map[string]any {
		return item(append([]any{"name", name, "project", map[string]any{"name": project}}, more...)...)
	}
	for _, tt := range []struct {
		sample string
		record int
		host   any
		want   []string
	}{
		{"gh", 1, []any{item("name", "web"), item("name", "billing", "archived", false), item("name", "billing-2019", "archived", true),
			item("name", "linux", "fork", true), item("name", "new-idea"), item("name", "made later", "archived", false, "fork", false)},
			[]string{"web", "billing", "made later"}},
		{"gitlab", 1, []any{item("name", "a", "path_with_namespace", "shop/backend/a"), item("name", "b", "archived", true), item("name", "c", "empty_repo", true)},
			[]string{"a"}},
		{"azure", 1, item("value", []any{azureItem("Pay & Book", "Ledger", "isDisabled", false), azureItem("Pay & Book", "Ledger.Old", "isDisabled", true),
			azureItem("Pay & Book", "Drafts"), azureItem("Pay & Book", "Later"), azureItem("Other", "Ledger")}),
			[]string{"Ledger", "Later"}},
		{"csv", 1, []any{item("name", "web"), item("name", "billing"), item("name", "other")}, []string{"web", "billing"}},
	} {
		at := slices.IndexFunc(sampleListings, func(s listingSample) bool { return s.golden == tt.sample })
		result, err := tools.All().Read(each(readSamples(t, sampleListings[at].files...)), sampleListings[at].options)
		if err != nil {
			t.Fatal(err)
		}
		filter := result.Entries[tt.record-1].Text(schema.FieldAPIFilter)
		if got := convert.Selected(t, filter, tt.host); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %s selects %q, want %q", tt.sample, filter, got, tt.want)
		}
	}
}

// TestLongFilters: where more is left out by name than a filter may hold, those that stay
// are named.
func TestLongFilters(t *testing.T) {
	list := []map[string]any{{"nameWithOwner": "acme/web", "url": "https://github.com/acme/web"}}
	host := []any{map[string]any{"name": "web"}}
	for i := range 10_000 {
		name := fmt.Sprintf("an-idea-that-nobody-began-%d", i)
		list = append(list, map[string]any{"nameWithOwner": "acme/" + name, "url": "https://github.com/acme/" + name, "isEmpty": true})
		host = append(host, map[string]any{"name": name})
	}
	text, _ := json.Marshal(list)
	result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: text}}), convert.Options{From: "gh"})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, result)
	if got := convert.Selected(t, result.Entries[0].Text(schema.FieldAPIFilter), host); len(result.Entries) != 1 || !slices.Equal(got, []string{"web"}) {
		t.Errorf("%d records, of %d repositories", len(result.Entries), len(got))
	}
}

// TestParts: no integration holds more than the vendor advises, and no filter is longer
// than the app takes; together they hold everything once. Of those that every repository
// may belong to, the last lists what is made later too.
func TestParts(t *testing.T) {
	for _, tt := range []struct {
		from                        string
		repositories, length, parts int
		every                       int // one of so many is left out
		later                       bool
	}{
		{from: "gh", repositories: 2000, length: 10, parts: 1, later: true},
		{from: "gh", repositories: 2001, length: 10, parts: 2, later: true},
		{from: "gh", repositories: 6001, length: 10, parts: 4, later: true},
		{from: "gh", repositories: 2000, length: 240, parts: 1, later: true},
		{from: "gh", repositories: 2000, length: 240, parts: 1, every: 2000, later: true},
		{from: "gh", repositories: 3000, length: 10, parts: 2, every: 100, later: true},
		{from: "gh", repositories: 600, length: 10, parts: 2, every: 2},
		{from: "csv", repositories: 140, length: 10, parts: 1},
		{from: "csv", repositories: 160, length: 10, parts: 2},
		{from: "csv", repositories: 100, length: 240, parts: 13},
	} {
		list, table := []map[string]any{}, strings.Builder{}
		table.WriteString("cloneUrl,org\n")
		var host []any
		wanted := map[string]bool{}
		for i := range tt.repositories {
			name := fmt.Sprintf("%0*d", tt.length, i)
			left := tt.every > 0 && i%tt.every == 0
			list = append(list, map[string]any{"nameWithOwner": "acme/" + name, "url": "https://github.com/acme/" + name, "isFork": false, "isEmpty": left})
			fmt.Fprintf(&table, "https://github.com/acme/%s,acme\n", name)
			host = append(host, map[string]any{"name": name})
			if !left {
				wanted[name] = true
			}
		}
		host = append(host, map[string]any{"name": "made later"})
		if tt.later {
			wanted["made later"] = true
		}
		text, _ := json.Marshal(list)
		if tt.from == "csv" {
			text = []byte(table.String())
		}
		result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: text}}), convert.Options{From: tt.from})
		if err != nil {
			t.Fatal(err)
		}
		sound(t, result)
		if len(result.Entries) != tt.parts {
			t.Errorf("%+v: %d parts", tt, len(result.Entries))
		}
		seen := map[string]int{}
		names := map[string]bool{}
		for _, e := range result.Entries {
			names[e.Text(schema.FieldDisplayName)] = true
			filter := e.Text(schema.FieldAPIFilter)
			var in []string
			if filter != "" {
				in = convert.Selected(t, filter, host)
			} else {
				in = slices.Sorted(maps.Keys(wanted))
			}
			if len(in) > 2001 || len(filter) > 2000 {
				t.Errorf("%+v: a part holds %d by a filter of %d characters", tt, len(in), len(filter))
			}
			for _, name := range in {
				seen[name]++
			}
		}
		if len(seen) != len(wanted) || len(names) != tt.parts {
			t.Errorf("%+v: %d repositories in %d names", tt, len(seen), len(names))
		}
		for name, n := range seen {
			if n != 1 || !wanted[name] {
				t.Errorf("%+v: %s is in %d parts", tt, name, n)
			}
		}
	}
}

// TestManyParts: more integrations than a person looks after are told of, and what else
// can be done.
func TestManyParts(t *testing.T) {
	for parts, want := range map[int]schema.Option{1: "", 2: "", 10: "", 11: schema.OptionRepositories} {
		var table strings.Builder
		table.WriteString("cloneUrl,org\n")
		for i := range parts * 8 {
			fmt.Fprintf(&table, "https://github.com/acme/%0240d,acme\n", i)
		}
		result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: []byte(table.String())}}), convert.Options{From: "csv"})
		if err != nil || len(result.Entries) != parts {
			t.Fatalf("%d parts, want %d, error %v", len(result.Entries), parts, err)
		}
		var told []schema.Finding
		for _, f := range result.Findings {
			if f.Code == schema.CodeListingSplit {
				told = append(told, f)
			}
		}
		became := fmt.Sprintf("became %d integrations", parts)
		if len(told) != min(parts-1, 1) || parts > 1 && (told[0].Option != want || told[0].Advice == "" || !strings.Contains(told[0].Message, became)) {
			t.Errorf("%d parts: %+v", parts, told)
		}
	}
}

// TestShortestFilter: of all that separates the wanted repositories from the others, the
// shortest is taken, but states that the host tells come first: they stay true.
func TestShortestFilter(t *testing.T) {
	for _, tt := range []struct{ kept, left, want string }{
		{"web api", "old:archived", "[?(!archived)]"},
		{"web api", "old:archived fork-of-web:fork", "[?(!archived) && (!fork)]"},
		{"web api", "a:archived b:java", "[?(!archived) && (!(name=='b'))]"},
		{"web api cli", "old docs", "[?(!contains(['docs','old'], name))]"},
		{"web", "docs old site", "[?name=='web']"},
		{"web api cli docs", "tmp-alpha tmp-beta tmp-gamma tmp-delta", "[?(!starts_with(name, 'tmp-'))]"},
		{"team-web team-api team-cli team-docs", "alpha beta gamma delta epsilon zeta eta theta", "[?starts_with(name, 'team-')]"},
		{"web#x api#x", "documentation site-generator", "[?contains(topics, 'x')]"},
		{"web api", "documentation#old site-generator#old the-attic#old", "[?(!contains(topics, 'old'))]"},
		{"web api", "documentation:public site-generator:public", "[?private]"},
	} {
		list := []map[string]any{}
		add := func(word string, left bool) {
			name, state, _ := strings.Cut(word, ":")
			name, topic, _ := strings.Cut(name, "#")
			item := map[string]any{"name": name, "full_name": "acme/" + name, "clone_url": "https://github.com/acme/" + name + ".git", "private": state != "public",
				"archived": state == "archived", "fork": state == "fork", "topics": []string{}, "left": left && state != "archived" && state != "fork"}
			if topic != "" {
				item["topics"] = []string{topic}
			}
			list = append(list, item)
		}
		for word := range strings.FieldsSeq(tt.kept) {
			add(word, false)
		}
		for word := range strings.FieldsSeq(tt.left) {
			add(word, true)
		}
		text, _ := json.Marshal(list)
		result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: text}}), convert.Options{From: "github", SkipIf: []convert.Condition{{Field: "left", Value: "true"}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := result.Entries[0].Text(schema.FieldAPIFilter); got != tt.want || len(result.Entries) != 1 {
			t.Errorf("%s without %s: %s, want %s", tt.kept, tt.left, got, tt.want)
		}
	}
}
