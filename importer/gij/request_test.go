package gij

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gijbulk/schema"
)

func TestAddRequest(t *testing.T) {
	record := schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldType:                   schema.Text("GITLAB_SERVER"),
		schema.FieldOrigin:                 schema.Text("https://git.example.org/<a>&b"),
		schema.FieldDisplayName:            schema.Text(""),
		schema.FieldDisabled:               schema.Bool(false),
		schema.FieldMaxMinsToCommitEmail:   schema.Int(0),
		schema.FieldUsername:               schema.Text("git"),
		schema.FieldPat:                    schema.Hidden(schema.Refer(schema.SchemeEnv, "X").Resolved("")),
		schema.FieldGlobal:                 schema.Bool(true),
		schema.FieldProjectMappingIDs:      schema.IDs(9007199254740993, 1),
		schema.FieldProjects:               schema.Words("ABC"),
		schema.FieldWave:                   schema.Int(2),
		schema.FieldID:                     schema.Int(3),
		schema.FieldTarget:                 schema.Text("https://jira"),
		schema.FieldKind:                   schema.Text("integration"),
		schema.FieldPreviously:             schema.Words("old"),
		schema.FieldDisableSslVerification: {},
	})
	got, err := addRequest(record)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"GITLAB_SERVER","origin":"https://git.example.org/<a>&b","displayName":"","disabled":false,` +
		`"maxMinsToCommitEmail":0,"username":"git","pat":"","global":true,"projectMappingIds":[1,9007199254740993]}`
	if string(got.body) != want {
		t.Errorf("\n got %s\nwant %s", got.body, want)
	}
	empty, err := addRequest(schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldType: schema.Text("AWS"), schema.FieldProjectMappingIDs: schema.IDs()}))
	if want := `{"type":"AWS","projectMappingIds":[]}`; err != nil || string(empty.body) != want {
		t.Errorf("got %s, %v, want %s", empty.body, err, want)
	}
}

// A repository always says where its clone lies.
func TestAddRepositoryRequest(t *testing.T) {
	for _, tt := range []struct {
		record schema.Record
		want   string
	}{
		{repository(0, "tools").Set(schema.FieldMainBranch, schema.Text("")).Set(schema.FieldWave, schema.Int(1)),
			`{"origin":"https://git.example.org/tools.git","displayName":"tools","mainBranch":"","absoluteRoot":false}`},
		{repository(0, "tools").Set(schema.FieldAbsoluteRoot, schema.Bool(true)).Set(schema.FieldRealRoot, schema.Text("/srv/tools")).
			Set(schema.FieldPat, schema.Hidden(schema.Refer(schema.SchemeEnv, "X").Resolved("canary"))),
			`{"origin":"https://git.example.org/tools.git","displayName":"tools","pat":"canary","realRoot":"/srv/tools","absoluteRoot":true}`},
	} {
		r, err := addRequest(tt.record)
		if err != nil || r.method != "POST" || r.path != repositoryPath || r.effect != adds || string(r.body) != tt.want {
			t.Errorf("got %s %s %s, %v, want %s", r.method, r.path, r.body, err, tt.want)
		}
	}
	if _, err := addRequest(repository(0, "x").Set(schema.FieldOrigin, schema.Value{})); err == nil || err.Error() != "origin: a create needs one" {
		t.Errorf("without an origin: %v", err)
	}
}

// The id of a repository stands in the body of its update, and in the query of its delete.
func TestRepositoryRequests(t *testing.T) {
	changes := []schema.Change{disable(true), rename("x"), {Field: schema.FieldRefSpecNotes, To: schema.Bool(false)}}
	for _, tt := range []struct {
		name   string
		action schema.Action
		want   []string // method, path and body
		fault  string
	}{
		{"an update", schema.Action{Op: schema.OpUpdate, Have: repository(3, "old"), Changes: changes}, []string{
			`PUT /rest/gitplugin/1.0/repository {"id":3,"displayName":"x","refSpecNotes":false}`,
			"PUT /rest/gitplugin/1.0/repository/3/disable?disable=true "}, ""},
		{"disabled alone", schema.Action{Op: schema.OpUpdate, Have: repository(3, "old"), Changes: changes[:1]}, []string{
			"PUT /rest/gitplugin/1.0/repository/3/disable?disable=true "}, ""},
		{"a delete", schema.Action{Op: schema.OpDelete, Have: repository(3, "old")},
			[]string{"DELETE /rest/gitplugin/1.0/repository?id=3&deleteFiles=false "}, ""},
		{"a delete with files", schema.Action{Op: schema.OpDelete, Have: repository(3, "old"), Files: true},
			[]string{"DELETE /rest/gitplugin/1.0/repository?id=3&deleteFiles=true "}, ""},
		{"nothing", schema.Action{Op: schema.OpUpdate, Have: repository(3, "old")}, nil, "an update needs something to change"},
		{"no id", schema.Action{Op: schema.OpUpdate, Have: repository(0, "old"), Changes: changes}, nil, "id: an update needs that of a live repository"},
		{"no id to delete", schema.Action{Op: schema.OpDelete, Have: repository(0, "old")}, nil, "id: a delete needs that of a live repository"},
		{"a value that cannot be sent", schema.Action{Op: schema.OpUpdate, Have: repository(3, "old"), Changes: []schema.Change{rename("\xff")}}, nil,
			"displayName: the value is not valid UTF-8; store it as UTF-8"},
	} {
		requests, err := requestsOf(tt.action)
		if tt.fault != "" {
			if err == nil || err.Error() != tt.fault {
				t.Errorf("%s: got %v, want %s", tt.name, err, tt.fault)
			}
			continue
		}
		var got []string
		for _, r := range requests {
			got = append(got, r.method+" "+r.path+" "+string(r.body))
		}
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %q, %v\nwant %q", tt.name, got, err, tt.want)
		}
	}
}

func TestSecretsArriveByteForByte(t *testing.T) {
	for _, value := range []string{
		`a"b`, `a\b`, `\u0041`, "$HOME ${x} $$", "{{secret}}", "<&>'`", "pässwörd", "秘密", "🔑", "\u2028\u2029", "tab\tnl\nnul\x00del\x7f", " ", "�",
	} {
		for _, field := range []schema.Field{schema.FieldUsername, schema.FieldPassword, schema.FieldPat} {
			for _, secret := range []schema.Secret{schema.Literal(value, "env:Y"), schema.Refer(schema.SchemeFile, "/x").Resolved(value)} {
				r, err := addRequest(schema.NewRecord(map[schema.Field]schema.Value{
					schema.FieldType: schema.Text("GITHUB"), field: schema.Hidden(secret)}))
				if err != nil {
					t.Fatal(err)
				}
				var got map[string]string
				if err := json.Unmarshal(r.body, &got); err != nil {
					t.Fatalf("%q: %v", value, err)
				}
				if got[field.String()] != value {
					t.Errorf("%s: %q arrives as %q", field, value, got[field.String()])
				}
			}
		}
	}
}

