package sandbox

import (
	"cmp"
	"net/http"
	"strconv"
)

func (s *Server) myself(r *http.Request) (any, error) {
	name := s.userName(r)
	return struct {
		Key         string `json:"key"`
		Name        string `json:"name"`
		DisplayName string `json:"displayName"`
		Active      bool   `json:"active"`
	}{name, name, "Sandbox user " + name, true}, nil
}

// myPermissions is Jira's GET /rest/api/2/mypermissions, as far as it tells administrators from others.
func (s *Server) myPermissions(r *http.Request) (any, error) {
	type permission struct {
		Key  string `json:"key"`
		Name string `json:"name"`
		Type string `json:"type"`
		Have bool   `json:"havePermission"`
	}
	return map[string]map[string]permission{"permissions": {
		"ADMINISTER": {"ADMINISTER", "Jira Administrators", "GLOBAL", !s.notAdmin && !s.isManager(r)},
	}}, nil
}

func (s *Server) userName(r *http.Request) string {
	name, _, _ := r.BasicAuth()
	return cmp.Or(name, s.user)
}

func (s *Server) serverInfo(r *http.Request) (any, error) {
	return struct {
		BaseURL        string `json:"baseUrl"`
		Version        string `json:"version"`
		VersionNumbers []int  `json:"versionNumbers"`
		DeploymentType string `json:"deploymentType"`
		BuildNumber    int    `json:"buildNumber"`
		ServerTitle    string `json:"serverTitle"`
	}{s.rootURL(r), "9.12.4", []int{9, 12, 4}, "Server", 9120004, "gijbulk sandbox"}, nil
}

// rootURL is the base URL to tell: the one of the options, or the one that this request used.
func (s *Server) rootURL(r *http.Request) string {
	if s.baseURL != "" {
		return s.baseURL
	}
	scheme := cmp.Or(r.URL.Scheme, "http")
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + s.base
}

// listProjects is Jira's GET /rest/api/2/project. Ids are strings here, and numbers in projectMappingIds.
func (s *Server) listProjects(*http.Request) (any, error) {
	type project struct {
		ID   string `json:"id"`
		Key  string `json:"key"`
		Name string `json:"name"`
	}
	all := make([]project, len(s.projects))
	for i, p := range s.projects {
		all[i] = project{strconv.FormatInt(p.ID, 10), p.Key, p.Name}
	}
	return all, nil
}

func (s *Server) project(id int64) (Project, bool) {
	for _, p := range s.projects {
		if p.ID == id {
			return p, true
		}
	}
	return Project{}, false
}
