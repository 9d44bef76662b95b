package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestDuplicates(t *testing.T) {
	check := func(pairs ...string) Record { return Checker{}.Check(entry(pairs...)) }
	var duplicates Duplicates
	var got, want []int
	for i, tt := range []struct {
		record    Record
		duplicate bool
	}{
		{check("type", "GITHUB", "displayName", "A"), false},
		{check("type", "GITHUB", "displayName", "B"), false},
		{check("type", "GITHUB", "displayName", "A", "origin", "HTTPS://github.com:443/"), true},
		{check("type", "GITHUB"), false},
		{check("type", "GITHUB", "displayName", ""), true},
		{check("type", "AWS", "displayName", "A", "awsRegion", "us-east-1"), false},
		{check("type", "AWS", "displayName", "A", "awsRegion", "us-east-2"), false},
		{check("type", "nonsense"), false},
		{check("type", "nonsense"), false},
		{check("kind", "repository", "origin", "git@git.example.org:a.git", "displayName", "A"), false},
		{check("kind", "repository", "origin", "git@GIT.example.org:a.git/", "displayName", "B"), true},
		{check("kind", "repository", "origin", "https://git.example.org/a.git"), false},
		{check("kind", "repository", "origin", "https://api.github.com"), false},
		{check("kind", "repository"), false},
		{check("kind", "repository"), false},
	} {
		if tt.duplicate {
			want = append(want, i+2)
		}
		id, ok := tt.record.Identity()
		if !ok {
			continue
		}
		f, found := duplicates.Find(id, tt.record.Kind(), Place{File: "m", Line: i + 2, Record: i + 1})
		if !found {
			continue
		}
		if repository := tt.record.Kind() == KindRepository; repository != strings.Contains(f.Message, "same repository") {
			t.Errorf("line %d: %s", f.Place.Line, f.Message)
		}
		got = append(got, f.Place.Line)
	}
	if !slices.Equal(got, want) {
		t.Errorf("duplicates at lines %v, want %v", got, want)
	}
}

func TestDuplicatesInTwoFiles(t *testing.T) {
	const records = 1000
	var duplicates Duplicates
	n := 0
	for _, file := range []string{"a", "b"} {
		for i := range records {
			r := NewRecord(map[Field]Value{FieldType: Text("GITHUB"), FieldDisplayName: Text(strconv.Itoa(i))})
			id, _ := r.Identity()
			at := Place{File: file, Line: i + 2, Column: 1, Record: i + 1}
			f, found := duplicates.Find(id, r.Kind(), at)
			if found != (file == "b") || found && (f.Place != at || !strings.Contains(f.Message, fmt.Sprintf("as a:%d:", i+2))) {
				t.Fatalf("record %d of %s: found %t: %v", i, file, found, f)
			}
			if found {
				n++
			}
		}
	}
	if n != records {
		t.Errorf("%d duplicates, want %d", n, records)
	}
}
