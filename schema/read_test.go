package schema

import (
	"slices"
	"testing"
	"unicode/utf8"
)

func TestSplitList(t *testing.T) {
	for _, tt := range []struct {
		cell string
		want []string
		ok   bool
	}{
		{"a;b, c ;;", []string{"a", "b", "c"}, true},
		{`"a;b";"say ""x""",c`, []string{"a;b", `say "x"`, "c"}, true},
		{`"a`, nil, false},
		{"", nil, true},
		{`""`, []string{""}, true},
	} {
		got, ok := SplitList(tt.cell)
		if !slices.Equal(got, tt.want) || ok != tt.ok {
			t.Errorf("SplitList(%q) = %q, %v", tt.cell, got, ok)
		}
	}
}

func FuzzSplitList(f *testing.F) {
	f.Add("a", "b;c")
	f.Add(`"`, " x ")
	f.Fuzz(func(t *testing.T, a, b string) {
		items := []string{a, b}
		got, ok := SplitList(JoinList(items))
		if !ok || !slices.Equal(got, items) {
			t.Errorf("%q reads back as %q, %v", items, got, ok)
		}
	})
}

// FuzzCheck: whatever is written, judging it ends, and a finding says where and what.
func FuzzCheck(f *testing.F) {
	f.Add(uint8(0), uint8(FieldAPIFilter), "[?a", "GITHUB")
	f.Add(uint8(0), uint8(FieldTagsFilter), "(?i)[a&&b]", "AWS")
	f.Add(uint8(0), uint8(FieldOrigin), "https://u@[::1", "GITLAB_SERVER")
	f.Add(uint8(3), uint8(FieldProjectMappingIDs), "1;2", "FILESPACE")
	f.Add(uint8(1), uint8(FieldPat), "cmd:", "TFS_SERVER")
	f.Add(uint8(0), uint8(FieldOrigin), "bob:hunter2@git.example.org:a@b", "repository")
	f.Add(uint8(16), uint8(FieldOrigin), "git@[::1]:a/", "")
	f.Add(uint8(16), uint8(FieldKind), "integration", "")
	f.Fuzz(func(t *testing.T, form, field uint8, text, kind string) {
		named := FieldType
		if Kind(kind).Valid() {
			named = FieldKind
		}
		e := Entry{Place: Place{File: "f", Line: 1, Record: 1}, Columns: []string{"type", "x"}, Cells: []Cell{
			{Name: "type", Field: named, Written: Written{Text: kind}},
			{Name: "x", Field: Field(field % uint8(fieldCount)), Line: 1, Written: Written{Form: Form(form % 7), Text: text, Loose: form&8 != 0}},
		}}
		if form&16 != 0 {
			e.Listed = KindRepository
		}
		record := Checker{}.Check(e)
		for _, finding := range record.Findings {
			if finding.Message == "" || finding.Advice == "" || finding.Code.Explanation().Title == "" {
				t.Errorf("half a finding: %+v", finding)
			}
		}
		if key := record.Key(); key.Origin != key.At(key.Origin).Origin && utf8.ValidString(text) {
			t.Errorf("the identity %q is not stable", key)
		}
		again := Checker{}.Check(e)
		if len(again.Findings) != len(record.Findings) || !slices.Equal(again.Fields(), record.Fields()) {
			t.Error("judged twice, the same entry is judged differently")
		}
	})
}
