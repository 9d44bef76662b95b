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

// Live turns live records, in place, into records that another server can be given. No server shows
// secrets: a record whose type takes credentials that it does not have gets references to
// fill in (env:GITHUB_ACME_ON_GITHUB_PAT), the same ones in each run over the same records;
// the placeholders list them. A visible user name is kept, except for an access key of AWS. A
// tracked folder without a depth gets the maximum. There is a warning for each thing that had
// to be guessed or is missing, with the position of the first record, if it has one.
func Live(records []schema.Record) ([]schema.Record, []schema.Placeholder, []schema.Finding) {
	var l live
	for i, r := range records {
		records[i] = l.whole(r)
	}
	return records, l.placeholders.List, l.warnings.findings()
}

type live struct {
	references   credential.References
	placeholders credential.Placeholders
	warnings     warnings
}

func (l *live) whole(r schema.Record) schema.Record {
	switch t := r.Type(); {
	case t == schema.TypeFilespace && !r.Has(schema.FieldFolderDepth):
		r = r.Set(schema.FieldFolderDepth, schema.Int(bulktable.DeepestFolder))
		l.warnings.add(&r, schema.FieldFolderDepth, "the server does not show it; it was set to 5, the maximum", "set folderDepth to what it is")
	case t == schema.TypeAWS && !r.Has(schema.FieldAwsRegion):
		if region := giturl.RegionOf(r.Origin()); region != "" {
			r = r.Set(schema.FieldAwsRegion, schema.Text(region))
			break
		}
		l.warnings.add(&r, schema.FieldAwsRegion, "the server does not show it, and AWS needs one", "add awsRegion")
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
			l.warnings.add(&r, f, "a record of its type cannot have it together with the other credentials; it was left out", "")
		}
		r = r.Set(f, schema.Value{})
	}
	if a, ok := giturl.Parse(r.Origin()); ok && seen.Kind == "" && len(fields) == 0 && a.IsWeb() {
		l.warnings.add(&r, schema.FieldPassword, "the server shows no credentials, and none were written",
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
