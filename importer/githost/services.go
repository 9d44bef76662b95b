package githost

import (
	"net/http"
	"net/url"
	"strings"

	"gijbulk/schema"
)

// service is how the host of a record is asked.
type service struct {
	host host
	name string // of the host, as it is shown
	base string // of its API: one name may have several hosts
	sign func(*http.Request, []byte) error
	ask  query
}

// serviceOf finds the host of a record; ok is false where it cannot be seen from here, and why.
func serviceOf(r schema.Record, l login) (s service, why string, ok bool) {
	origin := r.Key().Origin
	s.ask = query{path: r.Get(schema.FieldAPIPath).Text(), collection: r.Get(schema.FieldTfsCollection).Text()}
	if r.Kind() == schema.KindRepository {
		return plainService(s, r, l)
	}
	switch r.Type() {
	case schema.TypeGitHub, schema.TypeGitHubServer:
		s.host, s.sign = github{base: githubAPI(r.Type(), origin)}, inHeader("Authorization", "Bearer ", l)
		if l.user != "" {
			s.sign = basic(l)
		}
	case schema.TypeGitLab, schema.TypeGitLabServer:
		s.host, s.sign = gitlab{base: origin}, inHeader("Private-Token", "", l)
	case schema.TypeAzure, schema.TypeVSTS:
		s.host, s.name, s.sign, s.ask.collection = azure{}, hostOf(azureRepositories), basic(login{"", l.secret}), ""
		return s, "", true
	case schema.TypeAzureDevOps, schema.TypeTFSServer:
		s.host, s.sign = azureServer{origin, s.ask.collection, r.Type() == schema.TypeTFSServer}, basic(azureLogin(r, l))
	case schema.TypeGerrit:
		s.host, s.sign = gerrit{base: origin}, basic(l)
	case schema.TypeAWS:
		region := r.Get(schema.FieldAwsRegion).Text()
		s.host, s.name, s.sign = codecommit{region: region}, "codecommit."+region+".amazonaws.com", awsSignature(region, l)
		return s, "", true
	case schema.TypeFilespace:
		return s, "a folder on Jira's disk is not visible from here", false
	default:
		return s, "GitLab's API v3 is not asked", false
	}
	s.name, s.base = hostOf(origin), origin
	return s, "", true
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// textOf is the text of a member of an object; "" where it is none.
func textOf(object map[string]any, name string) string {
	text, _ := object[name].(string)
	return text
}

// repositoryAt is the repository at a URL; name is what the host calls it.
func repositoryAt(address, name string) Repository {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return Repository{Name: name}
	}
	u.User = nil
	return Repository{Name: strings.TrimSuffix(strings.Trim(u.Path, "/"), ".git"), URL: u.String()}
}
