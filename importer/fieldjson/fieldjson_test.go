package fieldjson

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gijbulk/schema"
)

// TestRoundTrip: every value comes back, and of a secret only its reference.
func TestRoundTrip(t *testing.T) {
	reference := schema.Refer(schema.SchemeEnv, "PAT")
	want := schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldType: schema.Text("GITHUB"), schema.FieldTagsFilter: schema.Text(""), schema.FieldDisabled: schema.Bool(false),
		schema.FieldMaxMinsToCommitEmail: schema.Int(1 << 60), schema.FieldProjectMappingIDs: schema.IDs(3, 1), schema.FieldProjects: schema.Words("B", "A"),
		schema.FieldUsername: schema.Text("env"), schema.FieldPat: schema.Hidden(reference.Resolved("the-value")), schema.FieldPassword: schema.Hidden(schema.Literal("", "")),
	})
	data, err := json.Marshal(Encode(want))
	if err != nil || strings.Contains(string(data), "the-value") {
		t.Fatalf("%s, %v", data, err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		t.Fatal(err)
	}
	got, err := Decode(fields)
	if err != nil || !slices.Equal(got.Fields(), want.Fields()) {
		t.Fatalf("%v, %v", got.Fields(), err)
	}
	for f, v := range got.All() {
		if !v.Equal(want.Get(f)) {
			t.Errorf("%s: %v, want %v", f, v, want.Get(f))
		}
	}
	if s, _ := got.Get(schema.FieldPat).Secret(); s.Known() || s.Reference() != "env:PAT" {
		t.Errorf("pat: %v, known %t", s.Reference(), s.Known())
	}
}

func TestDecodeRefuses(t *testing.T) {
	for data, want := range map[string]string{`{"nonsense":1}`: `unknown field "nonsense"`, `{"disabled":"x"}`: "disabled: "} {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal([]byte(data), &fields); err != nil {
			t.Fatal(err)
		}
		if _, err := Decode(fields); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", data, err)
		}
	}
}
