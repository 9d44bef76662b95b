package convert

import (
	"cmp"
	"strings"

	"gijbulk/schema"
)

// login is what is seen of a record's credentials from outside: the app's own export
// and the API's answers show user names at best.
type login struct {
	kind            schema.Type // "" for a plain repository
	user            string
	password, token bool // whether there is one
}

// fields are the credentials that the record has, or needs where nothing is seen of
// them. A plain repository of which nothing is seen is taken to need none.
func (l login) fields() []schema.Field {
	byUser := l.user != "" && !l.token
	switch l.kind {
	case "":
		if l.token {
			return pat
		}
		if byUser || l.password {
			return userPassword
		}
		return nil
	case schema.TypeFilespace:
		return nil
	case schema.TypeTFSServer:
		if l.token || strings.EqualFold(l.user, everyone) {
			return []schema.Field{schema.FieldUsername, schema.FieldPat}
		}
		return userPassword
	case schema.TypeGitLabServerLegacy:
		return userPassword
	case schema.TypeGitHub, schema.TypeAzureDevOps:
		if byUser {
			return userPassword
		}
	}
	if s := serviceOfType(l.kind); s != nil {
		return s.logins
	}
	return pat
}

// everyone is the user name that a token of Team Foundation Server goes with.
const everyone = "all"

// text is what is written for one of the fields, of which given is seen, in the record
// of this name: what is no secret as it is, and else a reference to fill in.
func (l login) text(f schema.Field, given, name string, r *references) string {
	if _, _, reference := schema.SplitReference(given); reference {
		return given
	}
	switch {
	case given != "" && l.shown(f):
		return given
	case l.kind == schema.TypeTFSServer && l.token && f == schema.FieldUsername:
		return everyone
	}
	return r.to(f, cmp.Or(string(l.kind), "GIT"), name)
}

// shown reports whether a credential may stand where people read it. A user name of AWS
// is an access key, half a credential.
func (l login) shown(f schema.Field) bool { return !f.Hidden() && l.kind != schema.TypeAWS }
