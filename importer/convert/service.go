package convert

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// Service is a kind of host that the app has integrations for.
type Service struct {
	name string // for people
	word string // in the names of placeholders

	hosted, server schema.Type // of the vendor's own host, and of one that people run
	cloud          []string    // the vendor's own hosts, the first being their usual name

	// locate finds a repository by its address on a host of the service. base is the
	// host's URL where it is known better than the address tells, else "".
	locate func(s *Service, a giturl.Address, base string) (Location, bool)

	apiPath func(g *group) string // the path of the listing; nil: the app's own
	scoped  bool                  // owner is the tfsCollection
	Filter  *Filter               // nil: the app filters no listing of this service
}

func services() []*Service { return []*Service{GitHub, GitLab, Azure, vsts, CodeCommit, Gerrit} }

// GitHub is github.com and GitHub Enterprise Server.
var GitHub = &Service{name: "GitHub", word: "GITHUB", hosted: schema.TypeGitHub, server: schema.TypeGitHubServer,
	cloud: []string{"github.com", "www.github.com", "ssh.github.com", "api.github.com"}, locate: locateGitHub,
	apiPath: func(g *group) string {
		if g.personal {
			return "/users/" + url.PathEscape(g.owner) + "/repos"
		}
		return "/orgs/" + url.PathEscape(g.owner) + "/repos"
	},
	Filter: &Filter{key: "name", topics: "topics", private: field("private"), flags: map[Flag]string{
		Archived: "archived", Disabled: "disabled", Fork: "fork", Mirror: "mirror_url"}}}

func locateGitHub(s *Service, a giturl.Address, base string) (Location, bool) {
	parts := a.Segments()
	if len(parts) < 2 {
		return Location{}, false
	}
	owner, name := parts[len(parts)-2], parts[len(parts)-1]
	return Location{Base: s.BaseOf(a, base), Owner: owner, Key: name}, true
}

// GitLab is gitlab.com and a GitLab that people run.
var GitLab = &Service{name: "GitLab", word: "GITLAB", hosted: schema.TypeGitLab, server: schema.TypeGitLabServer,
	cloud: []string{"gitlab.com", "www.gitlab.com", "altssh.gitlab.com"}, locate: locateGitLab,
	apiPath: func(g *group) string {
		if g.personal {
			return "/api/v4/users/" + url.PathEscape(g.owner) + "/projects"
		}
		return "/api/v4/groups/" + url.PathEscape(g.folder()) + "/projects?include_subgroups=true"
	},
	Filter: &Filter{key: "path_with_namespace", topics: "tag_list", private: condition{"visibility!='public'", comparison}, flags: map[Flag]string{
		Archived: "archived", Empty: "empty_repo", Fork: "forked_from_project", Mirror: "mirror"}}}

func locateGitLab(s *Service, a giturl.Address, base string) (Location, bool) {
	parts := a.Segments()
	if len(parts) < 2 {
		return Location{}, false
	}
	return Location{Base: s.BaseOf(a, base), Owner: parts[0], Key: strings.Join(parts, "/")}, true
}

// Azure is Azure DevOps, as a service and as a server of one's own.
var Azure = &Service{name: "Azure DevOps", word: "AZURE", hosted: schema.TypeAzure, server: schema.TypeAzureDevOps,
	cloud: []string{"dev.azure.com", "ssh.dev.azure.com"}, locate: locateAzure, scoped: true,
	Filter: azureFilter}

// vsts is Azure DevOps by its older hosts, one for each organization.
var vsts = &Service{name: "Visual Studio", word: "VSTS", hosted: schema.TypeVSTS, server: schema.TypeVSTS,
	cloud: []string{".visualstudio.com"}, locate: locateAzure, scoped: true, Filter: azureFilter}

var azureFilter = &Filter{key: "name", container: "project.name", wrap: "{value:value%s}", private: condition{"project.visibility!='public'", comparison}, flags: map[Flag]string{
	Disabled: "isDisabled", Fork: "isFork"}}

