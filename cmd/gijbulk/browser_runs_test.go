//go:build browser

package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gijbulk/importer/sandbox"
	"gijbulk/importer/sandbox/hosts"
)

// hostileName wants to be more than a text.
const hostileName = `</script><script>document.title="taken"</script><img src=x onerror="document.title='taken'">`

// largeRun is how many records the largest report has: more than may all exist in the page at once.
const largeRun = 1_200

// runs are reports of real runs, by name.
type runs struct {
	dir, jira, other, hosts string
}

// world are the git hosts that a preflight asks.
const world = `hosts:
  - name: api.github.com
    kind: github
    credentials:
      - {token: a-secret-value, user: octo, scopes: [repo], expires: 2100-01-31}
    organizations: {acme: [api, web, docs], beta: [tools]}
`

func newRuns(t *testing.T) runs {
	t.Helper()
	r := runs{dir: t.TempDir()}
	if err := os.CopyFS(filepath.Join(r.dir, "samples"), os.DirFS("../../samples")); err != nil {
		t.Fatal(err)
	}
	for _, url := range []*string{&r.jira, &r.other} {
		server, err := sandbox.New(sandbox.Options{IndexTime: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		*url = listen(t, server)
	}
	parsed, err := hosts.ReadWorld(strings.NewReader(world))
	if err != nil {
		t.Fatal(err)
	}
	server, err := hosts.New(parsed)
	if err != nil {
		t.Fatal(err)
	}
	r.hosts = listen(t, server)
	r.run(t, "before", 0, "import", "samples/integrations.csv", "--jira", r.jira, "--yes", "--rate", "0", "--settle", "0s", "--report-dir", "before")
	return r
}

func listen(t *testing.T, server http.Handler) (url string) {
	t.Helper()
	listening := httptest.NewServer(server)
	t.Cleanup(listening.Close)
	return listening.URL
}

// report runs a command that must end with this exit code, and gives its page.
func (r runs) report(t *testing.T, name string, exit int, args ...string) (page string) {
	t.Helper()
	page = filepath.Join(r.dir, name+".html")
	r.run(t, name, exit, append(args, "--report", "html="+page)...)
	return page
}

func (r runs) run(t *testing.T, name string, exit int, args ...string) {
	t.Helper()
	gijbulk, err := exec.LookPath("gijbulk")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), gijbulk, args...)
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

// clean is a run in which all went well, at a server that limits the rate.
func (r runs) clean(t *testing.T) string {
	return r.report(t, "clean", 0, "import", "samples/integrations.csv", "samples/integrations.yaml", "samples/repositories.yaml", "samples/excel.csv",
		"--sandbox=seed=7,429=5%", "--settle", "0s", "--rate", "0", "--report-dir", "clean")
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
			yield(fmt.Sprintf(`GITLAB_SERVER,"%s",https://gitlab%d.example.org,env:PAT,%d`, strings.ReplaceAll(name, `"`, `""`), i%12, project))
		}
	})
	return r.report(t, "failing", 3, "import", "failing.csv", "--sandbox=seed=7,429=5%", "--settle", "0s", "--set", "sendCommitEmails=true", "--report-dir", "failing")
}

// refused is a manifest with every kind of finding.
func (r runs) refused(t *testing.T) string {
	return r.report(t, "refused", 6, "import", "samples/broken.csv", "--sandbox", "--report-dir", "refused")
}

// audit compares what was imported with a manifest that has changed since.
func (r runs) audit(t *testing.T) string {
	return r.report(t, "audit", 2, "audit", "samples/integrations.csv", "samples/integrations.yaml", "--jira", r.jira, "--set", "sendCommitEmails=true")
}

// plan deletes, updates and creates, more than the safety limits allow.
func (r runs) plan(t *testing.T) string {
	r.manifest(t, "plan.csv", func(yield func(string)) {
		for i := range 3 {
			yield(fmt.Sprintf("GITLAB_SERVER,New %d,https://new%d.example.org,env:PAT,10000", i, i))
		}
		yield("GITHUB,Acme on GitHub,,env:PAT,10000")
	})
	return r.report(t, "plan", 2, "plan", "plan.csv", "--jira", r.jira, "--prune", "--out", "plan.json")
}

// fleet is an audit of three Jiras, one of which is none.
func (r runs) fleet(t *testing.T) string {
	config := fmt.Sprintf("version: 1\ntargets:\n  prod: {url: %q, token: env:JIRA_TOKEN}\n  test: {url: %q, token: env:JIRA_TOKEN}\n  none: {url: %q, token: env:JIRA_TOKEN}\n", r.jira, r.other, r.other+"/nothing")
	if err := os.WriteFile(filepath.Join(r.dir, "gijbulk.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	r.run(t, "fleet", 10, "audit", "samples/integrations.csv", "--config", "gijbulk.yaml", "--target", "all", "--report-dir", "fleet", "--report", "html")
	return filepath.Join(r.dir, "fleet", "report.html")
}

// preflight asks a host, which does not have one of the organizations.
func (r runs) preflight(t *testing.T) string {
	hosts := "type,displayName,origin,pat,apiPath,apiFilter,global\n" +
		"GITHUB,Acme,,env:PAT,/orgs/acme/repos,,true\n" +
		"GITHUB,Web,,env:PAT,/orgs/acme/repos,[?name=='web'],true\n" +
		"GITHUB,Gone,,env:PAT,/orgs/gone/repos,,true\n"
	if err := os.WriteFile(filepath.Join(r.dir, "hosts.csv"), []byte(hosts), 0o600); err != nil {
		t.Fatal(err)
	}
	return r.report(t, "preflight", 6, "preflight", "hosts.csv", "--host-map", "api.github.com="+r.hosts+"/api.github.com", "--report-dir", "preflight")
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