func TestAddRequestRefuses(t *testing.T) {
	for name, tt := range map[string]struct {
		field schema.Field
		value schema.Value
		want  string
	}{
		"unresolved": {schema.FieldPat, schema.Hidden(schema.Refer(schema.SchemeEnv, "PAT")), "pat: the secret env:PAT is not resolved"},
		"bytes":      {schema.FieldPassword, schema.Hidden(schema.Literal("canary\xff", "")), "password: the value is not valid UTF-8; store it as UTF-8"},
		"text bytes": {schema.FieldDisplayName, schema.Text("canary\xc3"), "displayName: the value is not valid UTF-8; store it as UTF-8"},
		"no type":    {schema.FieldType, schema.Text(""), "type: a create needs one"},
	} {
		record := create("x").Want.Set(tt.field, tt.value)
		r, err := addRequest(record)
		if err == nil || err.Error() != tt.want || r.body != nil {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error shows the value", name)
		}
	}
}

func TestUpdateRequests(t *testing.T) {
	change := func(f schema.Field, v schema.Value) schema.Change { return schema.Change{Field: f, To: v} }
	pat := change(schema.FieldPat, schema.Hidden(schema.Refer(schema.SchemeEnv, "X").Resolved(`a"b`)))
	for _, tt := range []struct {
		name    string
		id      int64
		changes []schema.Change
		want    []string // method, path and body
		fault   string
	}{
		{"a secret", 3, []schema.Change{pat}, []string{`PUT /rest/gitplugin/1.0/integration/3 {"pat":"a\"b"}`}, ""},
		{"emptied on purpose", 3, []schema.Change{change(schema.FieldProjectMappingIDs, schema.IDs()), change(schema.FieldTagsFilter, schema.Text("")),
			change(schema.FieldGlobal, schema.Bool(false))},
			[]string{`PUT /rest/gitplugin/1.0/integration/3 {"global":false,"projectMappingIds":[],"tagsFilter":""}`}, ""},
		{"the tool's own", 3, []schema.Change{change(schema.FieldProjects, schema.Words("ABC")), disable(true)},
			[]string{"PUT /rest/gitplugin/1.0/repository/3/disable?disable=true "}, ""},
		{"nothing", 3, nil, nil, "an update needs something to change"},
		{"only the tool's own", 3, []schema.Change{change(schema.FieldWave, schema.Int(2))}, nil, "an update needs something to change"},
		{"no value", 3, []schema.Change{change(schema.FieldOrigin, schema.Value{})}, nil, "origin: an update needs a value for it"},
		{"the type", 3, []schema.Change{rename("x"), change(schema.FieldType, schema.Text("GITLAB"))}, nil, "type: an update cannot change it"},
		{"no id", 0, []schema.Change{disable(true)}, nil, "id: an update needs that of a live integration"},
		{"an unresolved secret", 3, []schema.Change{disable(true), change(schema.FieldPat, schema.Hidden(schema.Refer(schema.SchemeEnv, "PAT")))},
			nil, "pat: the secret env:PAT is not resolved"},
	} {
		requests, err := requestsOf(schema.Action{Op: schema.OpUpdate, Have: live(tt.id), Changes: tt.changes})
		var got []string
		for _, r := range requests {
			got = append(got, r.method+" "+r.path+" "+string(r.body))
		}
		if tt.fault != "" {
			if err == nil || err.Error() != tt.fault {
				t.Errorf("%s: got %v, want %s", tt.name, err, tt.fault)
			}
			continue
		}
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s:\n got %q, %v\nwant %q", tt.name, got, err, tt.want)
		}
	}
	if _, err := requestsOf(schema.Action{Op: schema.OpDelete}); err == nil || err.Error() != "id: a delete needs that of a live integration" {
		t.Errorf("a delete without id: %v", err)
	}
}
