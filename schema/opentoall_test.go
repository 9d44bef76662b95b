package schema

import (
	"slices"
	"testing"
)

// TestOpenToAll: one finding for each file, whatever the number of its records.
func TestOpenToAll(t *testing.T) {
	var o OpenToAll
	add := func(file string, pairs ...string) {
		e := entry(append([]string{"type", "GITHUB", "pat", "env:P"}, pairs...)...)
		e.Place.File = file
		o.Add(Checker{}.Check(e))
	}
	add("a.csv")
	add("b.csv")
	add("a.csv", "displayName", "x")
	add("a.csv", "global", "!true")
	add("a.csv", "projects", "![ACME]")
	add("a.csv", "projects", "![]")
	add("a.csv", "projectMappingIds", "![!1]")
	add("c.csv", "global", "maybe")
	o.Add(Checker{}.Check(rule("integration", "A", "match", "x", "disabled", "yes")))
	var got []string
	for _, f := range o.Findings() {
		got = append(got, f.String())
		if f.Level != LevelWarning || f.Place.Record != 0 {
			t.Errorf("not a warning about the file: %+v", f)
		}
	}
	want := []string{"a.csv:3:5: global: 2 records have neither global nor projects", "b.csv:3:5: global: 1 record has neither global nor projects"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestDroppedType: a warning of the check, an error of a create, unless it is allowed.
func TestDroppedType(t *testing.T) {
	r := Checker{}.Check(entry("type", "GITLAB_SERVER_LEGACY", "origin", "https://g.example", "username", "u", "password", "env:P", "global", "!true"))
	if len(r.Errors())+len(r.CreateErrors()) > 0 || len(r.Findings) != 1 || r.Findings[0].Code != CodeDroppedType {
		t.Fatalf("%+v", r.Findings)
	}
	for allowed, want := range map[bool]Level{false: LevelError, true: LevelWarning} {
		if f := r.CreateFindings(allowed); len(f) != 1 || f[0].Level != want {
			t.Errorf("allowed %v: %+v", allowed, f)
		}
	}
}
