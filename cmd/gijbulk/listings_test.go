package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gijbulk/importer/sandbox"
)

// listings are the samples of other tools' listings, together where a tool reads them
// so, with the flags that they need.
var listings = []struct {
	files []string
	flags []string
}{
	{files: []string{"azure.json"}},
	{files: []string{"bitbucket-cloud.json"}},
	{files: []string{"bitbucket-server-1.json", "bitbucket-server-2.json"}},
	{files: []string{"catalog-info.yaml"}},
	{files: []string{"codecommit.json"}},
	{files: []string{"dvcs-organizations.json", "dvcs-repositories.json"}},
	{files: []string{"fisheye-old.json"}},
	{files: []string{"fisheye.json"}},
	{files: []string{"gei-azure.csv"}},
	{files: []string{"gei-bitbucket.csv"}},
	{files: []string{"gei-gitlab.csv"}},
	{files: []string{"gerrit.json"}, flags: []string{"--base-url", "https://gerrit.acme.example"}},
	{files: []string{"gh.json"}},
	{files: []string{"gh-graphql.json"}},
	{files: []string{"ghorg-reclone.yaml"}},
	{files: []string{"gitea.json"}},
	{files: []string{"github.json"}},
	{files: []string{"gitlab.json"}},
	{files: []string{"gitmodules"}, flags: []string{"--base-url", "https://git.acme.example/devices/base.git"}},
	{files: []string{"mrconfig"}},
	{files: []string{"repo-default.xml", "repo-local.xml"}},
	{files: []string{"repos.csv"}},
	{files: []string{"vcstool.repos"}},
	{files: []string{"vendor.tsv"}},
	{files: []string{"west.yml"}},
}

// TestEveryListingBecomesWhatJiraTakes: a conversion is the same each time, and once its
// placeholders are filled in its manifest is valid and is brought to a server whole.
func TestEveryListingBecomesWhatJiraTakes(t *testing.T) {
	samples, err := filepath.Abs("../../samples/listings")
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, l := range listings {
		told = append(told, l.files...)
		t.Run(l.files[0], func(t *testing.T) {
			t.Chdir(t.TempDir())
			args := append([]string{"convert", "--output", "json"}, l.flags...)
			for _, f := range l.files {
				args = append(args, filepath.Join(samples, f))
			}
			said := expectExit(t, exitDone, nil, append(args, "--out", "first.yaml")...)
			expectExit(t, exitDone, nil, append(args, "--out", "second.yaml")...)
			first, second := mustRead(t, "first.yaml"), mustRead(t, "second.yaml")
			if !bytes.Equal(first, second) {
				t.Errorf("a second conversion differs:\n%s\n%s", first, second)
			}
			env := filledIn(t, said)
			expectExit(t, exitDone, env, "validate", "first.yaml", "--resolve")
			env["JIRA_TOKEN"] = "any"
			expectExit(t, exitDone, env, "import", "first.yaml", "--jira", acme(t), "--rate", "0", "--yes", "--state", "none", "--report-dir", "reports")
		})
	}
	files, err := os.ReadDir(samples)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !slices.Contains(told, f.Name()) {
			t.Errorf("samples/listings/%s is not converted here", f.Name())
		}
	}
}

// acme is the Jira of the company whose listings these are.
func acme(t *testing.T) string {
	t.Helper()
	var projects []sandbox.Project
	for i, key := range []string{"ACME", "WEB", "OPS", "API", "SHOP", "PAY", "LEDGER"} {
		projects = append(projects, sandbox.Project{ID: int64(10000 + i), Key: key, Name: key})
	}
	_, url := startSandbox(t, projects)
	return url
}

// expectExit runs a command and returns what it wrote to standard output.
func expectExit(t *testing.T, want int, env map[string]string, args ...string) []byte {
	t.Helper()
	var out, said bytes.Buffer
	got := run(t.Context(), context.WithoutCancel(t.Context()), args, process{
		stdin: strings.NewReader(""), stdout: &out, stderr: &said, now: time.Now, locks: filepath.Join(t.TempDir(), "locks"),
		lookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
	if got != want {
		t.Fatalf("%q ends with %d, want %d:\n%s%s", args, got, want, out.Bytes(), said.Bytes())
	}
	return out.Bytes()
}

// filledIn is an environment in which every placeholder of a conversion has a value.
func filledIn(t *testing.T, account []byte) map[string]string {
	t.Helper()
	env := make(map[string]string)
	for line := range bytes.Lines(account) {
		var told struct {
			Placeholder string `json:"placeholder"`
		}
		if err := json.Unmarshal(line, &told); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if name, ok := strings.CutPrefix(told.Placeholder, "env:"); ok {
			env[name] = "a value for " + name
		}
	}
	if len(env) == 0 {
		t.Error("there is nothing to fill in")
	}
	return env
}

func mustRead(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
