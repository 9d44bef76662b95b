package hosts

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Query is what an integration of the app asks its host for.
type Query struct {
	Type, Origin, Path        string
	Collection, Region        string // Microsoft's servers; AWS
	Username, Password, Token string // the personal access token goes before the password
}

// List is what the hosts list for an integration: documents of repositories, as a client that reads
// all pages decodes them. Azure DevOps Services has a document for each organization, the others have
// one. known is false where no host of the world is the integration's. The error is a refusal. Rate
// limits do not apply.
func (s *Server) List(q Query) (documents [][]any, known bool, err error) {
	u, err := url.Parse(q.Origin)
	if err != nil {
		return nil, false, nil
	}
	name, list := q.lister(u)
	h := s.hosts[name]
	if h == nil || list == nil {
		return nil, false, nil
	}
	switch {
	case h.Hang:
		return nil, true, errors.New("java.net.SocketTimeoutException: Read timed out")
	case h.Redirect != "":
		return nil, true, fmt.Errorf("302 Found: %s", h.Redirect)
	}
	objects, refused := list(s, h)
	if refused.status != 0 {
		return nil, true, refused
	}
	documents = make([][]any, len(objects))
	for i, document := range objects {
		if documents[i], err = decoded(document); err != nil {
			return nil, true, err
		}
	}
	return documents, true, nil
}

// Error is the status line with what the host says beyond it.
func (r refusal) Error() string {
	text := fmt.Sprintf("%d %s", r.status, http.StatusText(r.status))
	if r.message == http.StatusText(r.status) {
		return text
	}
	return text + ": " + r.message
}

// decoded is a list as a client sees it.
func decoded(list []object) (all []any, err error) {
	encoded, err := json.Marshal(list)
	if err != nil {
		return nil, err
	}
	return all, json.Unmarshal(encoded, &all)
}

// notFound is the answer of a host that is of another kind than the integration takes it for.
var notFound = refusal{http.StatusNotFound, "there is no such API"}

// lister is how the host of a type lists, and the host's name; nil for a type without one.
func (q Query) lister(origin *url.URL) (name string, list func(*Server, *site) ([][]object, refusal)) {
	name = strings.ToLower(origin.Host)
	switch q.Type {
	case "GITHUB":
		if name == "github.com" || strings.HasSuffix(name, ".ghe.com") && !strings.HasPrefix(name, "api.") {
			name = "api." + name
		}
		return name, q.github(GitHub)
	case "GITHUB_SERVER":
		return name, q.github(GitHubServer)
	case "GITLAB", "GITLAB_SERVER":
		return name, q.gitlab
	case "AZURE", "VSTS":
		return "app.vssps.visualstudio.com", q.azure
	case "AZURE_DEVOPS", "TFS_SERVER":
		return name, q.azureServer(strings.Trim(origin.Path+"/"+q.Collection, "/"))
	case "GERRIT":
		return name, q.gerrit
	case "AWS":
		return "codecommit." + q.Region + ".amazonaws.com", q.codecommit
	}
	return "", nil
}

// credential finds the one of the integration at a host of a kind.
func (q Query) credential(h *site, kind Kind) (Credential, refusal) {
	c, ok := h.credential(cmp.Or(q.Token, q.Password), q.Username, q.Password)
	switch {
	case h.Kind != kind:
		return c, notFound
	case !ok:
		return c, refusal{http.StatusUnauthorized, "the credential is refused"}
	}
	return c, refusal{}
}

func (q Query) github(kind Kind) func(*Server, *site) ([][]object, refusal) {
	return func(_ *Server, h *site) ([][]object, refusal) {
		c, refused := q.credential(h, kind)
		if refused.status != 0 {
			return nil, refused
		}
		path, _, _ := strings.Cut(strings.TrimPrefix(q.Path, "/api/v3"), "?") // the vendor's pages show both forms
		if path == "" {
			path = "/user/repos"
		}
		owners, refused := h.githubOwners(c, path)
		all, _ := h.githubRepositories(c, owners)
		return [][]object{all}, refused
	}
}

func (q Query) gitlab(_ *Server, h *site) ([][]object, refusal) {
	c, refused := q.credential(h, GitLab)
	if refused.status != 0 {
		return nil, refused
	}
	path, text, _ := strings.Cut(strings.TrimPrefix(q.Path, "/api/v4"), "?")
	if path == "" {
		path = "/projects"
	}
	query, _ := url.ParseQuery(text)
	all, refused := h.gitlabRepositories(c, strings.TrimPrefix(path, "/"), query)
	return [][]object{all}, refused
}

// azure asks one host for the organizations and the other for their repositories.
func (q Query) azure(s *Server, profiles *site) ([][]object, refusal) {
	c, refused := q.credential(profiles, AzureProfiles)
	if refused.status == 0 {
		refused = c.profileRefusal(true)
	}
	if refused.status != 0 {
		refused.message += " at https://app.vssps.visualstudio.com/_apis/profile/profiles/me (" + http.StatusText(refused.status) + ")"
		return nil, refused
	}
	repositories := s.hosts["dev.azure.com"]
	if repositories == nil {
		return nil, notFound
	}
	c, refused = q.credential(repositories, Azure)
	var all [][]object
	for _, organization := range profiles.azureAccounts(c) {
		if c.azureMay(organization) {
			all = append(all, repositories.azureRepositories(organization))
		}
	}
	return all, refused
}

func (q Query) azureServer(collection string) func(*Server, *site) ([][]object, refusal) {
	return func(_ *Server, h *site) ([][]object, refusal) {
		c, refused := q.credential(h, AzureServer)
		switch {
		case h.NTLM:
			return nil, refusal{http.StatusUnauthorized, "NTLM is required"}
		case refused.status != 0:
			return nil, refused
		case !slices.Contains(h.organizations(), collection) || !c.lists(collection):
			return nil, refusal{http.StatusNotFound, "TF50309: the collection does not exist"}
		}
		return [][]object{h.azureRepositories(collection)}, refusal{}
	}
}

func (q Query) gerrit(_ *Server, h *site) ([][]object, refusal) {
	c, refused := q.credential(h, Gerrit)
	if refused.status != 0 {
		return nil, refused
	}
	var all []object
	for _, name := range h.gerritNames(c) {
		project := gerritProject(name)
		project["name"] = name
		all = append(all, project)
	}
	return [][]object{all}, refusal{}
}

func (q Query) codecommit(_ *Server, h *site) ([][]object, refusal) {
	c, refused := q.credential(h, CodeCommit)
	switch {
	case refused.status != 0:
		return nil, refused
	case !c.codecommitMay("ListRepositories"):
		return nil, refusal{http.StatusForbidden, "AccessDeniedException"}
	}
	return [][]object{h.codecommitRepositories(c)}, refusal{}
}
