package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"testing"
	"time"

	"gijbulk/schema"
)

// canaries are what must never be in the file; the second looks different once encoded.
var canaries = []string{"swordfish-canary", `quo"ted\canary-é<&>`, "literal-canary"}

// TestNoSecretIsInTheFile looks at the raw bytes of everything that SQLite wrote.
func TestNoSecretIsInTheFile(t *testing.T) {
	j := open(t)
	resolved := schema.Hidden(schema.Refer(schema.SchemeEnv, "TOKEN").Resolved(canaries[0]))
	quoted := schema.Hidden(schema.Refer(schema.SchemeFile, "/run/secrets/pass").Resolved(canaries[1]))
	literal := schema.Hidden(schema.Literal(canaries[2], "env:GIJBULK_STAND_IN"))
	all := resolvedAction(resolved, quoted)
	changed := update(5, "two", map[schema.Field]schema.Value{schema.FieldPat: literal})
	unknown := create("three")
	unknown.Want = unknown.Want.Set(schema.FieldPassword, literal)
	said := "the server says " + canaries[0] + ", " + canaries[1] + " and " + canaries[2]
	all.Reason = said
	all.Want = all.Want.WithFaults(schema.CodeBadOrigin.Newf(all.Want.Place, "origin", "%s", said)).
		WithCells(nil, []schema.Column{{Name: "note", Text: said}})
	options, err := json.Marshal(map[string]any{"flags": []string{said}, "nested": map[string]string{"a": said}})
	if err != nil {
		t.Fatal(err)
	}
	r := run("r1")
	r.Why, r.Findings = said, all.Want.Faults()
	mask := schema.NewMask(nil, canaries...)
	l, err := begun(t.Context(), j, r, plan(all, changed, unknown), options, mask)
	if err != nil {
		t.Fatal(err)
	}
	all.N, changed.N, unknown.N = 0, 1, 2
	for _, o := range []schema.Outcome{done(all, schema.StatusCreated, 4), done(changed, schema.StatusUpdated, 5), done(unknown, schema.StatusUnknown, 0)} {
		o.Error, o.Advice = said, said
		end(t, l, o)
	}
	seen := done(unknown, schema.StatusFailed, 6)
	seen.Action.Have = live(6, unknown.Want)
	seen.Action.Changes = changed.Changes
	end(t, l, seen)
	r.Ended = started.Add(time.Minute)
	if err := l.Finish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	look(t, j.path, "", "-wal", "-shm")
	saved := load(t, j, "r1")
	for _, want := range []string{"env:TOKEN", "file:/run/secrets/pass", "env:GIJBULK_STAND_IN"} {
		if !refers(saved.Plan, want) {
			t.Errorf("the plan does not refer to %s", want)
		}
	}
	if err := errors.Join(l.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	look(t, j.path, "")
}

func resolvedAction(pat, password schema.Value) schema.Action {
	a := create("one")
	a.Want = a.Want.Set(schema.FieldPat, pat).Set(schema.FieldPassword, password).Set(schema.FieldUsername, pat)
	return a
}

func refers(p schema.Plan, reference string) bool {
	for _, a := range p.Actions {
		for _, s := range a.Want.Secrets() {
			if s.Reference() == reference {
				return true
			}
		}
	}
	return false
}

func look(t *testing.T, path string, ends ...string) {
	t.Helper()
	found := false
	for _, end := range ends {
		content, err := os.ReadFile(path + end)
		if err != nil {
			t.Fatal(err)
		}
		for _, canary := range canaries {
			encoded, err := json.Marshal(canary)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(content, []byte(canary)) || bytes.Contains(content, bytes.Trim(encoded, `"`)) {
				t.Errorf("the file %q holds a secret", end)
			}
		}
		found = found || bytes.Contains(content, []byte("GIJBULK_STAND_IN"))
	}
	if !found {
		t.Error("the files hold nothing of the run: the test looks in the wrong place")
	}
}
