package convert_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jmespath/go-jmespath"
	"pgregory.net/rapid"

	"gijbulk/importer/convert"
	"gijbulk/importer/convert/tools"
	"gijbulk/schema"
)

// hostedItem is a repository as the tests draw it; each host shows it in its own way.
type hostedItem struct {
	n                                      int
	container, name, language              string
	archived, disabled, fork, mirror, free bool // free for all to read
	topics                                 []string
	unlisted                               bool // on the host, and not in the listing
}

// hostForm is how a host and a listing of it show repositories.
type hostForm struct {
	from   string
	item   func(hostedItem) map[string]any
	whole  func([]map[string]any) any
	listed func(i hostedItem, apiPath string) bool
	choice bool
}

var hostForms = map[string]hostForm{
	"github": {from: "github", item: githubItem, whole: bare, listed: everywhere},
	"csv":    {from: "csv", item: githubItem, whole: bare, listed: everywhere, choice: true},
	"gitlab": {from: "gitlab", item: gitlabItem, whole: bare, listed: func(i hostedItem, apiPath string) bool {
		group, _, _ := strings.Cut(strings.TrimPrefix(apiPath, "/api/v4/groups/"), "/")
		folder, _ := url.PathUnescape(group)
		return strings.HasPrefix("shop/"+i.container+"/"+i.name, folder+"/")
	}},
	"azure": {from: "azure", item: azureItem, whole: func(items []map[string]any) any { return map[string]any{"value": items} }, listed: everywhere},
}

func bare(items []map[string]any) any { return items }

func everywhere(hostedItem, string) bool { return true }

func githubItem(i hostedItem) map[string]any {
	var mirror any
	if i.mirror {
		mirror = "https://m.example/x"
	}
	return map[string]any{"n": i.n, "full_name": "acme/" + i.name, "name": i.name, "clone_url": "https://github.com/acme/" + url.PathEscape(i.name) + ".git",
		"archived": i.archived, "disabled": i.disabled, "fork": i.fork, "mirror_url": mirror, "private": !i.free, "topics": i.topics, "language": i.language}
}

func gitlabItem(i hostedItem) map[string]any {
	path := "shop/" + i.container + "/" + i.name
	item := map[string]any{"n": i.n, "path_with_namespace": path, "name": i.name, "http_url_to_repo": "https://gitlab.acme.example/" + path + ".git",
		"archived": i.archived, "empty_repo": i.disabled, "mirror": i.mirror, "visibility": "private", "tag_list": i.topics, "topics": i.topics, "language": i.language}
	if i.free {
		item["visibility"] = "public"
	}
	if i.fork {
		item["forked_from_project"] = map[string]any{"id": 1}
	}
	return item
}

func azureItem(i hostedItem) map[string]any {
	project := map[string]any{"name": i.container, "state": "wellFormed", "visibility": "private"}
	if i.free {
		project["visibility"] = "public"
	}
	return map[string]any{"n": i.n, "name": i.name, "project": project, "isDisabled": i.disabled, "isFork": i.fork, "language": i.language,
		"remoteUrl": "https://dev.azure.com/acme/" + url.PathEscape(i.container) + "/_git/" + url.PathEscape(i.name)}
}

func (f hostForm) listing(items []hostedItem) []byte {
	if f.from == "csv" {
		var b strings.Builder
		b.WriteString("cloneUrl,org,language\n")
		for _, i := range items {
			if !i.unlisted {
				fmt.Fprintf(&b, "\"%s\",acme,%s\n", githubItem(i)["clone_url"], i.language)
			}
		}
		return []byte(b.String())
	}
	var shown []map[string]any
	for _, i := range items {
		if !i.unlisted {
			shown = append(shown, f.item(i))
		}
	}
	text, _ := json.Marshal(shown)
	return text
}

