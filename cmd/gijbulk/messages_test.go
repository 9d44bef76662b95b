package main

import (
	"bytes"
	"cmp"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"gijbulk/cmd/gijbulk/terminal/terminaltest"
	"gijbulk/schema"
)

// mistakeFiles are the manifests with a mistake that are not text, or long. The others are in
// testdata/mistakes.txtar, each followed by what people read about it.
var mistakeFiles = map[string]string{
	"bad-encoding.csv":   "type,displayName\nGITHUB,M\xfcnchen\n",
	"cell-too-large.csv": "type,global,displayName\nGITHUB,true,\"" + strings.Repeat("x", 1<<20+1) + "\"\n",
	"file-binary.csv":    "type\nGIT\x00HUB\n",
}

// mistakeFlags are what the check needs in order to find a mistake.
var mistakeFlags = map[string][]string{
	"secret-unresolved": {"--resolve"},
}

// otherMistakes are the codes that the check of a manifest alone cannot give: a test expects what people read.
var otherMistakes = map[schema.Code]struct{ test, text string }{
	schema.CodeFormatUnknown:      {"../../importer/manifest/encoding_test.go", "neither the name nor the content"},
	schema.CodeRuleNotApplied:     {"../../schema/nested_test.go", "has errors, so no rule of this integration is applied"},
	schema.CodeUnknownProject:     {mostMistakes, "this Jira has no project NONE$"},
	schema.CodeIDIgnored:          {mostMistakes, "id 7 belongs to https://jira-old.example.org, not to this Jira$"},
	schema.CodeSetNotShared:       {"testdata/stories/sets.txtar", "sets are known to this state file only"},
	schema.CodeIDReassigned:       {"testdata/stories/behaviors.txtar", "this Jira has assigned the recorded ids of 2 records to others"},
	schema.CodeRewrittenName:      {mostMistakes, "is spelled differently: nothing is created$"},
	schema.CodeInIntegration:      {"testdata/stories/repositories.txtar", "on the server already lists this repository"},
	schema.CodeLossUnknown:        {mostMistakes, "the git host may no longer list"},
	schema.CodeNotRestored:        {mostMistakes, "the previous value of pat is not known"},
	schema.CodeListingPage:        {mostMistakes, "this is one page of several"},
	schema.CodeListingSplit:       {"../../importer/convert/group_test.go", "became %d integrations"},
	schema.CodeListingNotFiltered: {"../../importer/convert/testdata/codecommit.txt", "the app cannot filter listings"},
	schema.CodeListingNotHeld:     {"../../importer/convert/testdata/vendor-tsv.txt", "used an SSH key, which the API cannot choose"},
	schema.CodeExportNotHeld:      {mostMistakes, "the server shows no credentials, and none were written"},
	schema.CodeCredentialRefused:  {mostMistakes, "refuses the credential"},
	schema.CodeCredentialExpires:  {mostMistakes, "expires in"},
	schema.CodeScopeMissing:       {mostMistakes, "lacks the scope repo"},
	schema.CodePathRefused:        {mostMistakes, "that this credential can see"},
	schema.CodeFilterFails:        {mostMistakes, "the filter fails on what the host answers"},
	schema.CodeListPartial:        {mostMistakes, "single sign-on"},
	schema.CodeListsNothing:       {mostMistakes, "the record lists no repository"},
	schema.CodeListsMany:          {mostMistakes, "the record lists 2001 repositories"},
	schema.CodeListsTwice:         {mostMistakes, "also lists"},
	schema.CodeUnreachable:        {mostMistakes, "cannot be reached from here"},
	schema.CodeHostDeadline:       {"../../importer/githost/probe_test.go", " stop working in "},
}

// mostMistakes is the testscript of most of them.
const mostMistakes = "testdata/stories/messages.txtar"

// TestMessages: each code of validate --explain list has a case that shows what people read.
func TestMessages(t *testing.T) {
	path, err := filepath.Abs(filepath.Join("testdata", "mistakes.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tests := make(map[string]string)
	for _, other := range otherMistakes {
		tests[other.test] = readText(t, other.test)
	}
	t.Chdir(t.TempDir())
	files := make(map[string]string)
	for _, f := range archive.Files {
		files[f.Name] = string(f.Data)
	}
	written := txtar.Archive{Comment: archive.Comment}
	for _, e := range schema.Explanations() {
		if other, found := otherMistakes[e.Code]; found {
			if !strings.Contains(tests[other.test], other.text) {
				t.Errorf("%s: %s does not expect %q", e.Code, other.test, other.text)
			}
			continue
		}
		manifest := mistakeIn(t, files, string(e.Code))
		text := printed(t, append([]string{"validate", cmp.Or(manifest, "no-such-file.csv")}, mistakeFlags[string(e.Code)]...))
		if manifest != "" && mistakeFiles[manifest] == "" {
			written.Files = append(written.Files, txtar.File{Name: manifest, Data: []byte(files[manifest])})
		}
		written.Files = append(written.Files, txtar.File{Name: string(e.Code) + ".txt", Data: []byte(text)})
		if want := files[string(e.Code)+".txt"]; text != want && !*terminaltest.Update {
			t.Errorf("%s: %s", e.Code, diff.Diff(want, text))
		}
		if found := printed(t, append([]string{"validate", cmp.Or(manifest, "no-such-file.csv"), "--output", "json"}, mistakeFlags[string(e.Code)]...)); !strings.Contains(found, `"code":"`+string(e.Code)+`"`) {
			t.Errorf("%s: no manifest in testdata/mistakes.txtar makes this mistake:\n%s", e.Code, found)
		}
	}
	if *terminaltest.Update {
		if err := os.WriteFile(path, txtar.Format(&written), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// mistakeIn writes the manifest of a code, and gives its name; "" where there is none.
func mistakeIn(t *testing.T, files map[string]string, code string) string {
	t.Helper()
	for _, all := range []map[string]string{files, mistakeFiles} {
		for name, text := range all {
			if strings.TrimSuffix(name, filepath.Ext(name)) != code || filepath.Ext(name) == ".txt" {
				continue
			}
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return name
		}
	}
	return ""
}

// printed is what a command prints on both streams.
func printed(t *testing.T, args []string) string {
	t.Helper()
	var out bytes.Buffer
	environment := map[string]string{"XDG_STATE_HOME": t.TempDir()}
	run(t.Context(), context.WithoutCancel(t.Context()), args, process{
		stdin: strings.NewReader(""), stdout: &out, stderr: &out, now: time.Now,
		lookupEnv: func(name string) (string, bool) { v, found := environment[name]; return v, found },
	})
	return out.String()
}
