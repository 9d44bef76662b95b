package convert_test

import (
	"encoding/json"
	"fmt"
	"slices"
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
		result, err := tools.All().Read(readSamples(t, sampleListings[at].files...), sampleListings[at].options)
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
	result, err := tools.All().Read([]convert.Input{{Name: "in", Text: text}}, convert.Options{From: "gh"})
	if err != nil {
		t.Fatal(err)
	}
	sound(t, result)
	if got := convert.Selected(t, result.Entries[0].Text(schema.FieldAPIFilter), host); len(result.Entries) != 1 || !slices.Equal(got, []string{"web"}) {
		t.Errorf("%d records, of %d repositories", len(result.Entries), len(got))
	}
}

// TestParts: no integration holds more than the vendor advises, and no filter is longer
// than can be judged; together they hold everything once.
func TestParts(t *testing.T) {
	for _, tt := range []struct {
		repositories, length, parts int
		choice                      bool
	}{
		{2000, 10, 1, false}, {2001, 10, 15, false}, {2000, 10, 15, true}, {6001, 10, 45, false}, {2000, 240, 1, false}, {100, 240, 15, true},
	} {
		var list []map[string]any
		var host []any
		for i := range tt.repositories {
			name := fmt.Sprintf("%0*d", tt.length, i)
			list = append(list, map[string]any{"nameWithOwner": "acme/" + name, "url": "https://github.com/acme/" + name, "isFork": tt.choice && i == 0})
			host = append(host, map[string]any{"name": name})
		}
		text, _ := json.Marshal(list)
		options := convert.Options{From: "gh"}
		if tt.choice {
			options.SkipIf = []convert.Condition{{"isFork", "true"}}
		}
		result, err := tools.All().Read([]convert.Input{{Name: "in", Text: text}}, options)
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
			if filter == "" {
				continue
			}
			in := convert.Selected(t, filter, host)
			if len(in) > 2000 {
				t.Errorf("%+v: a part holds %d", tt, len(in))
			}
			for _, name := range in {
				seen[name]++
			}
		}
		want := tt.repositories
		switch {
		case tt.choice:
			want--
		case tt.parts == 1:
			want = 0 // there is no filter
		}
		if len(seen) != want || len(names) != tt.parts {
			t.Errorf("%+v: %d repositories in %d names", tt, len(seen), len(names))
		}
		for name, n := range seen {
			if n != 1 {
				t.Errorf("%+v: %s is in %d parts", tt, name, n)
			}
		}
	}
}
