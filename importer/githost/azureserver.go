package githost

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
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
	a, err := h.repositories(ctx, s, q.collection)
	if err != nil {
		return answers{}, err
	}
	page, err := azurePage(s, a)
	return answers{documents: [][]any{{page}}}, err
}

func (h azureServer) repositories(ctx context.Context, s *session, collection string) (*answer, error) {
	a, err := s.get(ctx, h.in(collection)+"/_apis/git/repositories?api-version="+h.version())
	switch {
	case err != nil:
		return nil, err
	case a.status == http.StatusNotFound && collection != "":
		return nil, &Problem{Code: schema.CodePathRefused, Field: schema.FieldTfsCollection,
			Message: fmt.Sprintf("%s has no collection %s that this credential can see", a.host, schema.Quote(collection))}
	case a.status != http.StatusOK:
		return nil, azureServerProblem(s, a)
	}
	return a, nil
}

func (h azureServer) version() string {
	if h.old {
		return "1.0"
	}
	return "5.0"
}

// owners are the collections of the server. Where there is no such list, the origin has one.
func (h azureServer) owners(ctx context.Context, s *session) ([]string, error) {
	const most = 100
	names := []string{}
	for {
		a, err := s.get(ctx, fmt.Sprintf("%s/_apis/projectCollections?api-version=%s&$top=%d&$skip=%d", h.base, h.version(), most, len(names)))
		switch {
		case err != nil:
			return nil, err
		case a.status == http.StatusNotFound:
			return []string{""}, nil
		case a.status != http.StatusOK:
			return nil, azureServerProblem(s, a)
		}
		var page struct {
			Value []struct {
				Name string `json:"name"`
			} `json:"value"`
		}
		if err := a.decode(&page); err != nil {
			return nil, err
		}
		for _, collection := range page.Value {
			names = append(names, collection.Name)
		}
		switch {
		case len(page.Value) < most:
			slices.Sort(names)
			return names, nil
		case len(names) > mostPages:
			return nil, &Problem{Code: schema.CodePathRefused, Field: schema.FieldOrigin, Message: a.host + " lists collections without end"}
		}
	}
}

func (h azureServer) listing(ctx context.Context, s *session, collection string, keep func(Page)) error {
	a, err := h.repositories(ctx, s, collection)
	if err != nil {
		return err
	}
	return azureSaved(s, a, keep)
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
