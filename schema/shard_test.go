package schema

import (
	"slices"
	"testing"
)

// The digest names what is wanted: not the order, not the files, not the server.
func TestManifestDigest(t *testing.T) {
	digest := func(records ...Record) string { return ManifestDigest(slices.Values(records)) }
	a := NewRecord(map[Field]Value{FieldType: Text("GITHUB"), FieldDisplayName: Text("a"), FieldPat: Hidden(Refer(SchemeEnv, "A"))})
	b := NewRecord(map[Field]Value{FieldType: Text("GITHUB"), FieldDisplayName: Text("b")})
	elsewhere := a
	elsewhere.Place, elsewhere.ID = Place{File: "x.csv", Line: 3}, 7
	resolved := a.Set(FieldPat, Hidden(Refer(SchemeEnv, "A").Resolved("swordfish")))
	if digest(a, b) != digest(b, elsewhere) || digest(a) != digest(resolved) {
		t.Error("order, place or a secret's value change the digest")
	}
	seen := map[string]bool{}
	for _, records := range [][]Record{nil, {a}, {b}, {a, b}, {a, a}, {a.Set(FieldDisabled, Bool(false))}, {a.Set(FieldPat, Hidden(Refer(SchemeEnv, "B")))},
		{a.Set(FieldDisplayName, Text("apat"))}, {a.Set(FieldTagsFilter, Text(""))}} {
		d := digest(records...)
		if seen[d] {
			t.Errorf("%v has the digest of another manifest", records)
		}
		seen[d] = true
	}
}

// All shards together hold each identity exactly once.
func TestShardsHoldEverythingOnce(t *testing.T) {
	for _, of := range []int{1, 2, 7} {
		for n := range 50 {
			k := NewRecord(map[Field]Value{FieldType: Text("GITHUB"), FieldDisplayName: Text(string(rune('a' + n)))}).Key()
			held := 0
			for i := range of {
				if (Shard{Index: i + 1, Of: of}).Holds(k) {
					held++
				}
			}
			if held != 1 {
				t.Errorf("%v is held %d times by %d shards", k, held, of)
			}
		}
	}
	if !(Shard{}).Whole() || (Shard{}).String() != "" || (Shard{Index: 2, Of: 6}).String() != "2/6" {
		t.Error("a shard has the wrong name")
	}
}
