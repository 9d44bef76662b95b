package planner

import (
	"fmt"
	"testing"

	"gijbulk/schema"
)

// record makes a record of alternating field names and values.
func record(line int, pairs ...any) schema.Record {
	values := make(map[schema.Field]schema.Value)
	for i := 0; i < len(pairs); i += 2 {
		f, ok := schema.FieldNamed(pairs[i].(string))
		if !ok {
			panic(pairs[i])
		}
		switch v := pairs[i+1].(type) {
		case string:
			values[f] = schema.Text(v)
		case bool:
			values[f] = schema.Bool(v)
		case int:
			values[f] = schema.Int(int64(v))
		case []string:
			values[f] = schema.Words(v...)
		}
	}
	r := schema.NewRecord(values)
	r.Place = schema.Place{File: "m.csv", Line: line, Record: line}
	return r
}

func live(id int64, pairs ...any) schema.Record {
	r := record(0, pairs...)
	r.Place, r.ID = schema.Place{}, id
	return r
}

func TestDiff(t *testing.T) {
	const jira = "https://jira.example.org"
	have := []schema.Record{
		live(1, "type", "GITHUB", "origin", "https://github.com", "displayName", "Acme", "disabled", false),
		live(2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "Twin"),
		live(3, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "Twin"),
		live(4, "type", "GITLAB", "origin", "https://gitlab.com", "displayName", "https://gitlab.com/*"),
		live(5, "type", "GERRIT", "origin", "https://g.example", "displayName", "a"),
		live(6, "type", "GERRIT", "origin", "https://g.example", "displayName", "b"),
		live(7, "type", "AWS", "origin", "https://git-codecommit.us-east-1.amazonaws.com", "displayName", "code", "awsRegion", "us-east-1"),
		live(8, "type", "AWS", "origin", "https://git-codecommit.us-east-2.amazonaws.com", "displayName", "code", "awsRegion", "us-east-2"),
		live(9, "type", "VSTS", "origin", "https://acme.visualstudio.com", "displayName", "boards"),
		live(10, "type", "AZURE", "origin", "https://dev.azure.com", "displayName", "old name"),
	}
	for _, tt := range []struct {
		name string
		want []schema.Record
		ops  string // op and live id of each
	}{
		{"the same", []schema.Record{record(2, "type", "GITHUB", "origin", "https://api.github.com/", "displayName", "Acme", "disabled", false)}, "unchanged 1"},
		{"another value", []schema.Record{record(2, "type", "GITHUB", "displayName", "Acme", "disabled", true)}, "exists 1"},
		{"another name", []schema.Record{record(2, "type", "GITHUB", "displayName", "acme")}, "exists 1"},
		{"twins", []schema.Record{record(2, "type", "GITHUB", "displayName", "Twin")}, "conflict 0"},
		{"without a name", []schema.Record{record(2, "type", "GITLAB")}, "exists 4"},
		{"without a name, several there", []schema.Record{record(2, "type", "GERRIT", "origin", "https://g.example")}, "conflict 0"},
		{"without a name, all but one named", []schema.Record{
			record(2, "type", "GERRIT", "origin", "https://g.example"),
			record(3, "type", "GERRIT", "origin", "https://g.example", "displayName", "a")}, "exists 6, unchanged 5"},
		{"without a name, all named", []schema.Record{
			record(2, "type", "GITLAB"),
			record(3, "type", "GITLAB", "displayName", "https://gitlab.com/*")}, "create 0, unchanged 4"},
		{"region tells apart", []schema.Record{record(2, "type", "AWS", "displayName", "code", "awsRegion", "us-east-2")}, "unchanged 8"},
		{"no region", []schema.Record{record(2, "type", "AWS", "displayName", "code")}, "conflict 0"},
		{"another region", []schema.Record{record(2, "type", "AWS", "displayName", "code", "awsRegion", "eu-west-1")}, "create 0"},
		{"origin left to the server", []schema.Record{record(2, "type", "VSTS", "displayName", "boards")}, "unchanged 9"},
		{"renamed", []schema.Record{record(2, "type", "AZURE", "displayName", "new", "previously", []string{"old name"})}, "exists 10"},
		{"renamed, but the old name is another's", []schema.Record{
			record(2, "type", "AZURE", "displayName", "new", "previously", []string{"old name"}),
			record(3, "type", "AZURE", "displayName", "old name")}, "create 0, unchanged 10"},
		{"two that were called the same before", []schema.Record{
			record(2, "type", "AZURE", "displayName", "new", "previously", []string{"old name"}),
			record(3, "type", "AZURE", "displayName", "newer", "previously", []string{"old name"})}, "conflict 0, conflict 0"},
		{"moved", []schema.Record{record(2, "type", "GERRIT", "origin", "https://new.example", "displayName", "a",
			"previously", []string{"https://g.example"})}, "exists 5"},
		{"by id", []schema.Record{record(2, "type", "GITHUB", "displayName", "other", "id", 3, "target", jira+"/")}, "exists 3"},
		{"id of another Jira", []schema.Record{record(2, "type", "GITHUB", "displayName", "other", "id", 3, "target", "https://x.example")}, "create 0"},
		{"id of another type", []schema.Record{record(2, "type", "GITLAB", "displayName", "other", "id", 3, "target", jira)}, "create 0"},
		{"two mean one", []schema.Record{
			record(2, "type", "VSTS", "displayName", "boards"),
			record(3, "type", "VSTS", "displayName", "boards", "origin", "https://acme.visualstudio.com")}, "unchanged 9, conflict 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, _ := Diff(tt.want, have, Options{Target: jira})
			got := ""
			for i, a := range plan.Actions {
				if i > 0 {
					got += ", "
				}
				got += fmt.Sprintf("%s %d", a.Op, a.Have.ID)
				if a.N != i || a.Op == schema.OpConflict && a.Reason == "" {
					t.Errorf("action %d: N %d, reason %q", i, a.N, a.Reason)
				}
			}
			if got != tt.ops {
				t.Errorf("got %s, want %s", got, tt.ops)
			}
			if len(plan.Live) != len(have) || !plan.WasLive(7) || plan.WasLive(99) {
				t.Errorf("live ids %v", plan.Live)
			}
		})
	}
}

