package sandbox

import (
	"cmp"
	"net/http"
	"strings"
)

// routes maps paths below the base path. The calls of /rest/ need credentials, those of the app an
// administrator, save for the lists of repositories; the pages are open.
func (s *Server) routes() http.Handler {
	app := http.NewServeMux()
	app.HandleFunc("POST /rest/gitplugin/1.0/integration", s.call(s.add))
	app.HandleFunc("GET /rest/gitplugin/1.0/integration", s.listIntegrations)
	app.HandleFunc("GET /rest/gitplugin/1.0/integration/{id}", s.call(s.get))
	app.HandleFunc("PUT /rest/gitplugin/1.0/integration/{id}", s.call(s.update))
	app.HandleFunc("DELETE /rest/gitplugin/1.0/integration/{id}", s.call(s.remove))
	app.HandleFunc("POST /rest/gitplugin/1.0/repository", s.call(s.addRepository))
	app.HandleFunc("PUT /rest/gitplugin/1.0/repository", s.call(s.updateRepository))
	app.HandleFunc("DELETE /rest/gitplugin/1.0/repository", s.call(s.removeRepository))
	app.HandleFunc("PUT /rest/gitplugin/1.0/repository/{id}/disable", s.call(s.disable))
	app.HandleFunc("GET /rest/gitplugin/1.0/index.json", s.call(s.indexStatus))
	app.HandleFunc("POST /rest/gitplugin/2.0/reindex", s.call(s.reindex))

	rest := http.NewServeMux()
	rest.HandleFunc("GET /rest/api/2/myself", s.call(s.myself))
	rest.HandleFunc("GET /rest/api/2/mypermissions", s.call(s.myPermissions))
	rest.HandleFunc("GET /rest/api/2/serverInfo", s.call(s.serverInfo))
	rest.HandleFunc("GET /rest/api/2/project", s.call(s.listProjects))
	rest.HandleFunc("GET /rest/gitplugin/1.0/repository", s.call(s.listRepositories))
	rest.HandleFunc("GET /rest/gitplugin/1.0/repository/all", s.call(s.pageRepositories))
	rest.Handle(appPrefix, s.administrator(checkXSRF(app)))

	root := http.NewServeMux()
	root.Handle("/rest/", s.authenticated(s.limited(rest)))
	root.HandleFunc("GET /{$}", s.page)
	root.HandleFunc("GET /login.jsp", func(w http.ResponseWriter, _ *http.Request) { writeLoginPage(w) })
	return s.belowBase(root)
}

// appPrefix is where the app's own calls lie, below the base path.
const appPrefix = "/rest/gitplugin/"

// belowBase strips the base path. Outside of it only the page is served, so that people find it at / as well.
func (s *Server) belowBase(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := s.pathBelowBase(r)
		if path == "" && r.URL.Path != "/" {
			http.NotFound(w, r)
			return
		}
		url := *r.URL
		url.Path, url.RawPath = cmp.Or(path, "/"), ""
		inner := *r
		inner.URL = &url
		next.ServeHTTP(w, &inner)
	})
}

func (s *Server) pathBelowBase(r *http.Request) string {
	path, ok := strings.CutPrefix(r.URL.Path, s.base)
	switch {
	case ok && path == "":
		return "/"
	case ok && path[0] == '/':
		return path
	}
	return ""
}

func isWrite(method string) bool {
	return method != http.MethodGet && method != http.MethodHead
}

// administrator lets only administrators and managers through, as nearly all of the app's calls do.
func (s *Server) administrator(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.notAdmin {
			writeForbidden(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// checkXSRF refuses writes without the header that browsers' forms cannot send.
func checkXSRF(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isWrite(r.Method) && r.Header.Get("X-Atlassian-Token") != "no-check" {
			http.Error(w, "XSRF check failed", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}
