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
type gerrit struct {
	together
	base string
}

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

// list makes of the objects by name that Gerrit answers the list that filters are written for, as
// the app does.
func (h gerrit) list(ctx context.Context, s *session, _ query) (answers, error) {
	var pages []any
	err := h.each(ctx, s, func(_ *answer, projects map[string]map[string]any) {
		page := []any{}
		for _, name := range slices.Sorted(maps.Keys(projects)) {
			projects[name]["name"] = name
			page = append(page, projects[name])
		}
		pages = append(pages, page)
	})
	return answers{documents: [][]any{pages}}, err
}

func (h gerrit) listing(ctx context.Context, s *session, _ string, keep func(Page)) error {
	return h.each(ctx, s, func(a *answer, _ map[string]map[string]any) {
		keep(Page{a.host + a.path, a.body})
	})
}

func (h gerrit) each(ctx context.Context, s *session, read func(*answer, map[string]map[string]any)) error {
	for from, n := 0, 1; ; n++ {
		a, err := s.get(ctx, fmt.Sprintf("%s/a/projects/?d&n=%d&S=%d", h.base, gerritPage, from))
		if err != nil {
			return err
		}
		if a.status != http.StatusOK {
			return s.problem(a)
		}
		var projects map[string]map[string]any
		if err := a.decode(&projects); err != nil {
			return err
		}
		more := false
		for _, project := range projects {
			more = more || project["_more_projects"] == true
		}
		read(a, projects)
		switch from += len(projects); {
		case !more:
			return nil
		case len(projects) == 0 || n == mostPages:
			return &Problem{Code: schema.CodePathRefused, Field: schema.FieldOrigin, Message: h.base + " lists more projects than it shows"}
		}
	}
}
