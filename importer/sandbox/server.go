package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Options says which server to stand in for. The zero value is an empty server in memory that accepts any credentials.
type Options struct {
	// BasePath is Jira's context path, such as "/jira"; empty for none.
	BasePath string
	// BaseURL is what serverInfo tells; empty: made from the request's host and BasePath.
	BaseURL string

	// Token is the one personal access token that is accepted. When Token and User are both empty, any credentials are
	// an administrator's.
	Token string
	// ManagerToken is the personal access token of a manager of the app, who is no Jira administrator: of integrations that
	// others made it neither sees nor sets the projects. Empty: there is none.
	ManagerToken string
	// User and Password are the one account that is accepted by Basic authentication.
	User, Password string
	// NotAdmin makes the account an ordinary user's: Jira's own calls work, the app's answer 403, save for the list of
	// repositories, which then holds only those for all projects.
	NotAdmin bool

	// Projects are the Jira projects that exist; nil for a handful of examples.
	Projects []Project
	// IndexTime is how long the indexing of an integration or a repository takes; zero for two seconds.
	IndexTime time.Duration
	// IndexErrors are display names of integrations whose indexing fails, with what it says.
	IndexErrors map[string]string
	// Tracked is how many repositories the app finds inside each new integration; they are listed among the plain ones.
	Tracked int
	// Listing is what the git hosts list: the app finds those repositories inside an integration when its indexing ends,
	// and drops those that are no longer listed then. Nil: it finds nothing but those of Tracked.
	Listing Listing
	// Hosts list in place of Listing for the integrations whose hosts they are. Nil: for none.
	Hosts Hosts
	// PagedRepositories makes the list of repositories answer 404, so that only its pages tell what is there.
	PagedRepositories bool
	// RateLimit is Jira's rate limiting; the zero value is none.
	RateLimit RateLimit
	// Nodes is how many nodes of a cluster take the requests in turn, each with a RateLimit of its own; below 2: a single
	// server. They share everything else.
	Nodes int
	// Faults are the faults to inject; the zero value is none.
	Faults Faults

	// DataFile is an SQLite file that keeps integrations and repositories from one run to the next; empty: memory only.
	// It holds their secrets as they were sent, with mode 0600. One Server at a time may use it.
	DataFile string
}

// Project is a Jira project.
type Project struct {
	ID   int64
	Key  string
	Name string
}

func exampleProjects() []Project {
	return []Project{
		{10000, "ACME", "Acme"},
		{10001, "WEB", "Website"},
		{10100, "OPS", "Operations"},
		{10101, "DATA", "Data Platform"},
		{10200, "MOBILE", "Mobile Apps"},
	}
}

// Server is the stand-in. It is safe for concurrent use.
type Server struct {
	base      string // the path below which everything lies: "" or "/jira"
	baseURL   string
	user      string // the name to tell where the credentials tell none
	notAdmin  bool
	projects  []Project
	indexTime time.Duration
	tracked   int
	listing   Listing
	hosts     Hosts
	paged     bool

	indexErrors map[string]string // by display name

	log     requestLog
	script  *script
	late    lateWork
	lists   *lists
	other   *otherAdmin
	gate    loginGate
	cluster *cluster
	store   *store
	handler http.Handler
}

// New makes a server. It fails on options that contradict themselves and on a DataFile that cannot be used.
func New(o Options) (*Server, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	script, err := newScript(o.Faults)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	store, err := openStore(o.DataFile)
	if err != nil {
		return nil, fmt.Errorf("sandbox: %w", err)
	}
	store.past.keep = o.Faults.longestRestore()
	s := &Server{
		base:        o.BasePath,
		baseURL:     strings.TrimRight(o.BaseURL, "/"),
		user:        o.User,
		notAdmin:    o.NotAdmin,
		projects:    o.Projects,
		indexTime:   o.IndexTime,
		indexErrors: o.IndexErrors,
		tracked:     o.Tracked,
		listing:     o.Listing,
		hosts:       o.Hosts,
		paged:       o.PagedRepositories,
		script:      script,
		lists:       newLists(script.lists),
		other:       newOtherAdmin(o.Faults.Seed),
		gate:        loginGate{token: o.Token, manager: o.ManagerToken, user: o.User, password: o.Password},
		cluster:     newCluster(o.RateLimit, o.Nodes),
		store:       store,
	}
	if s.user == "" {
		s.user = "admin"
	}
	if s.projects == nil {
		s.projects = exampleProjects()
	}
	if s.indexTime == 0 {
		s.indexTime = 2 * time.Second
	}
	s.handler = s.routes()
	return s, nil
}

func (o Options) check() error {
	switch {
	case o.BasePath != "" && (!strings.HasPrefix(o.BasePath, "/") || strings.HasSuffix(o.BasePath, "/")):
		return fmt.Errorf("base path %q: must begin with / and not end with it, such as /jira", o.BasePath)
	case o.User == "" && o.Password != "":
		return errors.New("a password needs a user")
	case o.IndexTime < 0:
		return fmt.Errorf("index time %v: must not be negative", o.IndexTime)
	case o.Tracked > 0 && o.Listing != nil:
		return errors.New("tracked repositories and a listing: give one of the two")
	case o.Tracked > 0 && o.Hosts != nil:
		return errors.New("tracked repositories and hosts: give one of the two")
	case o.Tracked < 0:
		return fmt.Errorf("%d tracked repositories: must not be negative", o.Tracked)
	}
	return o.RateLimit.check()
}

// Close closes the data file. What is stored can still be read afterwards; with a data file writes fail.
func (s *Server) Close() error { return s.store.close() }
