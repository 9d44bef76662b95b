package export

import (
	"testing"

	"gijbulk/schema"
)

// TestMinimal: documented defaults are left out of integrations, and nothing else.
func TestMinimal(t *testing.T) {
	yes, no := schema.Bool(true), schema.Bool(false)
	all := map[schema.Field]schema.Value{
		schema.FieldType: schema.Text("GITHUB"), schema.FieldOrigin: schema.Text("https://api.github.com"), schema.FieldDisplayName: schema.Text("a"),
		schema.FieldDisabled: no, schema.FieldDisableSslVerification: no, schema.FieldGitViewerEnabled: yes, schema.FieldSmartCommitsEnabled: yes,
		schema.FieldTrustFolderStat: no, schema.FieldRefSpecNotes: yes, schema.FieldRefSpecChanges: no,
		schema.FieldGlobal: no, schema.FieldSendCommitEmails: no, schema.FieldRevisionIndexing: no, schema.FieldMaxMinsToCommitEmail: schema.Int(1440),
	}
	kept := []schema.Field{schema.FieldType, schema.FieldDisplayName, schema.FieldGlobal, schema.FieldSendCommitEmails, schema.FieldRevisionIndexing, schema.FieldMaxMinsToCommitEmail}
	got := Minimal(schema.NewRecord(all))
	for f := range all {
		want := false
		for _, k := range kept {
			want = want || k == f
		}
		if got.Has(f) != want {
			t.Errorf("%s is kept: %v", f, got.Has(f))
		}
	}
	other := map[schema.Field]schema.Value{
		schema.FieldType: schema.Text("GITLAB"), schema.FieldOrigin: schema.Text("https://www.gitlab.com"), schema.FieldDisabled: yes, schema.FieldDisableSslVerification: yes,
		schema.FieldGitViewerEnabled: no, schema.FieldSmartCommitsEnabled: no, schema.FieldTrustFolderStat: yes, schema.FieldRefSpecNotes: no, schema.FieldRefSpecChanges: yes,
	}
	if r := schema.NewRecord(other); len(differing(r, Minimal(r))) > 0 {
		t.Errorf("what is no default is left out: %v", differing(r, Minimal(r)))
	}
	repository := schema.NewRecord(map[schema.Field]schema.Value{schema.FieldKind: schema.Text("repository"), schema.FieldOrigin: schema.Text("https://g.example/a.git"),
		schema.FieldGitViewerEnabled: yes, schema.FieldDisabled: no, schema.FieldAbsoluteRoot: no})
	if got := differing(repository, Minimal(repository)); len(got) != 1 || got[0] != schema.FieldAbsoluteRoot {
		t.Errorf("of a repository, %v are left out", got)
	}
}
