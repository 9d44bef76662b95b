package githost

import (
	"net/http"

	"gijbulk/schema"
)

// login is the credential of a record, as it is sent. Equal ones are one credential.
type login struct{ user, secret string }

// loginOf reads the credential of a record; ok is false where a reference has no value.
func loginOf(r schema.Record) (l login, ok bool) {
	for _, s := range r.Secrets() {
		if !s.Known() {
			return login{}, false
		}
	}
	l.user = revealed(r.Get(schema.FieldUsername))
	if l.secret = revealed(r.Get(schema.FieldPat)); l.secret == "" {
		l.secret = revealed(r.Get(schema.FieldPassword))
	}
	return l, true
}

func revealed(v schema.Value) string {
	if s, ok := v.Secret(); ok {
		return s.Reveal()
	}
	return v.Text()
}

// secretField is the field that a record's secret is in; the origin where it has none.
func secretField(r schema.Record) schema.Field {
	for _, f := range []schema.Field{schema.FieldPat, schema.FieldPassword} {
		if r.Has(f) {
			return f
		}
	}
	return schema.FieldOrigin
}

// referenceOf is what may be shown in place of a record's secret.
func referenceOf(r schema.Record) string {
	s, _ := r.Get(secretField(r)).Secret()
	return s.Reference()
}

// shownUser is what may be shown of a record's user name.
func shownUser(r schema.Record) string {
	name := r.Get(schema.FieldUsername)
	if s, hidden := name.Secret(); hidden {
		return s.Reference()
	}
	return name.Text()
}

func basic(l login) func(*http.Request, []byte) error {
	return func(r *http.Request, _ []byte) error {
		r.SetBasicAuth(l.user, l.secret)
		return nil
	}
}

func inHeader(name, prefix string, l login) func(*http.Request, []byte) error {
	return func(r *http.Request, _ []byte) error {
		r.Header.Set(name, prefix+l.secret)
		return nil
	}
}

func anonymous(*http.Request, []byte) error { return nil }
