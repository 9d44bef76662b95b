package githost

import (
	"fmt"

	"github.com/jmespath/go-jmespath"

	"gijbulk/schema"
)

// filtered applies the filter of a record to what a host answered, as the host wrote it.
type filtered struct {
	key    string // the member with the repositories; "" for the list itself
	filter string // "": all
}

// apply gives the repositories that the filter leaves, with the pages of each document joined.
func (f filtered) apply(found answers) ([]map[string]any, *Problem) {
	var all []map[string]any
	for _, pages := range found.documents {
		items, problem := f.left(f.join(pages))
		if problem != nil {
			return nil, problem
		}
		all = append(all, items...)
	}
	return all, nil
}

// byPage counts what the filter leaves where each page is filtered by itself, and says whether
// that differs from n.
func (f filtered) byPage(found answers, n int) (count int, differs bool) {
	if f.filter == "" {
		return n, false
	}
	for _, pages := range found.documents {
		for _, page := range pages {
			items, problem := f.left(page)
			if problem != nil {
				return 0, false
			}
			count += len(items)
		}
	}
	return count, count != n
}

// of says how many repositories there were before the filter.
func (f filtered) of(found answers) string {
	if f.filter == "" {
		return ""
	}
	all, _ := filtered{key: f.key}.apply(found)
	return fmt.Sprintf("; without the filter there are %d", len(all))
}

func (f filtered) join(pages []any) any {
	if len(pages) == 1 {
		return pages[0]
	}
	all := []any{}
	for _, page := range pages {
		items, _ := f.items(page)
		all = append(all, items...)
	}
	if f.key == "" {
		return all
	}
	joined := map[string]any{}
	if len(pages) > 0 {
		for name, value := range pages[len(pages)-1].(map[string]any) {
			joined[name] = value
		}
	}
	if _, counted := joined["count"]; counted {
		joined["count"] = float64(len(all))
	}
	joined[f.key] = all
	return joined
}

func (f filtered) items(document any) ([]any, bool) {
	if f.key != "" {
		object, ok := document.(map[string]any)
		if !ok {
			return nil, false
		}
		document = object[f.key]
	}
	items, ok := document.([]any)
	return items, ok
}

// left is what the filter leaves of a document. A result of another shape lists nothing, as far
// as is known.
func (f filtered) left(document any) ([]map[string]any, *Problem) {
	if f.filter != "" {
		result, err := jmespath.Search(f.filter, document)
		if err != nil {
			return nil, &Problem{Code: schema.CodeFilterFails, Field: schema.FieldAPIFilter, Message: "the filter fails on what the host answers: " + err.Error()}
		}
		document = result
	}
	items, _ := f.items(document)
	var all []map[string]any
	for _, item := range items {
		if object, ok := item.(map[string]any); ok {
			all = append(all, object)
		}
	}
	return all, nil
}
