package githost

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"gijbulk/schema"
)

// azureServer is Azure DevOps Server or Team Foundation Server. Without a collection in the record,
// the origin has it.
type azureServer struct {
	base       string
	collection string // of the first record
	old        bool   // Team Foundation Server, whose API is older
}

func (azureServer) key() string { return "value" }

func (azureServer) repository(item map[string]any) Repository { return azureRepository(item) }

// azureLogin is a token with an empty user name, or a user with a password.
func azureLogin(r schema.Record, l login) login {
	if r.Has(schema.FieldPat) {
		return login{"", l.secret}
	}
	return l
}

// who asks the first collection that a record names: the server knows users by collection. One that
// does not exist is reported with its list.
func (h azureServer) who(ctx context.Context, s *session) (id Identity, err error) {
	a, err := s.get(ctx, h.in(h.collection)+"/_apis/connectionData")
	if err != nil || a.status == http.StatusNotFound {
		return id, err
	}
	if a.status != http.StatusOK {
		return id, azureServerProblem(s, a)
	}
	var connection struct {
		User struct {
			Name string `json:"providerDisplayName"`
		} `json:"authenticatedUser"`
	}
	err = a.decode(&connection)
	return Identity{User: connection.User.Name}, err
}

func (h azureServer) in(collection string) string {
	if collection == "" {
		return h.base
	}
	return h.base + "/" + url.PathEscape(collection)
}

func (h azureServer) list(ctx context.Context, s *session, q query) (answers, error) {
	version := "5.0"
	if h.old {
		version = "1.0"
	}
	a, err := s.get(ctx, h.in(q.collection)+"/_apis/git/repositories?api-version="+version)
	switch {
	case err != nil:
		return answers{}, err
	case a.status == http.StatusNotFound && q.collection != "":
		return answers{}, &Problem{Code: schema.CodePathRefused, Field: schema.FieldTfsCollection,
			Message: fmt.Sprintf("%s has no collection %s that this credential can see", a.host, schema.Quote(q.collection))}
	case a.status != http.StatusOK:
		return answers{}, azureServerProblem(s, a)
	}
	page, err := azurePage(s, a)
	return answers{documents: [][]any{{page}}}, err
}

// azureServerProblem tells a server that refuses a credential from one that takes none of its kind.
func azureServerProblem(s *session, a *answer) error {
	offered := strings.ToLower(strings.Join(a.header.Values("WWW-Authenticate"), ", "))
	if a.status == http.StatusUnauthorized && !strings.Contains(offered, "basic") && (strings.Contains(offered, "ntlm") || strings.Contains(offered, "negotiate")) {
		return &Problem{Code: schema.CodeUnreachable, Message: a.host + " requires NTLM or Kerberos, which is not supported here",
			Advice: "use a personal access token, or check this record in Jira"}
	}
	if azureRefused(a) {
		a.status = http.StatusUnauthorized
	}
	return s.problem(a)
}
