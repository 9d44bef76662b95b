package match

import (
	"testing"

	"gijbulk/schema"
)

// TestWithBlanks: what a list leaves out of a record is blank where it shows it of another one of the type.
func TestWithBlanks(t *testing.T) {
	of := func(typ schema.Type) schema.Record {
		return schema.NewRecord(map[schema.Field]schema.Value{schema.FieldType: schema.Text(string(typ))})
	}
	filtered := of(schema.TypeGitHub).Set(schema.FieldTagsFilter, schema.Text("v.*")).Set(schema.FieldAwsRegion, schema.Text("eu-west-1"))
	live := []schema.Record{filtered, of(schema.TypeGitHub), of(schema.TypeAWS)}
	filled := WithBlanks(live)
	if got := filled[1].Get(schema.FieldTagsFilter); !got.IsSet() || !got.Blank() {
		t.Errorf("the filter is %v", got)
	}
	if filled[2].Has(schema.FieldTagsFilter) || filled[1].Has(schema.FieldAwsRegion) || filled[1].Has(schema.FieldAPIPath) {
		t.Errorf("too much is blank: %v and %v", filled[1], filled[2])
	}
	if live[1].Has(schema.FieldTagsFilter) {
		t.Error("the list was changed")
	}
	if live[1].Digest() != filled[1].Digest() {
		t.Error("the digest has changed")
	}
}
