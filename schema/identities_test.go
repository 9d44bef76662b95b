package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestIdentities(t *testing.T) {
	check := func(pairs ...string) Record { r, _ := new(Checker).Check(entry(pairs...)); return r }
	ids := NewIdentities()
	var want []int
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
		ids.Note(ids.Of(&tt.record), Place{File: "m", Line: i + 2, Record: i + 1})
		if tt.duplicate {
			want = append(want, i+2)
		}
	}
	var got []int
	for f := range ids.Twins() {
		if repository := f.Place.Line > 10; repository != strings.Contains(f.Message, "same repository") {
			t.Errorf("line %d: %s", f.Place.Line, f.Message)
		}
		got = append(got, f.Place.Line)
	}
	if !slices.Equal(got, want) {
		t.Errorf("twins at lines %v, want %v", got, want)
	}
}

// TestTwinsInLargeFiles: neither the number of records nor the file makes a difference.
func TestTwinsInLargeFiles(t *testing.T) {
	const records = 50_000
	ids := NewIdentities()
	for _, file := range []string{"a", "b"} {
		for i := range records {
			r := NewRecord(map[Field]Value{FieldType: Text("GITHUB"), FieldDisplayName: Text(strconv.Itoa(i))})
			ids.Note(ids.Of(&r), Place{File: file, Line: i + 2, Column: 1, Record: i + 1})
		}
	}
	n := 0
	for f := range ids.Twins() {
		n++
		if want := (Place{"b", n + 1, 1, n}); f.Place != want || !strings.Contains(f.Message, fmt.Sprintf("as a:%d:", n+1)) {
			t.Fatalf("twin %d: %v at %+v", n, f, f.Place)
		}
	}
	if n != records {
		t.Errorf("%d twins, want %d", n, records)
	}
}
