package githost

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gijbulk/schema"
)

// gerrit is Gerrit Code Review (https://gerrit-review.googlesource.com/Documentation/rest-api.html).
type gerrit struct{ base string }

// gerritPage is how many projects one answer has at most.
const gerritPage = 500

func (gerrit) key() string { return "" }

func (h gerrit) repository(item map[string]any) Repository {
	name := textOf(item, "name")
	u := h.base + "/a"
	for part := range strings.SplitSeq(name, "/") {
		u += "/" + url.PathEscape(part)
	}
	return Repository{Name: name, URL: u}
}

func (h gerrit) who(ctx context.Context, s *session) (Identity, error) {
	a, err := s.get(ctx, h.base+"/a/accounts/self")
	if err != nil {
		return Identity{}, err
	}
	if a.status != http.StatusOK {
		return Identity{}, s.problem(a)
	}
	var account struct {
		Name     string `json:"name"`
		Username string `json:"username"`
	}
	err = a.decode(&account)
	if account.Username == "" {
		account.Username = account.Name
	}
	return Identity{User: account.Username}, err
}

// list reads the projects page by page. Gerrit answers an object by name, of which the app makes the
// list that filters are written for.
func (h gerrit) list(ctx context.Context, s *session, _ query) (answers, error) {
	var pages []any
	for from := 0; ; {
		a, err := s.get(ctx, fmt.Sprintf("%s/a/projects/?d&n=%d&S=%d", h.base, gerritPage, from))
		if err != nil {
			return answers{}, err
		}
		if a.status != http.StatusOK {
			return answers{}, s.problem(a)
		}
		var projects map[string]map[string]any
		if err := a.decode(&projects); err != nil {
			return answers{}, err
		}
		more := false
		page := []any{}
		for _, name := range slices.Sorted(maps.Keys(projects)) {
			project := projects[name]
			more = more || project["_more_projects"] == true
			project["name"] = name
			page = append(page, project)
		}
		pages, from = append(pages, page), from+len(page)
		if !more {
			return answers{documents: [][]any{pages}}, nil
		}
		if len(page) == 0 || len(pages) == mostPages {
			return answers{}, &Problem{Code: schema.CodePathRefused, Field: schema.FieldOrigin, Message: h.base + " lists more projects than it shows"}
		}
	}
}
