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

// github is github.com, GitHub Enterprise Cloud or Server
// (https://docs.github.com/en/rest/using-the-rest-api).
type github struct {
	together
	base string
}

// githubAPI is the base of the API of an origin.
func githubAPI(t schema.Type, origin string) string {
	if t == schema.TypeGitHub {
		if scheme, host, _ := strings.Cut(origin, "://"); strings.HasSuffix(host, ".ghe.com") && !strings.HasPrefix(host, "api.") {
			return scheme + "://api." + host
		}
		return origin
	}
	return strings.TrimSuffix(origin, "/api/v3") + "/api/v3"
}

func (github) key() string { return "" }

func (github) repository(item map[string]any) Repository {
	return repositoryAt(textOf(item, "clone_url"), textOf(item, "full_name"))
}

func (h github) who(ctx context.Context, s *session) (Identity, error) {
	a, err := s.get(ctx, h.base+"/user")
	if err != nil {
		return Identity{}, err
	}
	if a.status != http.StatusOK {
		return Identity{}, s.problem(a)
	}
	var user struct {
		Login string `json:"login"`
	}
	if err := a.decode(&user); err != nil {
		return Identity{}, err
	}
	id := Identity{User: user.Login, Expires: githubExpiry(a.header.Get("GitHub-Authentication-Token-Expiration"))}
	if _, classic := a.header["X-Oauth-Scopes"]; classic {
		id.Scopes = fields(a.header.Get("X-OAuth-Scopes"))
		if !slices.Contains(id.Scopes, "repo") && !slices.Contains(id.Scopes, "public_repo") {
			return id, &Problem{Code: schema.CodeScopeMissing, Message: fmt.Sprintf("the token of %s lacks the scope repo; it has %s", user.Login, listed(id.Scopes)),
				Advice: "make a token with the scope repo"}
		}
	}
	return id, nil
}

// githubExpiry reads a date such as 2026-12-24 10:00:00 UTC, or with +0200 in place of UTC.
func githubExpiry(text string) time.Time {
	for _, layout := range []string{"2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

func (h github) list(ctx context.Context, s *session, q query) (answers, error) {
	path := strings.TrimPrefix(q.path, "/api/v3") // the vendor's pages show both forms
	if path == "" {
		path = "/user/repos"
	}
	pages, all, err := s.pages(ctx, h.base+withQuery(path, "per_page", "100"), nextLink)
	return answers{documents: [][]any{pages}, partial: githubPartial(all)}, h.explain(all, err)
}

// listing reads the repositories of an organization or a person, or all that the user may read. Of a
// person it has the public ones alone, as the app's list has.
func (h github) listing(ctx context.Context, s *session, owner string, keep func(Page)) error {
	if owner == "" {
		return h.save(ctx, s, "/user/repos", keep)
	}
	escaped := url.PathEscape(owner)
	err := h.save(ctx, s, "/orgs/"+escaped+"/repos", keep)
	if !absent(err) {
		return err
	}
	a, failed := s.get(ctx, h.base+"/users/"+escaped)
	if failed != nil {
		return failed
	}
	var account struct {
		Type string `json:"type"`
	}
	if a.status == http.StatusOK && a.decode(&account) == nil && account.Type == "User" {
		return h.save(ctx, s, "/users/"+escaped+"/repos", keep)
	}
	return err
}

func (h github) save(ctx context.Context, s *session, path string, keep func(Page)) error {
	count := tally{}
	err := s.save(ctx, h.base+path+"?per_page=100&sort=full_name&direction=asc", keep, func(a *answer) (string, error) {
		if partial := githubPartial([]*answer{a}); partial != "" {
			return "", &Problem{Code: schema.CodeListPartial, Message: partial, Advice: "use a token that may list them, or name the organizations to list"}
		}
		return count.list(a, nextLink(a))
	})
	if r, ok := err.(*refusal); ok && !absent(err) {
		return h.explain([]*answer{r.answer}, r.Problem)
	}
	return err
}

// explain finds in the headers of a refusal what a token lacks.
func (github) explain(all []*answer, err error) error {
	p, ok := err.(*Problem)
	if !ok || len(all) == 0 {
		return err
	}
	last := all[len(all)-1]
	accepted, has := fields(last.header.Get("X-Accepted-OAuth-Scopes")), fields(last.header.Get("X-OAuth-Scopes"))
	sso := strings.HasPrefix(last.header.Get("X-GitHub-SSO"), "required")
	switch {
	case last.status < 400:
	case sso:
		return &Problem{Code: schema.CodeScopeMissing, Message: "the organization requires a token that is authorized for single sign-on (SAML)",
			Advice: "authorize the token for the organization in GitHub's token settings"}
	case last.status != http.StatusUnauthorized && len(accepted) > 0 && len(has) > 0 && !slices.ContainsFunc(accepted, func(scope string) bool { return slices.Contains(has, scope) }):
		return &Problem{Code: schema.CodeScopeMissing, Message: fmt.Sprintf("%s needs one of the scopes %s; the token has %s", last.path, listed(accepted), listed(has))}
	case last.status == http.StatusForbidden:
		return &Problem{Code: schema.CodePathRefused, Field: schema.FieldAPIPath, Message: p.Message}
	}
	return err
}

// githubPartial says which organizations a list leaves out.
func githubPartial(all []*answer) string {
	for _, a := range all {
		kind, rest, _ := strings.Cut(a.header.Get("X-GitHub-SSO"), ";")
		if strings.TrimSpace(kind) != "partial-results" {
			continue
		}
		_, ids, _ := strings.Cut(rest, "organizations=")
		return "GitHub leaves out the organizations with the ids " + strings.ReplaceAll(strings.TrimSpace(ids), ",", ", ") + ", for which the token is not authorized by single sign-on (SAML)"
	}
	for _, a := range all {
		scopes := fields(a.header.Get("X-OAuth-Scopes"))
		if slices.Contains(scopes, "public_repo") && !slices.Contains(scopes, "repo") {
			return "with the scope public_repo the token lists public repositories only"
		}
	}
	return ""
}

func fields(header string) []string {
	all := []string{}
	for item := range strings.SplitSeq(header, ",") {
		if item = strings.TrimSpace(item); item != "" {
			all = append(all, item)
		}
	}
	return all
}

func listed(scopes []string) string {
	if len(scopes) == 0 {
		return "none"
	}
	return strings.Join(scopes, ", ")
}
