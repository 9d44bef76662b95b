package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gijbulk/importer/sandbox"
)

// TestMinimalRoundTrip: whatever is on a server, its minimal manifest plans to no changes there,
// and makes the same on an empty one.
func TestMinimalRoundTrip(t *testing.T) {
	for seed := range 12 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Chdir(t.TempDir())
			if err := os.WriteFile("drawn.jsonl", []byte(rapid.Custom(drawManifest).Example(seed)), 0o600); err != nil {
				t.Fatal(err)
			}
			projects := []sandbox.Project{{ID: 10000, Key: "ACME", Name: "Acme"}, {ID: 10001, Key: "WEB", Name: "Web"}}
			first, firstURL := startSandbox(t, projects)
			second, secondURL := startSandbox(t, projects)
			env := map[string]string{"JIRA_TOKEN": "any", "GIJBULK_RATE": "0", "GIJBULK_STATE": "none", "GIJBULK_YES": "true", "TOKEN": "a token"}
			flags := []string{"--set", "pat=env:TOKEN", "--report-dir", "reports"}
			expectExit(t, exitDone, env, append(flags, "import", "drawn.jsonl", "--jira", firstURL)...)
			expectExit(t, exitDone, env, "export", "--minimal", "--jira", firstURL, "--out", "minimal.yaml")
			expectExit(t, exitDone, env, append(flags, "audit", "minimal.yaml", "--prune", "--jira", firstURL)...)
			expectExit(t, exitDone, env, append(flags, "import", "minimal.yaml", "--jira", secondURL)...)
			if d := difference(contentsOf(first), contentsOf(second)); d != "" {
				t.Errorf("%s\nis elsewhere:\n%s", mustRead(t, "minimal.yaml"), d)
			}
		})
	}
}

// drawManifest draws records of both kinds, some of whose fields are given as they are by default.
func drawManifest(t *rapid.T) string {
	booleans := []string{"disabled", "disableSslVerification", "gitViewerEnabled", "smartCommitsEnabled", "trustFolderStat", "refSpecNotes", "refSpecChanges",
		"sendCommitEmails", "sourcesDiffViewEnabled", "revisionIndexing"}
	var b strings.Builder
	for n := range rapid.IntRange(1, 8).Draw(t, "records") {
		record := map[string]any{"displayName": fmt.Sprintf("record %d", n)}
		switch rapid.SampledFrom([]string{"GITHUB", "GITLAB", "AZURE", "GITLAB_SERVER", "repository"}).Draw(t, "what") {
		case "GITHUB":
			record["type"] = "GITHUB"
			if rapid.Bool().Draw(t, "with its origin") {
				record["origin"] = rapid.SampledFrom([]string{"https://github.com", "https://api.github.com", "https://api.github.com/"}).Draw(t, "origin")
			}
		case "GITLAB":
			record["type"] = "GITLAB"
		case "AZURE":
			record["type"] = "AZURE"
		case "GITLAB_SERVER":
			record["type"], record["origin"] = "GITLAB_SERVER", "https://gitlab.acme.example"
		default:
			record["kind"], record["origin"] = "repository", fmt.Sprintf("https://git.acme.example/%d.git", n)
		}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(booleans), rapid.ID).Draw(t, "fields") {
			record[name] = rapid.Bool().Draw(t, name)
		}
		switch rapid.IntRange(0, 2).Draw(t, "projects") {
		case 0:
			record["global"] = true
		case 1:
			record["projects"] = []string{"ACME", "WEB"}
		}
		if rapid.Bool().Draw(t, "minutes") {
			record["maxMinsToCommitEmail"] = rapid.SampledFrom([]int{0, 60, 1440}).Draw(t, "maxMinsToCommitEmail")
		}
		line, _ := json.Marshal(record) // a record always encodes
		b.Write(append(line, '\n'))
	}
	return b.String()
}
