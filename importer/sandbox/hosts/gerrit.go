package hosts

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// gerrit answers as https://gerrit-review.googlesource.com/Documentation/rest-api.html says.
// Projects are named ORGANIZATION/NAME.
func (h *site) gerrit(w http.ResponseWriter, e *exchange) {
	e.login = e.URL.Path == "/a/accounts/self"
	c, ok := h.basic(e)
	switch {
	case !ok:
		http.Error(w, "Unauthorized", http.StatusUnauthorized)
	case e.login:
		guarded(w, object{"_account_id": 1000096, "name": c.User, "username": c.User})
	case e.URL.Path == "/a/projects/":
		h.gerritProjects(w, e, c)
	default:
		http.NotFound(w, e.Request)
	}
}

func (h *site) gerritProjects(w http.ResponseWriter, e *exchange, c Credential) {
	names := h.gerritNames(c)
	query := e.URL.Query()
	from, _ := strconv.Atoi(query.Get("S"))
	from = min(max(0, from), len(names))
	size := positive(query.Get("n"), len(names))
	if h.PageSize > 0 {
		size = min(size, h.PageSize)
	}
	to := min(from+size, len(names))
	projects := object{}
	for i, name := range names[from:to] {
		project := gerritProject(name)
		if i == to-from-1 && to < len(names) {
			project["_more_projects"] = true
		}
		projects[name] = project
	}
	guarded(w, projects)
}

func (h *site) gerritNames(c Credential) []string {
	var names []string
	for _, organization := range h.organizations() {
		if c.lists(organization) {
			for _, name := range h.repositories(organization) {
				names = append(names, organization+"/"+name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func gerritProject(name string) object {
	return object{"id": strings.ReplaceAll(name, "/", "%2F"), "state": "ACTIVE"}
}

// guarded writes JSON behind the line that keeps browsers from running it.
func guarded(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	_, _ = w.Write([]byte(")]}'\n"))
	_ = json.NewEncoder(w).Encode(body)
}
