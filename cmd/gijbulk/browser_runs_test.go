//go:build browser

package main

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gijbulk/importer/sandbox"
)

// hostileName wants to be more than a text.
const hostileName = `</script><script>document.title="taken"</script><img src=x onerror="document.title='taken'">`

// largeRun is how many records the largest report has.
const largeRun = 50_000

// runs are reports of real runs, by name.
type runs struct {
	dir, jira string
}

func newRuns(t *testing.T) runs {
	t.Helper()
	r := runs{dir: t.TempDir()}
	if err := os.CopyFS(filepath.Join(r.dir, "samples"), os.DirFS("../../samples")); err != nil {
		t.Fatal(err)
	}
	server, err := sandbox.New(sandbox.Options{IndexTime: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	r.jira = listening.URL
	return r
}

// report runs a command that must end with this exit code, and gives its page.
func (r runs) report(t *testing.T, name string, exit int, args ...string) (page string) {
	t.Helper()
	gijbulk, err := exec.LookPath("gijbulk")
	if err != nil {
		t.Fatal(err)
	}
	page = filepath.Join(r.dir, name+".html")
	cmd := exec.CommandContext(t.Context(), gijbulk, append(args, "--report", "html="+page)...)
	cmd.Dir = r.dir
	cmd.Env = append(os.Environ(), "JIRA_TOKEN=t", "PAT=a-secret-value", "XDG_STATE_HOME="+r.dir)
	said, err := cmd.CombinedOutput()
	got := 0
	if failed, ok := errors.AsType[*exec.ExitError](err); ok {
		got = failed.ExitCode()
	} else if err != nil {
		t.Fatal(err)
	}
	if got != exit {
		t.Fatalf("%s: exit code %d, want %d\n%.2000s", name, got, exit, said)
	}
	return page
}

func (r runs) manifest(t *testing.T, name string, rows func(yield func(row string))) {
	t.Helper()
	var b strings.Builder
	b.WriteString("type,displayName,origin,pat,projectMappingIds\n")
	rows(func(row string) { b.WriteString(row + "\n") })
	if err := os.WriteFile(filepath.Join(r.dir, name), []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// demo is what `make demo` runs.
func (r runs) demo(t *testing.T) string {
	return r.report(t, "demo", 0, "import", "samples/integrations.csv", "samples/integrations.yaml", "samples/repositories.yaml", "samples/excel.csv",
		"--sandbox=seed=7,drop-after=5%,503=5%,latency=20ms", "--settle", "1s", "--report-dir", "demo")
}

// failing is a run in which projects are not there, under names of all kinds.
func (r runs) failing(t *testing.T) string {
	names := []string{hostileName, "東京 Repositories", "مستودعات الفريق", strings.Repeat("A name without an end ", 10), "👩‍👩‍👧‍👦 Family", `=cmd|' /C calc'!A0`}
	r.manifest(t, "failing.csv", func(yield func(string)) {
		for i := range 60 {
			project := 10000
			if i%4 == 0 {
				project = 99999 // there is none
			}
			name := fmt.Sprintf("Team %d", i)
			if i < 2*len(names) {
				name = fmt.Sprintf("%s %d", names[i/2], i)
			}
			yield(fmt.Sprintf(`GITLAB_SERVER,"%s",https://gitlab%d.example.org,env:PAT,%d`, strings.ReplaceAll(name, `"`, `""`), i%3, project))
		}
	})
	return r.report(t, "failing", 3, "import", "failing.csv", "--sandbox=seed=7,429=5%", "--settle", "0s", "--report-dir", "failing")
}

// refused is a manifest with every kind of finding.
func (r runs) refused(t *testing.T) string {
	return r.report(t, "refused", 6, "import", "samples/broken.csv", "--sandbox", "--report-dir", "refused")
}

// audit compares what was imported with a manifest that has changed since.
func (r runs) audit(t *testing.T) string {
	r.report(t, "before", 0, "import", "samples/integrations.csv", "--jira", r.jira, "--yes", "--rate", "0", "--settle", "0s", "--report-dir", "before")
	return r.report(t, "audit", 2, "audit", "samples/integrations.csv", "samples/integrations.yaml", "--jira", r.jira, "--set", "sendCommitEmails=true")
}

// large is a run that its owner's limit stopped: it has records of three states.
func (r runs) large(t *testing.T) string {
	r.manifest(t, "large.csv", func(yield func(string)) {
		for i := range largeRun {
			project, host := 10000, i%40
			if i%10 == 7 {
				project = 99999
			}
			yield(fmt.Sprintf("%s,Team %05d,https://git%d.example.org,env:PAT,%d", []string{"GITLAB_SERVER", "GITHUB_SERVER"}[i%2], i, host, project))
		}
	})
	return r.report(t, "large", 8, "import", "large.csv", "--sandbox", "--settle", "0s", "--rate", "0", "--max-failures", "100", "--report-dir", "large")
}
