package schema

import (
	"testing"

	"github.com/jmespath/go-jmespath"
)

// TestFilterTraits has an expression for each kind of node, so that a parser that prints another
// tree is noticed.
func TestFilterTraits(t *testing.T) {
	list, object := filterTraits{notObject: true}, filterTraits{notList: true}
	neither := filterTraits{notList: true, notObject: true}
	paged := func(traits filterTraits, by string) filterTraits {
		traits.paging = by
		return traits
	}
	for expression, want := range map[string]filterTraits{
		"[?contains(name, 'git')]":                         list,
		"[?(!contains(name, 'a')) && (!contains(x, 'b'))]": list,
		"[?!empty_repo]":                                   list,
		"[?topics[0]=='a']":                                list,
		"[?sort(topics)[0]=='a']":                          list,
		"@":                                                {},
		"[]":                                               list,
		"[*]":                                              list,
		"[?a] || [?b]":                                     list,
		"[?a] && [?b]":                                     list,
		"[?a] || b":                                        list,
		"[?a] | [?b]":                                      list,
		"[?a] | @":                                         list,
		"[?a].{name: name}":                                {notObject: true},
		"{value:value[?contains(name, 'a')]}":              object,
		"{value:value[?project.name=='a']}":                object,
		"{value: value}":                                   object,
		"{count: count, value: value[?a]}":                 object,
		"{values: value[?a]}":                              neither,
		"{value: value[?a].name}":                          neither,
		"{value: values(@)}":                               {},
		"value[?contains(name, 'a')]":                      neither,
		"[].name":                                          neither,
		"[?a].name":                                        neither,
		"[*].[name]":                                       neither,
		"name=='a'":                                        neither,
		"contains(name, 'a')":                              neither,
		"!a":                                               neither,
		"'a'":                                              neither,
		"`{\"value\": [1]}`":                               neither,
		"*":                                                neither,
		"[name]":                                           neither,
		"length(@)":                                        neither,
		"map(&name, @)":                                    {},
		"to_array(@)":                                      {},
		"[0]":                                              paged(neither, "an index"),
		"[?a] | [0]":                                       paged(neither, "an index"),
		"[:100]":                                           paged(list, "a slice"),
		"[?a] | [0:10]":                                    paged(list, "a slice"),
		"{value: value[:10]}":                              paged(object, "a slice"),
		"sort_by(@, &name)":                                paged(filterTraits{}, "sort_by"),
		"sort_by([?a], &name)":                             paged(list, "sort_by"),
		"sort([].name)":                                    paged(neither, "sort"),
		"max_by(@, &updated)":                              paged(neither, "max_by"),
		"reverse([?a])":                                    list,
		"[?name==max_by(`[]`, &a).name]":                   list,
		"{value: sort_by(value, &name)[?contains(a, 'b')]}": paged(object, "sort_by"),
	} {
		tree, err := jmespath.NewParser().Parse(expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got := traitsOf(tree); got != want {
			t.Errorf("%s: %+v, want %+v", expression, got, want)
		}
	}
}
