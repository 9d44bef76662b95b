package main

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gijbulk/importer/manifest"
	"gijbulk/importer/sandbox"
	"gijbulk/schema"
)

// wholeEnv leads the references of testdata/whole.yaml somewhere.
var wholeEnv = map[string]string{"JIRA_TOKEN": "any", "GIJBULK_RATE": "0", "GIJBULK_YES": "true", "GIJBULK_CONCURRENCY": "1",
	"GITHUB_PAT": "one-secret", "DEVOPS_USERNAME": "jira", "DEVOPS_PASSWORD": "two-secret", "AWS_USERNAME": "AKIADEMO", "AWS_PASSWORD": "three-secret",
	"REPOSITORY_USERNAME": "svc", "REPOSITORY_PASSWORD": "four-secret", "REPOSITORY_PAT": "five-secret"}

// TestEveryFieldComesThroughEachFormat: what one server has comes to another in any format
// of a manifest, secrets by their references included, and is exported there as it was.
func TestEveryFieldComesThroughEachFormat(t *testing.T) {
	whole, err := filepath.Abs("testdata/whole.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range manifest.Formats() {
		t.Run(string(format), func(t *testing.T) {
			t.Chdir(t.TempDir())
			before, old := startSandbox(t, nil)
			expectExit(t, exitDone, wholeEnv, "import", whole, "--jira", old, "--state", "s.db", "--report-dir", "1")
			first, again := "first."+string(format), "again."+string(format)
			expectExit(t, exitDone, wholeEnv, "export", "--jira", old, "--state", "s.db", "--out", first)
			after, new := startSandbox(t, nil)
			expectExit(t, exitDone, wholeEnv, "import", first, "--jira", new, "--state", "s.db", "--report-dir", "2")
			if d := difference(contentsOf(before), contentsOf(after)); d != "" {
				t.Errorf("the other server is not as the first:\n%s", d)
			}
			expectExit(t, exitDone, wholeEnv, "export", "--jira", new, "--state", "s.db", "--out", again)
			written := mustRead(t, first)
			if !bytes.Equal(written, mustRead(t, again)) {
				t.Errorf("the second export is another:\n%s\n%s", written, mustRead(t, again))
			}
			for _, f := range schema.Fields() {
				if f == schema.FieldProjectMappingIDs {
					f = schema.FieldProjects // keys mean the same elsewhere, ids do not
				} else if f.Tool() {
					continue
				}
				if !bytes.Contains(written, []byte(f.String())) {
					t.Errorf("%s is not in the export: put it into %s", f, whole)
				}
			}
		})
	}
}

// TestEveryFieldComesThroughTheAppsTable: the app's own bulk table holds all fields but
// those that it is told not to, and is the same after a conversion and an import.
func TestEveryFieldComesThroughTheAppsTable(t *testing.T) {
	whole, err := filepath.Abs("testdata/whole.yaml")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	before, old := startSandbox(t, nil)
	expectExit(t, exitDone, wholeEnv, "import", whole, "--jira", old, "--state", "s.db", "--report-dir", "1")
	said := expectExit(t, exitDone, wholeEnv, "export", "--jira", old, "--state", "s.db", "--format", vendorTSV, "--out", "first.tsv", "--output", "json")
	var told []string
	for line := range bytes.Lines(said) {
		var finding struct{ Field string }
		if err := json.Unmarshal(line, &finding); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if finding.Field != "" {
			told = append(told, finding.Field)
		}
	}
	slices.Sort(told)
	want := []string{"commitsValidationRequired", "folderDepth", "limitGitData", "password", "pat", "username"}
	if told = slices.Compact(told); !slices.Equal(told, want) {
		t.Errorf("told that the table does not hold %v, want %v", told, want)
	}
	env := filledIn(t, expectExit(t, exitDone, nil, "convert", "--from", vendorTSV, "first.tsv", "--out", "middle.yaml", "--output", "json"))
	for name, value := range wholeEnv {
		env[name] = value
	}
	after, new := startSandbox(t, nil)
	expectExit(t, exitDone, env, "import", "middle.yaml", "--jira", new, "--state", "t.db", "--report-dir", "2")
	if d := difference(contentsOf(before), contentsOf(after), "Username", "Password", "PAT", "LimitGitData", "FolderDepth", "CommitsValidationRequired"); d != "" {
		t.Errorf("the other server is not as the first:\n%s", d)
	}
	expectExit(t, exitDone, wholeEnv, "export", "--jira", new, "--state", "t.db", "--format", vendorTSV, "--out", "again.tsv")
	first, again := mustRead(t, "first.tsv"), mustRead(t, "again.tsv")
	if !bytes.Equal(first, again) {
		t.Errorf("the second table is another:\n%s\n%s", first, again)
	}
	for _, value := range wholeEnv {
		if strings.Contains(value, "secret") && bytes.Contains(first, []byte(value)) {
			t.Error("a secret is in the table")
		}
	}
}

// startSandbox is a Jira with these projects, or the sandbox's own.
func startSandbox(t *testing.T, projects []sandbox.Project) (*sandbox.Server, string) {
	t.Helper()
	server, err := sandbox.New(sandbox.Options{Projects: projects})
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	return server, listening.URL
}
