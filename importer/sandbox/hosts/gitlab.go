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
	parts := strings.Split(path, "/")
	switch {
	case path == "personal_access_tokens/self":
		var expires any
		if c.Expires != "" {
			expires = c.Expires
		}
		answer(w, http.StatusOK, object{"id": 4, "name": "jira", "revoked": false, "active": true, "scopes": c.Scopes, "user_id": 24, "expires_at": expires})
	case path == "user" && c.may("api", "read_api", "read_user"):
		answer(w, http.StatusOK, object{"id": 24, "username": c.User, "state": "active"})
	case !c.may("api", "read_api"):
		answer(w, http.StatusForbidden, object{"error": "insufficient_scope", "error_description": "The request requires higher privileges than provided by the access token.", "scope": "api read_api"})
	case path == "projects":
		h.gitlabList(w, e, c, h.organizations())
	case len(parts) == 3 && parts[0] == "groups" && parts[2] == "projects":
		h.gitlabGroup(w, e, c, parts[1])
	default:
		answer(w, http.StatusNotFound, object{"error": "404 Not Found"})
	}
}

func (h *site) gitlabGroup(w http.ResponseWriter, e *exchange, c Credential, escaped string) {
	group, err := url.PathUnescape(escaped)
	if err != nil || !h.has(group) || !c.lists(group) {
		answer(w, http.StatusNotFound, object{"message": "404 Group Not Found"})
		return
	}
	groups := []string{group}
	if e.URL.Query().Get("include_subgroups") == "true" {
		groups = slices.DeleteFunc(h.organizations(), func(name string) bool { return name != group && !strings.HasPrefix(name, group+"/") })
	}
	h.gitlabList(w, e, c, groups)
}

func (h *site) gitlabList(w http.ResponseWriter, e *exchange, c Credential, groups []string) {
	var all []object
	for i, group := range groups {
		if !c.lists(group) {
			continue
		}
		for n, name := range h.repositories(group) {
			full := group + "/" + name
			all = append(all, object{"id": 1000*i + n, "name": name, "path": name, "path_with_namespace": full, "description": nil, "archived": false,
				"empty_repo": false, "tag_list": []string{}, "topics": []string{}, "default_branch": "main", "visibility": "private",
				"namespace": object{"full_path": group, "kind": "group"}, "http_url_to_repo": "https://" + h.Name + "/" + full + ".git"})
		}
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
