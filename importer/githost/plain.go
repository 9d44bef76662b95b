package githost

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"strings"

	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// plain is a repository that git reaches by itself: the first request of git ls-remote
// (https://git-scm.com/docs/http-protocol).
type plain struct {
	user  string
	shown string // what may be shown of it
}

// plainService finds the host of a plain repository. A token without a user name goes as the
// password of x-token-auth, which hosts that look at the name expect.
func plainService(s service, r schema.Record, l login) (service, string, bool) {
	address, ok := giturl.Parse(r.Origin())
	switch {
	case !ok:
		return s, "a path on Jira's disk is not visible from here", false
	case !address.IsWeb():
		return s, "the app reaches it with its own key, which is not visible from here", false
	}
	s.host, s.name, s.ask, s.sign = plain{l.user, shownUser(r)}, address.Host, query{origin: schema.NormalURL(r.Origin())}, anonymous
	if l.secret != "" {
		s.sign = basic(login{cmp.Or(l.user, "x-token-auth"), l.secret})
	}
	return s, "", true
}

func (plain) key() string { return "" }

func (plain) repository(item map[string]any) Repository {
	return repositoryAt(textOf(item, "url"), "")
}

// who asks nothing: git has no call for it, and the first list shows whether a credential is
// accepted.
func (h plain) who(context.Context, *session) (Identity, error) { return Identity{User: h.shown}, nil }

func (plain) list(ctx context.Context, s *session, q query) (answers, error) {
	a, err := s.get(ctx, q.origin+"/info/refs?service=git-upload-pack")
	if err != nil {
		return answers{}, err
	}
	switch {
	case a.status == http.StatusOK && (strings.HasPrefix(a.header.Get("Content-Type"), "application/x-git-upload-pack-advertisement") || bytes.Contains(a.body[:min(len(a.body), 200)], []byte("\trefs/"))):
		return answers{documents: [][]any{{[]any{map[string]any{"url": q.origin}}}}, user: bitbucketUser(a)}, nil
	case a.status == http.StatusUnauthorized:
		return answers{}, &Problem{Code: schema.CodeCredentialRefused, Message: a.host + " refuses the credential, or asks for one, for " + a.path}
	case a.status == http.StatusForbidden:
		return answers{}, &Problem{Code: schema.CodeScopeMissing, Message: a.host + " does not allow this credential to read the repository" + suffixed(a.words(s.client.config.Mask))}
	}
	return answers{}, &Problem{Code: schema.CodePathRefused, Field: schema.FieldOrigin,
		Message: a.host + " has no git repository at this address that this credential can see"}
}
