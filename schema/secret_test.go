package schema

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestSecretNeverShows(t *testing.T) {
	const canary = "canary-7f3a-value"
	literal := Literal(canary, "env:GIJBULK_PAT")
	referred := Refer(SchemeEnv, "ACME").Resolved(canary)
	for _, s := range []Secret{literal, referred} {
		record := NewRecord(map[Field]Value{FieldPat: Hidden(s)})
		js, err := json.Marshal(map[string]any{"s": s, "p": &s, "plain": record.Get(FieldPat).Plain()})
		if err != nil {
			t.Fatal(err)
		}
		shown := []string{string(js), record.Get(FieldPat).String()}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%t"} {
			shown = append(shown, fmt.Sprintf(verb, s), fmt.Sprintf(verb, &s), fmt.Sprintf(verb, []Secret{s}),
				fmt.Sprintf(verb, struct{ S Secret }{s}), fmt.Sprintf(verb, Hidden(s)))
		}
		for _, out := range shown {
			if strings.Contains(out, canary) || strings.Contains(out, fmt.Sprintf("%x", canary)) {
				t.Errorf("the secret shows in %q", out)
			}
		}
	}
	if literal.Reveal() != canary || referred.Reveal() != canary {
		t.Error("Reveal does not give the value")
	}
}

func TestSplitReference(t *testing.T) {
	for _, tt := range []struct {
		in     string
		scheme Scheme
		target string
		ok     bool
	}{
		{"env:ACME_PAT", SchemeEnv, "ACME_PAT", true},
		{"file:/run/secrets/x", SchemeFile, "/run/secrets/x", true},
		{"keyring:jira/bot", SchemeKeyring, "jira/bot", true},
		{"cmd:pass show a:b", SchemeCommand, "pass show a:b", true},
		{"ghp_plain", "", "", false},
		{"ENV:X", "", "", false},
		{"https://x", "", "", false},
	} {
		scheme, target, ok := SplitReference(tt.in)
		if scheme != tt.scheme || target != tt.target || ok != tt.ok {
			t.Errorf("SplitReference(%q) = %q, %q, %v", tt.in, scheme, target, ok)
		}
	}
}

func TestMask(t *testing.T) {
	m := NewMask([]Secret{Literal("hunter2-long", ""), Literal("hunter2", ""), Literal("git", "")}, "run-token")
	got := m.Hide("a hunter2-longer b hunter2 git run-token")
	if want := "a [secret]er b [secret] git [secret]"; got != want {
		t.Errorf("Hide = %q, want %q", got, want)
	}
	if got := (Mask{}).Hide("plain"); got != "plain" {
		t.Errorf("the zero mask changes %q", got)
	}
}