func locateAzure(s *Service, a giturl.Address, base string) (Location, bool) {
	host, parts := a.Hostname(), a.Segments()
	switch {
	case host == "ssh.dev.azure.com" && len(parts) == 4:
		return Location{Base: "https://dev.azure.com", Owner: parts[1], Project: parts[2], Key: parts[3]}, true
	case host == "vs-ssh.visualstudio.com" && len(parts) == 4:
		return Location{Base: "https://" + parts[1] + ".visualstudio.com", Owner: parts[1], Project: parts[2], Key: parts[3]}, true
	}
	git := slices.Index(parts, "_git")
	if git < 0 || git != len(parts)-2 {
		return Location{}, false
	}
	at := Location{Base: s.BaseOf(a, base), Key: parts[git+1]}
	before := parts[:git]
	if organization, ok := strings.CutSuffix(host, ".visualstudio.com"); ok {
		before = slices.DeleteFunc(before, func(p string) bool { return strings.EqualFold(p, "DefaultCollection") })
		at.Owner, at.Project = organization, lastOr(before, at.Key)
		return at, true
	}
	if host == "dev.azure.com" {
		if len(before) == 0 {
			return Location{}, false
		}
		at.Owner, at.Project = before[0], lastOr(before[1:], at.Key)
		return at, true
	}
	return at.onAzureServer(before)
}

// onAzureServer takes PREFIX/COLLECTION/PROJECT apart. A repository that is called as
// its project may leave the project out; nothing tells that from a prefix but the usual
// names of prefixes.
func (at Location) onAzureServer(before []string) (Location, bool) {
	n := len(before)
	switch {
	case n == 0:
		return Location{}, false
	case n == 1 || n == 2 && strings.EqualFold(before[0], "tfs"):
		at.Owner, at.Project = before[n-1], at.Key
		before = before[:n-1]
	default:
		at.Owner, at.Project = before[n-2], before[n-1]
		before = before[:n-2]
	}
	for _, p := range before {
		at.Base += "/" + url.PathEscape(p)
	}
	return at, true
}

func lastOr(parts []string, other string) string {
	if len(parts) == 0 {
		return other
	}
	return parts[len(parts)-1]
}

// CodeCommit is that of AWS, whose regions are the owners.
var CodeCommit = &Service{name: "CodeCommit", word: "AWS", hosted: schema.TypeAWS, server: schema.TypeAWS,
	cloud: []string{"git-codecommit."}, locate: locateCodeCommit}

func locateCodeCommit(_ *Service, a giturl.Address, _ string) (Location, bool) {
	parts := a.Segments()
	region := giturl.CodeCommitRegion(a.Hostname())
	if region == "" || len(parts) != 3 || parts[0] != "v1" {
		return Location{}, false
	}
	return Location{Base: "https://" + a.Hostname(), Owner: region, Key: parts[2]}, true
}

// Gerrit has no owners: all its projects are in one integration.
var Gerrit = &Service{name: "Gerrit", word: "GERRIT", hosted: schema.TypeGerrit, server: schema.TypeGerrit,
	locate: locateGerrit, Filter: &Filter{key: "name"}}

func locateGerrit(s *Service, a giturl.Address, base string) (Location, bool) {
	path := strings.TrimPrefix(strings.Join(a.Segments(), "/"), "a/")
	return Location{Base: s.BaseOf(a, base), Key: path}, path != ""
}

// at finds a repository by its address on a host of the service.
func (s *Service) at(a giturl.Address, base string) (Location, bool) {
	found, ok := s.locate(s, a, base)
	found.Service = s
	return found, ok
}

// BaseOf is the URL of the whole service; its own hosts have one, whatever the address
// says.
func (s *Service) BaseOf(a giturl.Address, base string) string {
	switch {
	case base != "":
		return strings.TrimRight(base, "/")
	case slices.Contains(s.cloud, a.Hostname()):
		return s.URL()
	}
	return a.WebBase()
}

// URL is the URL of the vendor's own host.
func (s *Service) URL() string { return "https://" + s.cloud[0] }

// ServiceOf finds the service of a well-known host.
func ServiceOf(hostname string) *Service {
	if giturl.CodeCommitRegion(hostname) != "" {
		return CodeCommit
	}
	for _, s := range services() {
		for _, cloud := range s.cloud {
			if hostname == cloud || strings.HasPrefix(cloud, ".") && strings.HasSuffix(hostname, cloud) {
				return s
			}
		}
	}
	return nil
}

// pathOf is where a repository is that people call so, below what it is called in.
func (s *Service) pathOf(name string) string {
	switch parent, last := path.Split(name); s {
	case GitHub, GitLab:
		return strings.TrimSuffix(name, ".git") + ".git"
	case Azure, vsts:
		if !strings.HasSuffix(parent, "_git/") {
			return parent + "_git/" + last
		}
	case CodeCommit:
		if parent == "" {
			return "v1/repos/" + last
		}
	}
	return name
}

func serviceOfType(t schema.Type) *Service {
	for _, s := range services() {
		if s.hosted == t || s.server == t {
			return s
		}
	}
	return nil
}

func (s *Service) typeAt(base string) schema.Type {
	if len(s.cloud) > 0 && base == s.URL() {
		return s.hosted
	}
	return s.server
}
