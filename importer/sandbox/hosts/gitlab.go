package hosts

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// gitlab answers as https://docs.gitlab.com/api/rest/ says.
func (h *site) gitlab(w http.ResponseWriter, e *exchange) {
	path, ok := strings.CutPrefix(e.URL.EscapedPath(), "/api/v4/")
	e.login = path == "user"
	c, known := h.credential(e.Header.Get("Private-Token"), "", "")
	switch {
	case !ok:
		answer(w, http.StatusNotFound, object{"error": "404 Not Found"})
		return
	case !known:
		answer(w, http.StatusUnauthorized, object{"message": "401 Unauthorized"})
		return
	}
	switch {
	case path == "personal_access_tokens/self":
		var expires any
		if c.Expires != "" {
			expires = c.Expires
		}
		answer(w, http.StatusOK, object{"id": 4, "name": "jira", "revoked": false, "active": true, "scopes": c.Scopes, "user_id": 24, "expires_at": expires})
		return
	case path == "user" && c.may("api", "read_api", "read_user"):
		answer(w, http.StatusOK, object{"id": 24, "username": c.User, "state": "active"})
		return
	}
	all, refusal := h.gitlabRepositories(c, path, e.URL.Query())
	switch refusal.status {
	case 0:
		h.gitlabPage(w, e, all)
	case http.StatusForbidden:
		answer(w, refusal.status, object{"error": refusal.message, "error_description": "The request requires higher privileges than provided by the access token.", "scope": "api read_api"})
	default:
		answer(w, refusal.status, object{"message": refusal.message})
	}
}

func (h *site) gitlabRepositories(c Credential, path string, query url.Values) ([]object, refusal) {
	parts := strings.Split(path, "/")
	switch {
	case !c.may("api", "read_api"):
		return nil, refusal{http.StatusForbidden, "insufficient_scope"}
	case path == "projects":
		return h.gitlabProjects(c, h.organizations()), refusal{}
	case len(parts) == 3 && parts[0] == "users" && parts[2] == "projects" && h.personal(parts[1]) && c.lists(parts[1]):
		return h.gitlabProjects(c, parts[1:2]), refusal{}
	case len(parts) != 3 || parts[0] != "groups" || parts[2] != "projects":
		return nil, refusal{http.StatusNotFound, "404 Not Found"}
	}
	group, err := url.PathUnescape(parts[1])
	if err != nil || !h.has(group) || !c.lists(group) || h.personal(group) {
		return nil, refusal{http.StatusNotFound, "404 Group Not Found"}
	}
	groups := []string{group}
	if query.Get("include_subgroups") == "true" {
		groups = slices.DeleteFunc(h.organizations(), func(name string) bool { return name != group && !strings.HasPrefix(name, group+"/") })
	}
	return h.gitlabProjects(c, groups), refusal{}
}

func (h *site) gitlabProjects(c Credential, groups []string) []object {
	all := []object{}
	id := 0
	for _, group := range h.organizations() {
		for _, name := range h.repositories(group) {
			id++
			if !c.lists(group) || !slices.Contains(groups, group) {
				continue
			}
			full, kind := group+"/"+name, "group"
			if h.personal(group) {
				kind = "user"
			}
			all = append(all, object{"id": id, "name": name, "path": name, "path_with_namespace": full, "description": nil, "archived": false,
				"empty_repo": false, "tag_list": []string{}, "topics": []string{}, "default_branch": "main", "visibility": "private",
				"namespace": object{"full_path": group, "kind": kind}, "http_url_to_repo": "https://" + h.Name + "/" + full + ".git"})
		}
	}
	return all
}

func (h *site) gitlabPage(w http.ResponseWriter, e *exchange, all []object) {
	if e.URL.Query().Get("pagination") == "keyset" {
		h.gitlabKeyset(w, e, all)
		return
	}
	items, number, more := h.page(e, all)
	w.Header().Set("X-Next-Page", "")
	if more {
		w.Header().Set("X-Next-Page", strconv.Itoa(number+1))
		w.Header().Set("Link", `<`+e.link(number+1)+`>; rel="next"`)
	}
	if len(all) <= 10_000 {
		w.Header().Set("X-Total", strconv.Itoa(len(all)))
	}
	answer(w, http.StatusOK, items)
}

// gitlabKeyset pages by id: https://docs.gitlab.com/api/rest/#keyset-based-pagination
func (h *site) gitlabKeyset(w http.ResponseWriter, e *exchange, all []object) {
	query := e.URL.Query()
	if query.Get("order_by") != "id" || query.Get("sort") != "asc" {
		answer(w, http.StatusMethodNotAllowed, object{"error": "Keyset pagination is not yet available for this type of request"})
		return
	}
	after := positive(query.Get("id_after"), 0)
	all = slices.DeleteFunc(all, func(p object) bool { return p["id"].(int) <= after })
	query.Del("page")
	e.URL.RawQuery = query.Encode()
	items, _, more := h.page(e, all)
	if more {
		query.Set("id_after", strconv.Itoa(items[len(items)-1]["id"].(int)))
		w.Header().Set("Link", `<`+e.base+e.URL.EscapedPath()+"?"+query.Encode()+`>; rel="next"`)
	}
	answer(w, http.StatusOK, items)
}
