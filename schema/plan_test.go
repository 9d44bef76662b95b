package schema

import (
	"slices"
	"testing"
)

// A plan is about the kinds of what it deletes, too.
func TestPlanKinds(t *testing.T) {
	repository := NewRecord(map[Field]Value{FieldKind: Text("repository"), FieldOrigin: Text("git@git.example.org:x.git")})
	integration := NewRecord(map[Field]Value{FieldType: Text("VSTS")})
	for _, tt := range []struct {
		actions []Action
		want    []Kind
	}{
		{nil, nil},
		{[]Action{{Op: OpCreate, Want: integration}, {Op: OpUnchanged, Want: integration}}, []Kind{KindIntegration}},
		{[]Action{{Op: OpDelete, Have: repository}}, []Kind{KindRepository}},
		{[]Action{{Op: OpCreate, Want: repository}, {Op: OpDelete, Have: integration}}, []Kind{KindIntegration, KindRepository}},
	} {
		if got := (Plan{Actions: tt.actions}).Kinds(); !slices.Equal(got, tt.want) {
			t.Errorf("%v, want %v", got, tt.want)
		}
	}
}

// TestDigest: the digest changes with what is wanted and with what the plan depends on, and with
// nothing that who approves the plan and who applies it may see differently.
func TestDigest(t *testing.T) {
	pat, user := Hidden(Refer(SchemeEnv, "PAT")), Hidden(Refer(SchemeEnv, "NAME").Resolved("joe"))
	want := NewRecord(map[Field]Value{FieldType: Text("GITHUB"), FieldDisplayName: Text("Acme"), FieldDisabled: Bool(true), FieldPat: pat, FieldUsername: user})
	have := NewRecord(map[Field]Value{FieldType: Text("GITHUB"), FieldDisplayName: Text("Acme"), FieldDisabled: Bool(true), FieldTagsFilter: Text("x"), FieldUsername: Text("ann")})
	have.ID = 7
	digest := func(change func(a *Action)) string {
		a := Action{Op: OpUnchanged, Want: want, Have: have}
		change(&a)
		return Plan{Actions: []Action{a}}.Digest()
	}
	deleted := func(a *Action) { a.Op, a.Want = OpDelete, Record{} }
	for _, tt := range []struct {
		name          string
		before, after func(*Action)
		same          bool
	}{
		{"a secret that is sent again", func(*Action) {}, func(a *Action) {
			a.Op, a.Changes = OpUpdate, []Change{{Field: FieldPat, To: pat, Unseen: true}}
		}, true},
		{"a user name by reference that differs", func(*Action) {}, func(a *Action) {
			a.Op, a.Changes = OpUpdate, []Change{{Field: FieldUsername, From: Text("ann"), To: user}}
		}, true},
		{"the same for an import", func(*Action) {}, func(a *Action) {
			a.Op, a.Changes = OpExists, []Change{{Field: FieldUsername, From: Text("ann"), To: user}}
		}, true},
		{"the live user name of one by reference", func(*Action) {}, func(a *Action) { a.Have = a.Have.Set(FieldUsername, Text("joe")) }, true},
		{"a live field that is not wanted", func(*Action) {}, func(a *Action) { a.Have = a.Have.Set(FieldTagsFilter, Text("y")) }, true},
		{"an inferred match that is left alone", func(*Action) {}, func(a *Action) { a.Op = OpExists }, false},
		{"another reference", func(*Action) {}, func(a *Action) { a.Want = a.Want.Set(FieldPat, Hidden(Refer(SchemeEnv, "OTHER"))) }, false},
		{"a live field that is wanted", func(*Action) {}, func(a *Action) { a.Have = a.Have.Set(FieldDisabled, Bool(false)) }, false},
		{"an update", func(*Action) {}, func(a *Action) {
			a.Op, a.Changes = OpUpdate, []Change{{Field: FieldDisabled, From: Bool(true), To: Bool(false)}}
		}, false},
		{"another id", func(*Action) {}, func(a *Action) { a.Have.ID = 8 }, false},
		{"a deletion of what has another name now", deleted, func(a *Action) { deleted(a); a.Have = a.Have.Set(FieldDisplayName, Text("New")) }, false},
		{"a deletion with its files", deleted, func(a *Action) { deleted(a); a.Files = true }, false},
		{"a deletion of what has another setting now", deleted, func(a *Action) { deleted(a); a.Have = a.Have.Set(FieldDisabled, Bool(false)) }, true},
	} {
		if same := digest(tt.before) == digest(tt.after); same != tt.same {
			t.Errorf("%s: same digest: %t", tt.name, same)
		}
	}
}
