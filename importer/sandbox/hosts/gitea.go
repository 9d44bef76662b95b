package hosts

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// gitea answers as https://docs.gitea.com/api/ says.
func (h *site) gitea(w http.ResponseWriter, e *exchange) {
	c, ok := h.bearerOrBasic(e, "token")
	path := strings.TrimPrefix(e.URL.Path, "/api/v1/")
	parts := strings.Split(path, "/")
	owned := len(parts) == 3 && parts[2] == "repos" && h.has(parts[1]) && c.lists(parts[1])
	switch {
	case !ok:
		answer(w, http.StatusUnauthorized, object{"message": "invalid username, password or token"})
	case path == "repos/search":
		items := h.giteaPage(w, e, c, h.organizations())
		answer(w, http.StatusOK, object{"ok": true, "data": items})
	case owned && (parts[0] == "users" || parts[0] == "orgs" && !h.personal(parts[1])):
		answer(w, http.StatusOK, h.giteaPage(w, e, c, parts[1:2]))
	default:
		answer(w, http.StatusNotFound, object{"message": "The target couldn't be found."})
	}
}

func (h *site) giteaPage(w http.ResponseWriter, e *exchange, c Credential, owners []string) []object {
	var all []object
	for _, owner := range h.organizations() {
		if !c.lists(owner) || !slices.Contains(owners, owner) {
			continue
		}
		for _, name := range h.repositories(owner) {
			full := owner + "/" + name
			all = append(all, object{"id": len(all) + 1, "full_name": full, "name": name, "owner": object{"login": owner}, "private": true, "internal": false,
				"empty": false, "archived": false, "fork": false, "mirror": false, "default_branch": "main",
				"html_url": "https://" + h.Name + "/" + full, "clone_url": "https://" + h.Name + "/" + full + ".git"})
		}
	}
	items, number, more := h.sized(e, all, min(positive(e.URL.Query().Get("limit"), 30), 50))
	w.Header().Set("X-Total-Count", strconv.Itoa(len(all)))
	if more {
		w.Header().Set("Link", `<`+e.link(number+1)+`>; rel="next"`)
	}
	return append([]object{}, items...)
}
