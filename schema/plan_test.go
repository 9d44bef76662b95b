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
