package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/sandbox"
)

const lossManifest = `
integrations:
- {type: GITHUB, displayName: Acme, pat: env:PAT, global: true, apiFilter: ''}
- {type: GITHUB, displayName: Old, pat: env:PAT, global: true, apiFilter: "[?starts_with(full_name, 'old/')]"}
`

// startLosses has two integrations, one of 20 nested repositories and one of 2.
func startLosses(t *testing.T) *behaving {
	t.Helper()
	b := &behaving{dir: t.TempDir()}
	var many []any
	for _, name := range []string{"pay-api", "pay-web", "docs", "site"} {
		for _, team := range []string{"a", "b", "c", "d", "e"} {
			many = append(many, map[string]any{"name": name, "full_name": team + "/" + name})
		}
	}
	var err error
	b.server, err = sandbox.New(sandbox.Options{IndexTime: time.Second, Listing: sandbox.Listing{
		"Acme": many, "Old": {map[string]any{"name": "x", "full_name": "old/x"}, map[string]any{"name": "y", "full_name": "old/y"}}}})
	if err != nil {
		t.Fatal(err)
	}
	b.write(t, "m.yaml", lossManifest)
	b.expect(t, "import", 0, "2 created")
	time.Sleep(time.Minute)
	return b
}

// requests counts those of a method on a path.
func (b *behaving) requests(method, path string) (n int) {
	for _, r := range b.server.Requests() {
		if r.Method == method && strings.HasPrefix(r.Path, path) {
			n++
		}
	}
	return n
}

// TestNarrowerFilter: what a filter that was made narrower by hand would lose is shown before, and refused above the limit.
func TestNarrowerFilter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := startLosses(t)
		const repositories = "/rest/gitplugin/1.0/repository"
		lists := b.requests("GET", repositories)
		b.expect(t, "audit", 0, "2 unchanged")
		if n := b.requests("GET", repositories); n != lists {
			t.Errorf("a plan that changes nothing reads the nested repositories (%d requests)", n-lists)
		}
		b.write(t, "m.yaml", strings.Replace(lossManifest, "apiFilter: ''", "apiFilter: \"[?name!='site']\"", 1))
		const named = "nested repositories: 20 now, 5 lost: a/site, b/site, c/site, d/site, e/site"
		b.expect(t, "audit --report json", 2, named, "; lost repositories: 5; plan sha256:")
		if n := b.requests("GET", repositories); n != lists+1 {
			t.Errorf("the audit reads the nested repositories %d times", n-lists)
		}
		data, err := os.ReadFile(filepath.Join(b.dir, "report", "report.json"))
		if err != nil {
			t.Fatal(err)
		}
		var report struct {
			Run     struct{ Losses struct{ Lost, Unknown int } }
			Records []struct {
				Loss *struct {
					Nested, Lost int
					Known        bool
					Repositories []string
				}
			}
		}
		if err := json.Unmarshal(data, &report); err != nil {
			t.Fatal(err)
		}
		if loss := report.Records[0].Loss; report.Run.Losses.Lost != 5 || loss == nil || loss.Nested != 20 || !loss.Known || len(loss.Repositories) != 5 || report.Records[1].Loss != nil {
			t.Errorf("report.json: %+v, %+v", report.Run, loss)
		}
		writes := b.server.Counts().Writes
		b.expect(t, "sync --max-update 100%", 7, "the plan would lose 5 of 22 live nested repositories (22.7%); the limit is 10% (--max-lost); nothing was sent")
		b.expect(t, "sync --max-lost 4", 7, "the plan would lose 5 of 22 live nested repositories (22.7%); the limit is 4 (--max-lost); nothing was sent")
		b.expect(t, "plan --max-lost 4", 2, named, "gijbulk apply will refuse this plan")
		b.expect(t, "apply", 7, "the limit is 4 (--max-lost); nothing was sent")
		b.expect(t, "sync --max-lost 0% --dry-run", 2, named)
		if n := b.server.Counts().Writes; n != writes {
			t.Errorf("%d writes were sent", n-writes)
		}
		b.expect(t, "sync --max-lost 5", 0, "1 updated, 1 unchanged", "lost repositories: 5\n")
		time.Sleep(time.Minute)
		if n := len(b.server.Repositories()); n != 17 {
			t.Errorf("%d nested repositories are left, want 17", n)
		}
		b.expect(t, "audit", 0, "2 unchanged")
	})
}

// TestUnknownLosses: without asking a host they are a warning, and refused where the limit was given, but for credentials.
func TestUnknownLosses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := startLosses(t)
		moved := strings.Replace(lossManifest, "apiFilter: ''", "apiFilter: '', apiPath: /orgs/a/repos", 1)
		b.write(t, "m.yaml", moved)
		b.expect(t, "audit", 0, "nested repositories: 20 now; not known how many of them are lost", "warning: ", "m.yaml:3:3: apiPath: with another apiPath the git host may no longer list some of the 20 nested repositories")
		b.expect(t, "sync --max-lost 50%", 7, "it is not known how many of 20 nested repositories the plan would lose; the limit is 50% (--max-lost); nothing was sent")
		b.expect(t, "sync --max-lost 50% --force", 0, "1 updated")
		b.expect(t, "sync --max-lost 0 --resend-secrets", 0, "2 updated", "pat: with another pat the git host may no longer list some of the ")
		b.write(t, "m.yaml", strings.Replace(lossManifest, "apiFilter: ''", "apiFilter: '', apiPath: ''", 1))
		b.expect(t, "sync", 0, "1 updated", "lost repositories: not known of ")
	})
}

// TestDeletedIntegrationsLoseAll: deletions are losses that are known; disabling is none.
func TestDeletedIntegrationsLoseAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := startLosses(t)
		b.write(t, "m.yaml", strings.Split(lossManifest, "- {type: GITHUB, displayName: Old")[0])
		b.expect(t, "audit --prune", 2, "nested repositories: 2 now, all lost")
		b.expect(t, "sync --prune --max-lost 1", 7, "the plan would lose 2 of 22 live nested repositories (9.1%); the limit is 1 (--max-lost)")
		b.expect(t, "sync --prune", 0, "1 deleted, 1 unchanged", "lost repositories: 2\n")
		b.write(t, "m.yaml", strings.Replace(strings.Split(lossManifest, "- {type: GITHUB, displayName: Old")[0], "global: true", "global: true, disabled: true", 1))
		b.expect(t, "sync --max-lost 0", 0, "1 updated")
		if exit, out := b.run(t, "undo last"); exit != 0 || strings.Contains(out, "lost") {
			t.Errorf("undo: exit %d:\n%s", exit, out)
		}
	})
}
