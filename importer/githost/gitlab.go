package githost

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gijbulk/schema"
)

// gitlab is gitlab.com or a GitLab of one's own with API v4
// (https://docs.gitlab.com/api/personal_access_tokens/, https://docs.gitlab.com/api/rest/).
type gitlab struct {
	together
	base string
}

const gitlabAPI = "/api/v4"

func (gitlab) key() string { return "" }

func (gitlab) repository(item map[string]any) Repository {
	return repositoryAt(textOf(item, "http_url_to_repo"), textOf(item, "path_with_namespace"))
}

func (h gitlab) who(ctx context.Context, s *session) (Identity, error) {
	a, err := s.get(ctx, h.base+gitlabAPI+"/user")
	if err != nil {
		return Identity{}, err
	}
	if a.status != http.StatusOK {
		return Identity{}, h.insufficient(a, s.problem(a))
	}
	var user struct {
		Username string `json:"username"`
	}
	if err := a.decode(&user); err != nil {
		return Identity{}, err
	}
	id := Identity{User: user.Username}
	token, err := s.get(ctx, h.base+gitlabAPI+"/personal_access_tokens/self")
	if err != nil {
		return id, err
	}
	if token.status != http.StatusOK {
		return id, nil // before GitLab 15.5, or not a personal token: it is not known when it expires
	}
	var about struct {
		Expires string   `json:"expires_at"`
		Scopes  []string `json:"scopes"`
		Active  *bool    `json:"active"`
		Revoked bool     `json:"revoked"`
	}
	if err := token.decode(&about); err != nil {
		return id, err
	}
	id.Scopes = about.Scopes
	id.Expires, _ = time.Parse(time.DateOnly, about.Expires) // at the beginning of that day, UTC
	if about.Revoked || about.Active != nil && !*about.Active {
		return id, &Problem{Code: schema.CodeCredentialRefused, Message: "the token of " + user.Username + " is revoked or no longer active"}
	}
	return id, h.lacking(user.Username, about.Scopes)
}

// lacking says which scopes a token needs and does not have: those to list and to clone.
func (gitlab) lacking(user string, scopes []string) error {
	has := func(scope string) bool { return slices.Contains(scopes, scope) }
	var missing []string
	if !has("api") && !has("read_api") {
		missing = append(missing, "read_api")
	}
	if !has("api") && !has("read_repository") && !has("write_repository") {
		missing = append(missing, "read_repository")
	}
	if len(missing) == 0 {
		return nil
	}
	return &Problem{Code: schema.CodeScopeMissing, Message: fmt.Sprintf("the token of %s lacks the scopes %s; it has %s", user, listed(missing), listed(scopes)),
		Advice: "make a token with the scopes " + listed(missing) + ", or with api"}
}

// insufficient finds the scope that GitLab asks for in a refusal.
func (gitlab) insufficient(a *answer, p *Problem) error {
	var refusal struct {
		Error string `json:"error"`
		Scope string `json:"scope"`
	}
	if a.status != http.StatusForbidden || a.decode(&refusal) != nil || refusal.Error != "insufficient_scope" {
		return p
	}
	return &Problem{Code: schema.CodeScopeMissing, Message: "the token lacks a scope; GitLab asks for one of " + strings.ReplaceAll(refusal.Scope, " ", ", ")}
}

func (h gitlab) list(ctx context.Context, s *session, q query) (answers, error) {
	path := q.path
	switch {
	case path == "":
		path = gitlabAPI + "/projects?membership=true"
	case !strings.HasPrefix(path, "/api/"):
		path = gitlabAPI + path
	}
	pages, all, err := s.pages(ctx, h.base+gitlabPaged(path), gitlabNext)
	if p, ok := err.(*Problem); ok && len(all) > 0 && all[len(all)-1].status == http.StatusForbidden {
		p.Code, p.Field = schema.CodePathRefused, schema.FieldAPIPath
	}
	return answers{documents: [][]any{pages}}, err
}

// gitlabPaged asks for the largest pages. Lists of all projects are paged by id, the only way to
// read more than 50,000 of them (https://docs.gitlab.com/api/rest/#keyset-based-pagination).
func gitlabPaged(path string) string {
	bare, query, _ := strings.Cut(path, "?")
	if bare == gitlabAPI+"/projects" && !strings.Contains(query, "order_by=") && !strings.Contains(query, "page=") {
		return withQuery(path, "per_page", "100", "pagination", "keyset", "order_by", "id", "sort", "asc")
	}
	return withQuery(path, "per_page", "100")
}

func gitlabNext(a *answer) string {
	if next := nextLink(a); next != "" {
		return next
	}
	return nextPage(a)
}

// listing reads the projects of a group with its subgroups, or of a person, or all that the user is
// a member of.
func (h gitlab) listing(ctx context.Context, s *session, owner string, keep func(Page)) error {
	if owner == "" {
		return h.save(ctx, s, "/projects?membership=true", keep)
	}
	escaped := url.PathEscape(owner)
	return groupOrUser(func(path string) error { return h.save(ctx, s, path, keep) },
		"/groups/"+escaped+"/projects?include_subgroups=true&with_shared=false&order_by=id&sort=asc", "/users/"+escaped+"/projects?order_by=id&sort=asc")
}

func (h gitlab) save(ctx context.Context, s *session, path string, keep func(Page)) error {
	count := tally{header: "X-Total"}
	return s.save(ctx, h.base+gitlabPaged(gitlabAPI+path), keep, func(a *answer) (string, error) {
		return count.list(a, gitlabNext(a))
	})
}

// nextPage is the next page where only its number is given, as by proxies that drop links.
func nextPage(a *answer) string {
	number := a.header.Get("X-Next-Page")
	if number == "" {
		return ""
	}
	next := *a.url
	parameters := next.Query()
	parameters.Set("page", number)
	next.RawQuery = parameters.Encode()
	return next.String()
}
