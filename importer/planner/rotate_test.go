package planner

import (
	"testing"

	"gijbulk/schema"
)

// TestOnlySecrets: nothing but secrets is sent, and whether one is does not change the digest.
func TestOnlySecrets(t *testing.T) {
	have := []schema.Record{live(1, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A", "disabled", false)}
	a := record(2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A")
	b := record(3, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "B")
	disabled := a.Set(schema.FieldDisabled, schema.Bool(true))
	known := Options{Update: true, OnlySecrets: true, Sent: memory{schema.FieldPat: "old-secret"}}
	for _, tt := range []struct {
		name         string
		want         schema.Record
		said, reason string
	}{
		{"a new secret", withPat(a, "new-secret"), "update 1 pat?", ""},
		{"a new secret and another field", withPat(disabled, "new-secret"), "update 1 pat?", ""},
		{"another field", withPat(disabled, "old-secret"), "unchanged 1", "differs in disabled; only secrets are sent"},
		{"nothing", withPat(a, "old-secret"), "unchanged 1", ""},
		{"not on the server", withPat(b, "new-secret"), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, _ := Diff([]schema.Record{tt.want}, have, known)
			if got := said(plan); got != tt.said {
				t.Fatalf("got %s, want %s", got, tt.said)
			}
			if len(plan.Actions) > 0 && plan.Actions[0].Reason != tt.reason {
				t.Errorf("the reason is %q", plan.Actions[0].Reason)
			}
			elsewhere, _ := Diff([]schema.Record{tt.want}, have, Options{Update: true, OnlySecrets: true})
			if plan.Digest() != elsewhere.Digest() {
				t.Error("the digest depends on what was sent last")
			}
		})
	}
}

// TestWhySent: an update says why it sends what the server does not show.
func TestWhySent(t *testing.T) {
	have := []schema.Record{live(1, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A")}
	want := withPat(record(2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A"), "new-secret")
	for _, tt := range []struct {
		o    Options
		want schema.Resend
	}{
		{Options{Sent: memory{schema.FieldPat: "old-secret"}}, schema.ResendChanged},
		{Options{Sent: memory{}}, schema.ResendUnrecorded},
		{Options{}, schema.ResendUnrecorded},
		{Options{Sent: memory{schema.FieldPat: "new-secret"}, Resend: true}, schema.ResendRequested},
	} {
		tt.o.Update = true
		plan, _ := Diff([]schema.Record{want}, have, tt.o)
		if changes := plan.Actions[0].Changes; len(changes) != 1 || changes[0].Resend != tt.want {
			t.Errorf("want %s: %+v", tt.want, changes)
		}
	}
}
