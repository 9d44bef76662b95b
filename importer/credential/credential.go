// Package credential says which credentials a record takes, and gives out references to
// fill in for those that nobody may see.
package credential

import (
	"cmp"
	"strings"

	"gijbulk/schema"
)

var (
	pat          = []schema.Field{schema.FieldPat}
	userPassword = []schema.Field{schema.FieldUsername, schema.FieldPassword}
)

// Seen is what can be seen of a record's credentials: the app's own export and the API's
// answers show user names at best.
type Seen struct {
	Kind            schema.Type // "" for a plain repository
	User            string
	Password, Token bool // whether there is one
}

// Fields are the credentials that the record has, or needs if none can be seen. A plain
// repository without any is assumed to need none.
func (s Seen) Fields() []schema.Field {
	byUser := s.User != "" && !s.Token
	switch s.Kind {
	case "":
		if s.Token {
			return pat
		}
		if byUser || s.Password {
			return userPassword
		}
		return nil
	case schema.TypeFilespace:
		return nil
	case schema.TypeTFSServer:
		if s.Token || strings.EqualFold(s.User, everyone) {
			return []schema.Field{schema.FieldUsername, schema.FieldPat}
		}
		return userPassword
	case schema.TypeGitLabServerLegacy, schema.TypeAWS, schema.TypeGerrit:
		return userPassword
	case schema.TypeGitHub, schema.TypeAzureDevOps:
		if byUser {
			return userPassword
		}
	}
	return pat
}

// everyone is the user name that Team Foundation Server expects with a token.
const everyone = "all"

// Text is the value to write for a field of the record with this name: the given value if
// it is not secret, else a reference to fill in.
func (s Seen) Text(f schema.Field, given, name string, r *References) string {
	if _, _, reference := schema.SplitReference(given); reference {
		return given
	}
	switch {
	case given != "" && s.Shown(f):
		return given
	case s.Kind == schema.TypeTFSServer && s.Token && f == schema.FieldUsername:
		return everyone
	}
	return r.To(f, cmp.Or(string(s.Kind), "GIT"), name)
}

// Shown reports whether a credential may be written where people read it. The user name of
// AWS is an access key, half a credential.
func (s Seen) Shown(f schema.Field) bool { return !f.Hidden() && s.Kind != schema.TypeAWS }
