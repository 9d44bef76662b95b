package hosts

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"time"

	"gopkg.in/yaml.v3"
)

// World is all hosts. In YAML:
//
//	hosts:
//	  - name: api.github.com
//	    kind: github
//	    credentials:
//	      - {token: ghp-good, user: octo, scopes: [repo], expires: 2027-01-31}
//	      - {token: ghp-half, user: octo, scopes: [repo], hidden: [globex]}
//	      - {token: ghp-old, state: expired}
//	    organizations:
//	      acme: [api, web]
//	      globex: [shop]
type World struct {
	Hosts []Host `yaml:"hosts"`
}

// Host is one git host.
type Host struct {
	Name          string              `yaml:"name"` // with its port, as in the origin of a record
	Kind          Kind                `yaml:"kind"`
	Credentials   []Credential        `yaml:"credentials"`
	Organizations map[string][]string `yaml:"organizations"` // repositories by organization, group, project or collection
	Many          map[string]int      `yaml:"many"`          // organizations with so many repositories, r-0001 and so on
	Renamed       map[string]string   `yaml:"renamed"`       // paths of repositories that lead to others
	PageSize      int                 `yaml:"pageSize"`      // 0: what a client asks for, 100 at most
	Limit         Limit               `yaml:"limit"`
	Redirect      string              `yaml:"redirect"` // every request is redirected to this URL
	Hang          bool                `yaml:"hang"`     // no request is answered
	Throttle      bool                `yaml:"throttle"` // codecommit: every second request is throttled
	NTLM          bool                `yaml:"ntlm"`     // azure-server: nothing but NTLM is accepted
}

// Kind is what kind of host it is.
type Kind string

// The kinds.
const (
	GitHub        Kind = "github"        // api.github.com
	GitHubServer  Kind = "github-server" // GitHub Enterprise Server, below /api/v3
	GitLab        Kind = "gitlab"
	AzureProfiles Kind = "azure-profiles" // app.vssps.visualstudio.com: users and their organizations
	Azure         Kind = "azure"          // dev.azure.com: the repositories
	AzureServer   Kind = "azure-server"
	Gerrit        Kind = "gerrit"
	STS           Kind = "sts"        // sts.REGION.amazonaws.com: whose an access key is
	CodeCommit    Kind = "codecommit" // codecommit.REGION.amazonaws.com
	Git           Kind = "git"        // any host, by git's own protocol

	BitbucketServer Kind = "bitbucket-server" // or Data Center; organizations are the keys of projects
	BitbucketCloud  Kind = "bitbucket-cloud"  // api.bitbucket.org; organizations are workspaces
	Gitea           Kind = "gitea"            // or Forgejo
)

// Kinds lists them.
func Kinds() []Kind {
	return []Kind{GitHub, GitHubServer, GitLab, AzureProfiles, Azure, AzureServer, Gerrit, STS, CodeCommit, Git, BitbucketServer, BitbucketCloud, Gitea}
}

// Limit is a rate limit: so many requests, and no more until a time is over.
type Limit struct {
	Requests int           `yaml:"requests"` // 0: none
	Interval time.Duration `yaml:"interval"` // 0: 1 m
}

// Credential is one that a host knows. All others are refused.
type Credential struct {
	Token    string   `yaml:"token"`
	User     string   `yaml:"user"` // sts, codecommit: the access key
	Name     string   `yaml:"name"` // sts: of the user
	Password string   `yaml:"password"`
	Expires  string   `yaml:"expires"` // a day, such as 2027-01-31; "": never
	Scopes   []string `yaml:"scopes"`
	Sees     []string `yaml:"sees"`   // organizations; none: all
	Hidden   []string `yaml:"hidden"` // organizations that are left out, and the host says so where it does
	Only     string   `yaml:"only"`   // azure: the token is for this organization alone
	State    string   `yaml:"state"`  // "expired" or "revoked": it is refused
}

// ReadWorld reads a world and checks it. Unknown keys are errors.
func ReadWorld(r io.Reader) (World, error) {
	var w World
	data, err := io.ReadAll(io.LimitReader(r, 16<<20))
	if err != nil {
		return w, err
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&w); err != nil {
		return w, fmt.Errorf("the hosts cannot be read: %w", err)
	}
	return w, w.check()
}

func (w World) check() error {
	seen := make(map[string]bool)
	for i, h := range w.Hosts {
		switch {
		case h.Name == "":
			return fmt.Errorf("host %d has no name", i+1)
		case seen[h.Name]:
			return fmt.Errorf("host %s is there twice", h.Name)
		case !slices.Contains(Kinds(), h.Kind):
			return fmt.Errorf("host %s: kind %q is none of %v", h.Name, h.Kind, Kinds())
		case h.PageSize < 0 || h.Limit.Requests < 0 || h.Limit.Interval < 0:
			return fmt.Errorf("host %s: a number is negative", h.Name)
		}
		seen[h.Name] = true
		for _, c := range h.Credentials {
			if c.Expires != "" && c.day().IsZero() {
				return fmt.Errorf("host %s: expires %q is not a day such as 2027-01-31", h.Name, c.Expires)
			}
			if c.State != "" && c.State != "expired" && c.State != "revoked" {
				return fmt.Errorf("host %s: state %q is neither expired nor revoked", h.Name, c.State)
			}
		}
	}
	return nil
}

func (c Credential) day() time.Time {
	t, _ := time.Parse(time.DateOnly, c.Expires)
	return t
}

// refused reports whether the host accepts the credential no longer.
func (c Credential) refused() bool {
	return c.State != "" || c.Expires != "" && !time.Now().Before(c.day())
}

// lists reports whether the credential lists an organization.
func (c Credential) lists(organization string) bool {
	return (len(c.Sees) == 0 || slices.Contains(c.Sees, organization)) && !slices.Contains(c.Hidden, organization)
}

func (c Credential) may(scopes ...string) bool {
	return slices.ContainsFunc(scopes, func(s string) bool { return slices.Contains(c.Scopes, s) })
}