// drawItems draws what a host has. What is left out is in part what is alike.
func drawItems(t *rapid.T, f hostForm) []hostedItem {
	word := rapid.SampledFrom([]string{"web", "we", "api", "team", "old", "ünï", "it's", "x", strings.Repeat("long", 12)})
	why := rapid.SampledFrom([]string{"none", "random", "topic", "name", "free"}).Draw(t, "left out by")
	seen := map[string]bool{}
	var items []hostedItem
	for n := range rapid.IntRange(1, 90).Draw(t, "repositories") {
		flag := func(label string) bool { return rapid.IntRange(0, 5).Draw(t, label) == 0 }
		i := hostedItem{n: n, container: rapid.SampledFrom([]string{"a", "b/b", "c c"}).Draw(t, "container"), language: "go",
			name:     strings.Join(rapid.SliceOfN(word, 1, 4).Draw(t, "name"), rapid.SampledFrom([]string{"-", "", "."}).Draw(t, "separator")),
			archived: flag("archived"), disabled: flag("disabled"), fork: flag("fork"), mirror: flag("mirror"), free: flag("free"), topics: []string{}}
		i.container = strings.ReplaceAll(i.container, map[bool]string{true: " ", false: "/"}[f.from == "gitlab"], "")
		if flag("topic") {
			i.topics = append(i.topics, "core")
		}
		i.unlisted = f.choice && flag("unlisted")
		left := map[string]bool{"none": false, "random": flag("left"), "topic": len(i.topics) == 0, "name": strings.HasPrefix(i.name, "we"), "free": i.free}[why]
		if left {
			i.language = "java"
		}
		if id := i.container + "/" + i.name; !seen[id] && (f.from == "gitlab" || f.from == "azure" || !seen[i.name]) {
			seen[id], seen[i.name] = true, true
			items = append(items, i)
		}
	}
	return items
}

// TestFiltersSelectWhatIsWanted: the filters of a conversion, applied to all that the host
// lists, select the converted repositories, each once, within the limits of the app, in
// whatever order the listing has them.
func TestFiltersSelectWhatIsWanted(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(hostForms)) {
		f := hostForms[name]
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				items := drawItems(t, f)
				options := convert.Options{From: f.from, SkipIf: []convert.Condition{{Field: "language", Value: "java"}},
					Include: rapid.SliceOfDistinct(rapid.SampledFrom(convert.Flags()), rapid.ID).Draw(t, "include")}
				result, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: f.listing(items)}}), options)
				if err != nil {
					return // nothing is left
				}
				var host []hostedItem
				host = append(host, items...)
				if f.from == "azure" {
					host = append(host, hostedItem{n: len(items) + 1000, container: "other", name: "web"})
				}
				requireSelected(t, f, result, host, convertedItems(items, result))

				shuffled := rapid.Permutation(items).Draw(t, "another order")
				again, err := tools.All().Read(each([]convert.Input{{Name: "in", Text: f.listing(shuffled)}}), options)
				if err != nil || !slices.Equal(integrationsOf(again), integrationsOf(result)) {
					t.Fatalf("in another order: error %v\n%q\n%q", err, integrationsOf(result), integrationsOf(again))
				}
			})
		})
	}
}

func convertedItems(items []hostedItem, result schema.Conversion) []int {
	listed := slices.DeleteFunc(slices.Clone(items), func(i hostedItem) bool { return i.unlisted })
	var numbers []int
	for at, r := range result.Rows {
		if r.Fate == schema.FateConverted {
			numbers = append(numbers, listed[at].n)
		}
	}
	return numbers
}

func integrationsOf(result schema.Conversion) []string {
	var all []string
	for _, e := range result.Entries {
		all = append(all, e.Text(schema.FieldDisplayName)+" "+e.Text(schema.FieldAPIPath)+" "+e.Text(schema.FieldAPIFilter)+" "+e.Text(schema.FieldPat))
	}
	slices.Sort(all)
	return all
}

// requireSelected applies the filters of a conversion to the host's own listing.
func requireSelected(t rapid.TB, f hostForm, result schema.Conversion, host []hostedItem, want []int) {
	t.Helper()
	var got []int
	for _, e := range result.Entries {
		filter := e.Text(schema.FieldAPIFilter)
		if n := utf8.RuneCountInString(filter); n > 2000 {
			t.Fatalf("a filter of %d characters", n)
		}
		var shown []map[string]any
		for _, i := range host {
			if f.listed(i, e.Text(schema.FieldAPIPath)) {
				shown = append(shown, f.item(i))
			}
		}
		selected := numbersIn(t, filter, f.whole(shown))
		if len(selected) > 2000 {
			t.Fatalf("an integration of %d repositories", len(selected))
		}
		got = append(got, selected...)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Fatalf("selected %v, want %v of\n%s\nby\n%s", got, want, f.listing(host), strings.Join(integrationsOf(result), "\n"))
	}
}

// numbersIn are those of the items that a filter selects.
func numbersIn(t rapid.TB, filter string, host any) (numbers []int) {
	t.Helper()
	text, _ := json.Marshal(host)
	var shown any
	if err := json.Unmarshal(text, &shown); err != nil {
		t.Fatal(err)
	}
	if filter != "" {
		var err error
		if shown, err = jmespath.Search(filter, shown); err != nil {
			t.Fatalf("%s: %v", filter, err)
		}
	}
	if whole, ok := shown.(map[string]any); ok {
		shown = whole["value"]
	}
	items, _ := shown.([]any)
	for _, i := range items {
		numbers = append(numbers, int(i.(map[string]any)["n"].(float64)))
	}
	return numbers
}
