package hosts

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// bearerOrBasic finds the credential of a token by itself, or of a user with a token or a password.
func (h *site) bearerOrBasic(e *exchange, scheme string) (Credential, bool) {
	if token, ok := strings.CutPrefix(e.Header.Get("Authorization"), scheme+" "); ok {
		return h.credential(token, "", "")
	}
	return h.basic(e)
}

// bitbucketServer answers as https://developer.atlassian.com/server/bitbucket/rest/ says, and git's
// own protocol below /scm.
func (h *site) bitbucketServer(w http.ResponseWriter, e *exchange) {
	c, ok := h.bearerOrBasic(e, "Bearer")
	if !ok {
		answer(w, http.StatusUnauthorized, object{"errors": []object{{"context": nil, "message": "Authentication failed. Please check your credentials and try again.", "exceptionName": "com.atlassian.bitbucket.auth.IncorrectPasswordAuthenticationException"}}})
		return
	}
	w.Header().Set("X-AUSERNAME", url.QueryEscape(c.User))
	path, rest := strings.CutPrefix(e.URL.Path, "/rest/api/1.0/")
	parts := strings.Split(path, "/")
	switch {
	case strings.HasPrefix(e.URL.Path, "/scm/"):
		h.bitbucketGit(w, e, c)
	case rest && path == "repos":
		h.bitbucketList(w, e, c, h.organizations())
	case rest && len(parts) == 3 && parts[0] == "projects" && parts[2] == "repos" && h.has(parts[1]) && c.lists(parts[1]):
		h.bitbucketList(w, e, c, parts[1:2])
	default:
		answer(w, http.StatusNotFound, object{"errors": []object{{"context": nil, "message": "Project does not exist.", "exceptionName": "com.atlassian.bitbucket.project.NoSuchProjectException"}}})
	}
}

func (h *site) bitbucketGit(w http.ResponseWriter, e *exchange, c Credential) {
	path, ok := strings.CutSuffix(strings.TrimPrefix(e.URL.Path, "/scm/"), ".git/info/refs")
	project, name, _ := strings.Cut(path, "/")
	for _, key := range h.organizations() {
		if ok && strings.EqualFold(key, project) && c.lists(key) && slices.Contains(h.repositories(key), name) {
			advertise(w)
			return
		}
	}
	http.NotFound(w, e.Request)
}

func (h *site) bitbucketList(w http.ResponseWriter, e *exchange, c Credential, projects []string) {
	all := []object{}
	for _, key := range projects {
		if !c.lists(key) {
			continue
		}
		for _, name := range h.repositories(key) {
			all = append(all, object{"slug": name, "name": name, "scmId": "git", "state": "AVAILABLE", "public": false, "archived": false,
				"project": object{"key": key, "name": key, "type": "NORMAL", "public": false},
				"links":   object{"clone": []object{{"href": "https://" + h.Name + "/scm/" + strings.ToLower(key) + "/" + name + ".git", "name": "http"}}}})
		}
	}
	query := e.URL.Query()
	size := positive(query.Get("limit"), 25)
	if h.PageSize > 0 {
		size = min(size, h.PageSize)
	}
	start := min(positive(query.Get("start"), 0), len(all))
	end := min(start+size, len(all))
	page := object{"size": end - start, "limit": size, "isLastPage": end == len(all), "start": start, "values": all[start:end]}
	if end < len(all) {
		page["nextPageStart"] = end
	}
	answer(w, http.StatusOK, page)
}

// bitbucketCloud answers as https://developer.atlassian.com/cloud/bitbucket/rest/ says.
func (h *site) bitbucketCloud(w http.ResponseWriter, e *exchange) {
	c, ok := h.bearerOrBasic(e, "Bearer")
	workspace, listing := strings.CutPrefix(e.URL.Path, "/2.0/repositories/")
	switch {
	case !ok:
		answer(w, http.StatusUnauthorized, object{"type": "error", "error": object{"message": "Token is invalid, expired, or not supported for this endpoint."}})
	case e.URL.Path == "/2.0/user/workspaces" && c.Scopes != nil && !c.may("read:user:bitbucket"):
		answer(w, http.StatusForbidden, object{"type": "error", "error": object{"message": "Your credentials lack one or more required privilege scopes."}})
	case e.URL.Path == "/2.0/user/workspaces":
		var all []object
		for _, name := range h.organizations() {
			if c.lists(name) {
				all = append(all, object{"type": "workspace_access", "administrator": false, "workspace": object{"type": "workspace_base", "slug": name}})
			}
		}
		h.bitbucketPage(w, e, all)
	case listing && h.has(workspace) && c.lists(workspace):
		var all []object
		for _, name := range h.repositories(workspace) {
			all = append(all, object{"type": "repository", "full_name": workspace + "/" + name, "slug": name, "scm": "git", "is_private": true,
				"mainbranch": object{"type": "branch", "name": "main"}, "parent": nil,
				"links": object{"clone": []object{{"href": "https://" + c.User + "@bitbucket.org/" + workspace + "/" + name + ".git", "name": "https"}}}})
		}
		h.bitbucketPage(w, e, all)
	default:
		answer(w, http.StatusNotFound, object{"type": "error", "error": object{"message": "There is no API hosted at this URL, or the workspace does not exist."}})
	}
}

func (h *site) bitbucketPage(w http.ResponseWriter, e *exchange, all []object) {
	size := positive(e.URL.Query().Get("pagelen"), 10)
	items, number, more := h.sized(e, all, size)
	body := object{"pagelen": size, "page": number, "size": len(all), "values": append([]object{}, items...)}
	if more {
		body["next"] = e.link(number + 1)
	}
	answer(w, http.StatusOK, body)
}
