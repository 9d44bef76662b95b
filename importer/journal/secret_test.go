package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"gijbulk/schema"
)

// canaries are what must never be in the file; the second looks different once encoded.
var canaries = []string{"swordfish-canary", `quo"ted\canary-é<&>`, "literal-canary"}

// TestNoSecretIsStored looks at the raw bytes of everything that SQLite wrote.
func TestNoSecretIsStored(t *testing.T) {
	j := open(t)
	resolved := schema.Hidden(schema.Refer(schema.SchemeEnv, "TOKEN").Resolved(canaries[0]))
	quoted := schema.Hidden(schema.Refer(schema.SchemeFile, "/run/secrets/pass").Resolved(canaries[1]))
	literal := schema.Hidden(schema.Literal(canaries[2], "env:GIJBULK_STAND_IN"))
	answer := "the server answers " + canaries[0] + ", " + canaries[1] + " and " + canaries[2]

	one, two, three := create("one"), update(5, "two", map[schema.Field]schema.Value{schema.FieldPat: literal}), create("three")
	one.Want = one.Want.Set(schema.FieldPat, resolved).Set(schema.FieldPassword, quoted).Set(schema.FieldUsername, resolved).
		WithFindings(schema.CodeBadOrigin.Newf(one.Want.Place, "origin", "%s", answer).Advise("%s", answer))
	one.Want.Cells = []schema.Column{{Name: "note", Text: answer}}
	one.Reason, one.Advice = answer, answer
	three.Want = three.Want.Set(schema.FieldPassword, literal).Set(schema.FieldPat, schema.Text(canaries[2]))
	actions := []schema.Action{one, two, three}
	options, err := json.Marshal(map[string]any{"flags": []string{answer}, "nested": map[string]string{"a": answer}})
	if err != nil {
		t.Fatal(err)
	}
	r := run("r1")
	r.Why, r.Findings = answer, one.Want.Findings
	l, err := startPlanned(t.Context(), j, r, plan(actions...), options, schema.NewMask(nil, canaries...))
	if err != nil {
		t.Fatal(err)
	}
	begin(t, l, actions...)
	outcomes := []schema.Outcome{done(actions[0], schema.StatusCreated, 4), done(actions[1], schema.StatusUpdated, 5), done(actions[2], schema.StatusFailed, 6)}
	outcomes[2].Seen = &schema.Seen{Have: live(6, three.Want), Changes: two.Changes}
	for i := range outcomes {
		outcomes[i].Error, outcomes[i].Advice = answer, answer
	}
	end(t, l, outcomes...)
	r.Ended = started.Add(time.Minute)
	finish(t, l, r)
	lookForCanaries(t, j.path, "", "-wal", "-shm")
	var references []string
	for _, a := range load(t, j, "r1").Plan.Actions {
		for _, s := range a.Want.Secrets() {
			references = append(references, s.Reference())
		}
	}
	for _, want := range []string{"env:TOKEN", "file:/run/secrets/pass", "env:GIJBULK_STAND_IN"} {
		if !slices.Contains(references, want) {
			t.Errorf("the plan does not refer to %s", want)
		}
	}
	if err := errors.Join(l.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	lookForCanaries(t, j.path, "")
}

func lookForCanaries(t *testing.T, path string, ends ...string) {
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

func TestKeyedHashes(t *testing.T) {
	key, other := []byte("key"), []byte("another key")
	a := create("one")
	a.Want = a.Want.Set(schema.FieldPat, secret("x")).Set(schema.FieldPassword, secret("x"))
	hashes, again := (&Journal{key: key}).hashSecrets(&a), (&Journal{key: key}).hashSecrets(&a)
	pat := hashes["pat"]
	if bytes.Equal(pat[nonceSize:], hashes["password"][nonceSize:]) || bytes.Equal(pat[nonceSize:], again["pat"][nonceSize:]) {
		t.Error("two hashes of one value look alike")
	}
	if !hashMatches(key, pat, schema.FieldPat, "x") || !hashMatches(key, again["pat"], schema.FieldPat, "x") {
		t.Error("the hash is not that of its value")
	}
	for name, is := range map[string]bool{
		"value": hashMatches(key, pat, schema.FieldPat, "y"), "field": hashMatches(key, pat, schema.FieldPassword, "x"),
		"key": hashMatches(other, pat, schema.FieldPat, "x"), "cut hash": hashMatches(key, pat[:nonceSize], schema.FieldPat, "x"),
		"missing hash": hashMatches(key, nil, schema.FieldPat, "x"),
	} {
		if is {
			t.Errorf("another %s makes no difference", name)
		}
	}
}
