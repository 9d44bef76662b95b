package hosts

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// git answers the first request of git ls-remote, as https://git-scm.com/docs/http-protocol says.
// A host without credentials is public.
func (h *site) git(w http.ResponseWriter, e *exchange) {
	path, ok := strings.CutSuffix(e.URL.Path, "/info/refs")
	organization, name := "", strings.Trim(path, "/")
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		organization, name = name[:i], strings.TrimSuffix(name[i+1:], ".git")
	}
	c, known := h.basic(e)
	switch {
	case len(h.Credentials) > 0 && !known:
		w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
		http.Error(w, "Authentication failed", http.StatusUnauthorized)
	case !ok || e.URL.Query().Get("service") != "git-upload-pack" || !c.lists(organization) || !slices.Contains(h.repositories(organization), name):
		http.NotFound(w, e.Request)
	default:
		advertise(w)
	}
}

func advertise(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
	service := "# service=git-upload-pack\n"
	ref := strings.Repeat("1", 40) + " HEAD\x00\n"
	_, _ = fmt.Fprintf(w, "%04x%s0000%04x%s0000", len(service)+4, service, len(ref)+4, ref)
}
