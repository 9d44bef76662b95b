package hosts

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// github answers as https://docs.github.com/en/rest does.
func (h *site) github(w http.ResponseWriter, e *exchange) {
	path := e.URL.Path
	if h.Kind == GitHubServer {
		below, ok := strings.CutPrefix(path, "/api/v3")
		if !ok {
			answer(w, http.StatusNotFound, object{"message": "Not Found"})
			return
		}
		path = below
	}
	e.login = path == "/user"
	c, ok := h.githubCredential(e)
	if !ok {
		answer(w, http.StatusUnauthorized, object{"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"})
		return
	}
	if c.Scopes != nil {
		w.Header().Set("X-OAuth-Scopes", strings.Join(c.Scopes, ", "))
	}
	if c.Expires != "" {
		w.Header().Set("GitHub-Authentication-Token-Expiration", c.day().Format("2006-01-02 15:04:05 ")+"UTC")
	}
	switch name, isAccount := strings.CutPrefix(path, "/users/"); {
	case path == "/user":
		answer(w, http.StatusOK, object{"login": c.User, "id": 1, "type": "User"})
		return
	case isAccount && h.has(name):
		answer(w, http.StatusOK, object{"login": name, "type": h.accountType(name)})
		return
	}
	organizations, refusal := h.githubOwners(c, path)
	if refusal.message != "" {
		if refusal.status == http.StatusForbidden {
			w.Header().Set("X-GitHub-SSO", "required; url=https://github.com"+strings.TrimSuffix(path, "/repos")+"/sso?authorization_request=x")
		}
		answer(w, refusal.status, object{"message": refusal.message})
		return
	}
	all, hidden := h.githubRepositories(c, organizations)
	if hidden != nil {
		w.Header().Set("X-GitHub-SSO", "partial-results; organizations="+strings.Join(hidden, ","))
	}
	if e.URL.Query().Get("sort") == "full_name" {
		slices.SortStableFunc(all, func(a, b object) int { return strings.Compare(a["full_name"].(string), b["full_name"].(string)) })
	}
	items, number, more := h.page(e, all)
	if more {
		w.Header().Set("Link", `<`+e.link(number+1)+`>; rel="next"`)
	}
	answer(w, http.StatusOK, items)
}

func (h *site) githubOwners(c Credential, path string) ([]string, refusal) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	switch {
	case path == "/user/repos":
		return h.organizations(), refusal{}
	case len(parts) != 3 || parts[0] != "orgs" && parts[0] != "users" || parts[2] != "repos" || !h.has(parts[1]):
	case parts[0] == "orgs" && h.personal(parts[1]):
	case slices.Contains(c.Hidden, parts[1]):
		return nil, refusal{http.StatusForbidden, "Resource protected by organization SAML enforcement."}
	case c.lists(parts[1]):
		return parts[1:2], refusal{}
	}
	return nil, refusal{http.StatusNotFound, "Not Found"}
}

func (h *site) githubCredential(e *exchange) (Credential, bool) {
	authorization := e.Header.Get("Authorization")
	for _, scheme := range []string{"Bearer ", "token "} {
		if token, ok := strings.CutPrefix(authorization, scheme); ok {
			return h.credential(token, "", "")
		}
	}
	user, password, _ := e.BasicAuth()
	return h.credential(password, user, password)
}

// githubRepositories are those of organizations, with the ids of the organizations that are left out.
func (h *site) githubRepositories(c Credential, organizations []string) (all []object, hidden []string) {
	web := strings.TrimPrefix(h.Name, "api.")
	all = []object{}
	for i, organization := range organizations {
		if slices.Contains(c.Hidden, organization) {
			hidden = append(hidden, strconv.Itoa(1000+i))
		}
		if !c.lists(organization) {
			continue
		}
		for n, name := range h.repositories(organization) {
			full := organization + "/" + name
			private := n%2 == 1
			if private && c.Scopes != nil && !c.may("repo") {
				continue
			}
			all = append(all, object{"id": 1000*i + n, "name": name, "full_name": full, "private": private, "archived": false, "fork": false,
				"description": nil, "owner": object{"login": organization, "type": h.accountType(organization)}, "html_url": "https://" + web + "/" + full,
				"clone_url": "https://" + web + "/" + full + ".git", "default_branch": "main", "size": n, "pushed_at": time.Unix(0, 0).UTC()})
		}
	}
	return all, hidden
}

func (h *site) accountType(name string) string {
	if h.personal(name) {
		return "User"
	}
	return "Organization"
}