func TestDiffWhatOnlyACreateNeeds(t *testing.T) {
	withoutLogin := func(line int, name string) schema.Record {
		r := schema.Checker{}.Check(schema.Entry{Place: schema.Place{File: "m.csv", Line: line, Record: line}, Cells: []schema.Cell{
			{Field: schema.FieldType, Written: schema.Written{Text: "GITHUB"}}, {Field: schema.FieldDisplayName, Written: schema.Written{Text: name}}}})
		return r
	}
	there, missing := withoutLogin(2, "Acme"), withoutLogin(3, "New")
	faulty := record(4, "type", "GITHUB", "displayName", "Bad")
	faulty = faulty.WithFindings(schema.CodeUnknownType.Newf(faulty.Place, "type", "no"))
	have := []schema.Record{live(1, "type", "GITHUB", "origin", "https://github.com", "displayName", "Acme")}
	plan, findings := Diff([]schema.Record{there, missing, faulty}, have, Options{})
	if plan.Actions[0].Op != schema.OpUnchanged || plan.Actions[1].Op != schema.OpInvalid || plan.Actions[2].Op != schema.OpInvalid {
		t.Errorf("plan %v", plan.Actions)
	}
	if len(findings) != 1 || findings[0].Place.Line != 3 {
		t.Errorf("findings %v, want the one of line 3", findings)
	}
}

func TestDiffSelectsAfterMatching(t *testing.T) {
	want := []schema.Record{
		record(2, "type", "GERRIT", "origin", "https://g.example"),
		record(3, "type", "GERRIT", "origin", "https://g.example", "displayName", "a"),
	}
	have := []schema.Record{
		live(5, "type", "GERRIT", "origin", "https://g.example", "displayName", "a"),
		live(6, "type", "GERRIT", "origin", "https://g.example", "displayName", "b"),
	}
	plan, _ := Diff(want, have, Options{Select: func(r schema.Record) bool { return r.Place.Line == 2 }})
	if len(plan.Actions) != 1 || plan.Actions[0].Have.ID != 6 {
		t.Errorf("plan %v: the record that is not selected must still name its own", plan.Actions)
	}
}
