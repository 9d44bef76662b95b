package export

import (
	"strings"
	"testing"

	"gijbulk/schema"
)

// shown makes a record as a server shows it, out of "field: value" in one line.
func shown(t *testing.T, line string) schema.Record {
	t.Helper()
	values := map[schema.Field]schema.Value{}
	for part := range strings.SplitSeq(line, " ") {
		name, value, _ := strings.Cut(part, "=")
		f, ok := schema.FieldNamed(name)
		if !ok {
			t.Fatalf("there is no field %q", name)
		}
		values[f] = schema.Text(value)
		if scheme, target, reference := schema.SplitReference(value); reference {
			values[f] = schema.Hidden(schema.Refer(scheme, target))
		}
	}
	return schema.NewRecord(values)
}

// TestLive: records get the credentials that their type takes, what is already there
// stays, and what is not known is told.
func TestLive(t *testing.T) {
	for _, tt := range []struct{ in, want, told string }{
		{in: "type=GITHUB displayName=Acme username=", want: "pat=env:GITHUB_ACME_PAT"},
		{in: "type=GITHUB displayName=Acme username=svc", want: "username=svc password=env:GITHUB_ACME_PASSWORD"},
		{in: "type=GITHUB displayName=Acme pat=file:/run/pat", want: "pat=file:/run/pat"},
		{in: "type=GITHUB displayName=Acme pat=file:/run/pat username=svc", want: "pat=file:/run/pat", told: "username"},
		{in: "type=GITLAB_SERVER origin=https://g.example displayName=Shop username=oauth2", want: "pat=env:GITLAB_SERVER_SHOP_PAT", told: "username"},
		{in: "type=GITLAB_SERVER origin=https://u:p@g.example/x", want: "pat=env:GITLAB_SERVER_HTTPS_G_EXAMPLE_X_PAT"},
		{in: "type=GITLAB_SERVER_LEGACY displayName=Old", want: "username=env:GITLAB_SERVER_LEGACY_OLD_USERNAME password=env:GITLAB_SERVER_LEGACY_OLD_PASSWORD"},
		{in: "type=TFS_SERVER displayName=T username=all", want: "username=all pat=env:TFS_SERVER_T_PAT"},
		{in: "type=TFS_SERVER displayName=T pat=env:T", want: "username=all pat=env:T"},
		{in: "type=TFS_SERVER displayName=T username=svc", want: "username=svc password=env:TFS_SERVER_T_PASSWORD"},
		{in: "type=AWS displayName=A username=AKIAX", want: "username=env:AWS_A_USERNAME password=env:AWS_A_PASSWORD", told: "awsRegion"},
		{in: "type=AWS displayName=A origin=https://git-codecommit.eu-west-1.amazonaws.com", want: "username=env:AWS_A_USERNAME password=env:AWS_A_PASSWORD"},
		{in: "type=FILESPACE displayName=F origin=/srv/*", told: "folderDepth"},
		{in: "kind=repository origin=https://g.example/a.git displayName=a", told: "password"},
		{in: "kind=repository origin=git@g.example:a.git displayName=a"},
		{in: "kind=repository origin=https://g.example/a.git displayName=a username=svc", want: "username=svc password=env:GIT_A_PASSWORD"},
		{in: "kind=repository origin=https://g.example/a.git displayName=a pat=keyring:g/a", want: "pat=keyring:g/a"},
		{in: "type=FUTURE displayName=N", want: "pat=env:FUTURE_N_PAT"},
	} {
		before := shown(t, tt.in)
		records, placeholders, told := Live([]schema.Record{before})
		var got, fields []string
		references := 0
		for _, f := range []schema.Field{schema.FieldUsername, schema.FieldPassword, schema.FieldPat} {
			if v := records[0].Get(f); v.IsSet() {
				got = append(got, f.String()+"="+v.String())
			}
			if s, ok := records[0].Get(f).Secret(); ok && before.Get(f).String() != s.Reference() {
				references++
			}
		}
		for _, f := range told {
			fields = append(fields, f.Field)
		}
		if strings.Join(got, " ") != tt.want || strings.Join(fields, " ") != tt.told || len(placeholders) != references {
			t.Errorf("%s: %v, told %v, to fill in %v", tt.in, got, fields, placeholders)
		}
		again, none, _ := Live(records)
		if len(differing(records[0], again[0])) > 0 || len(none) > 0 {
			t.Errorf("%s: a second time it is another: %v", tt.in, none)
		}
	}
}

// TestLiveMany: many records of one kind are told of once, and share no reference unless
// they share a name.
func TestLiveMany(t *testing.T) {
	records, placeholders, told := Live([]schema.Record{
		shown(t, "kind=repository origin=https://g.example/a.git"), shown(t, "kind=repository origin=https://g.example/b.git"),
		shown(t, "type=GITHUB displayName=x.y"), shown(t, "type=GITHUB displayName=x-y"),
	})
	if len(told) != 1 || !strings.Contains(told[0].Message, "2 records") || told[0].Advice == "" {
		t.Errorf("told %v", told)
	}
	if len(placeholders) != 2 || records[2].Get(schema.FieldPat).Equal(records[3].Get(schema.FieldPat)) {
		t.Errorf("to fill in %v", placeholders)
	}
}
