package verify

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestStarterPipelines: the pipelines that init writes are what the published schemas say, and call
// commands and flags that exist.
func TestStarterPipelines(t *testing.T) {
	gijbulk, call := built(t), regexp.MustCompile(`\./gijbulk ([^|\n]*)`)
	for pipeline, written := range map[string]struct{ file, schema string }{
		"github": {".github/workflows/gijbulk.yml", "github-workflow.json"},
		"gitlab": {".gitlab-ci.yml", "gitlab-ci.json"},
	} {
		folder := t.TempDir()
		cmd := exec.CommandContext(t.Context(), gijbulk, "init", folder, "--example", "--pipeline", pipeline, "--jira", "https://jira.example.org")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		content, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(written.file)))
		if err != nil {
			t.Fatal(err)
		}
		if err := compile(t, written.schema).Validate(instance(t, content)); err != nil {
			t.Errorf("%s: %v", written.file, err)
		}
		calls := call.FindAllSubmatch(content, -1)
		for _, found := range calls {
			if err := understood(t, gijbulk, use{args: strings.Fields(string(found[1]))}); err != nil {
				t.Errorf("%s: %s: %v", written.file, found[0], err)
			}
		}
		if len(calls) != 3 {
			t.Errorf("%s: %d calls, want validate, plan and sync", written.file, len(calls))
		}
	}
}
