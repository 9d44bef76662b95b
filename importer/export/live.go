// Package export makes records that another server can be given out of those that a server
// shows ([Live]), and writes records as the app's own bulk table ([WriteTable]).
package export

import (
	"cmp"
	"slices"
	"strings"

	"gijbulk/importer/bulktable"
	"gijbulk/importer/credential"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// Live makes records that a server showed into records that another can be given. No
// server shows secrets: where a record's type takes credentials, and the record does not
// have them already, it gets references to fill in (env:GITHUB_ACME_ON_GITHUB_PAT), the
// same ones in each run over the same records; they are listed. A user name that the
// server shows stays, but for an access key of AWS. A tracked folder whose depth is not
// shown gets the deepest. What had to be guessed, or stays open, is told in warnings, one
// for all records that it concerns; their places are the first record's, if it has one.
func Live(records []schema.Record) ([]schema.Record, []schema.Placeholder, []schema.Finding) {
	var l live
	whole := make([]schema.Record, len(records))
	for i, r := range records {
		whole[i] = l.whole(r)
	}
	return whole, l.placeholders.List, l.told.findings()
}

type live struct {
	references   credential.References
	placeholders credential.Placeholders
	told         notes
}

func (l *live) whole(r schema.Record) schema.Record {
	switch t := r.Type(); {
	case t == schema.TypeFilespace && !r.Has(schema.FieldFolderDepth):
		r = r.Set(schema.FieldFolderDepth, schema.Int(bulktable.DeepestFolder))
		l.told.add(&r, schema.FieldFolderDepth, "the server does not show it; 5, the deepest, was written", "set folderDepth to what it is")
	case t == schema.TypeAWS && !r.Has(schema.FieldAwsRegion):
		l.told.add(&r, schema.FieldAwsRegion, "the server does not show it, and AWS needs one", "add awsRegion")
	}
	return l.withLogin(r)
}

// withLogin gives a record the credentials that its type takes, and no others.
func (l *live) withLogin(r schema.Record) schema.Record {
	seen := loginOf(&r)
	fields := seen.Fields()
	for _, f := range fields {
		given := secretText(r.Get(f))
		written := seen.Text(f, given, nameOf(&r), &l.references)
		if written == given {
			continue
		}
		v := schema.Text(written)
		if scheme, target, reference := schema.SplitReference(written); reference {
			v = schema.Hidden(schema.Refer(scheme, target))
			l.placeholders.Add(written, nameOf(&r))
		}
		r = r.Set(f, v)
	}
	for _, f := range []schema.Field{schema.FieldUsername, schema.FieldPassword, schema.FieldPat} {
		if slices.Contains(fields, f) {
			continue
		}
		if given := r.Get(f); given.IsSet() && !given.Blank() {
			l.told.add(&r, f, "no record of its type takes it beside the other credentials, and it was left out", "")
		}
		r = r.Set(f, schema.Value{})
	}
	if a, ok := giturl.Parse(r.Origin()); ok && seen.Kind == "" && len(fields) == 0 && a.IsWeb() {
		l.told.add(&r, schema.FieldPassword, "the server shows no credentials, and none were written",
			"add username and password, or a pat, where the repository is not public")
	}
	return r
}

func loginOf(r *schema.Record) credential.Seen {
	there := func(f schema.Field) bool { v := r.Get(f); return v.IsSet() && !v.Blank() }
	return credential.Seen{Kind: r.Type(), User: secretText(r.Get(schema.FieldUsername)), Password: there(schema.FieldPassword), Token: there(schema.FieldPat)}
}

func secretText(v schema.Value) string {
	if s, ok := v.Secret(); ok {
		return s.Reference()
	}
	return v.Text()
}

// nameOf is what a record is called: its own name, or its address.
func nameOf(r *schema.Record) string {
	return cmp.Or(r.Name(), strings.TrimSpace(giturl.WithoutLogin(r.Origin())), string(r.Type()))
}
