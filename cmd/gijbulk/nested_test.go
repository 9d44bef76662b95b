package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gijbulk/importer/sandbox"
)

// nestedManifest has 5 integrations, each with 400 repositories of 4 teams, and 12 rules.
const nestedManifest = `
integrations:
- {type: GITHUB, displayName: A, pat: env:PAT, global: true, nested: [{match: pay/*, projects: [ACME]}, {match: ops/**, disabled: true}, {match: web/*-1, tagsFilter: v.*}]}
- {type: GITHUB, displayName: B, pat: env:PAT, global: true, nested: [{match: pay/api-1, global: true}, {match: pay/*, projects: [WEB, OPS]}, {match: '*-7', smartCommitsEnabled: false}]}
- {type: GITHUB, displayName: C, pat: env:PAT, global: true, nested: [{match: none/*, disabled: true}, {match: '**', revisionIndexing: true}]}
- {type: GITHUB, displayName: D, pat: env:PAT, global: true, nested: [{match: api-9*, viewFormat: x}, {match: docs/*, gitViewerEnabled: true}, {match: ops/*, gitViewerEnabled: false}]}
- {type: GITHUB, displayName: E, pat: env:PAT, global: true, nested: [{match: web/api-50, displayName: The fiftieth}]}
`

// nestedChanged is how many of them differ from their rules at first: of A 100 with a project, 100 disabled and 1 tags
// filter; of B 99 and 3 of other teams; of C all; of D 44 (api-9, api-90 to api-99 of each team) and 89 of ops; of E one.
const nestedChanged = 100 + 100 + 1 + 99 + 3 + 400 + 44 + 89 + 1

// nestedNotShown is how many of them only set what the server shows nowhere: tags filters and formats are blank.
const nestedNotShown = 1 + 44

// nestedMatched is how many a rule matches: of A also all of web that end with -1, which is the one; of B all of pay and those that
// end with -7 elsewhere; of C all; of D also the others of docs, which are as they should be; of E one.
const nestedMatched = 100 + 100 + 1 + 100 + 3 + 400 + 44 + 89 + 89 + 1

func startNested(t *testing.T, faults string) *behaving {
	t.Helper()
	return startNestedIn(t, faults, time.Second)
}

// startNestedIn starts a server whose indexings take so long.
func startNestedIn(t *testing.T, faults string, indexTime time.Duration) *behaving {
	t.Helper()
	b := &behaving{dir: t.TempDir()}
	if err := os.WriteFile(filepath.Join(b.dir, "m.yaml"), []byte(nestedManifest), 0o600); err != nil {
		t.Fatal(err)
	}
	var list []any
	for _, team := range []string{"pay", "ops", "web", "docs"} {
		for i := range 100 {
			list = append(list, map[string]any{"full_name": fmt.Sprintf("%s/api-%d", team, i)})
		}
	}
	f, err := sandbox.ParseFaults(faults)
	if err != nil {
		t.Fatal(err)
	}
	if b.server, err = sandbox.New(sandbox.Options{Faults: f, Listing: sandbox.Listing{"": list}, IndexTime: indexTime}); err != nil {
		t.Fatal(err)
	}
	return b
}

// puts counts the updates that were sent.
func (b *behaving) puts() (requests int) {
	for _, r := range b.server.Requests() {
		if r.Method == "PUT" {
			requests++
		}
	}
	return requests
}

// settings are the nested repositories without what changes by itself.
func (b *behaving) settings() []sandbox.Repository {
	all := b.server.Repositories()
	for i := range all {
		all[i].LastIndexed = time.Time{}
	}
	return all
}

// reportsAgain expects the report of the last run to be the same when it is written again.
func (b *behaving) reportsAgain(t *testing.T, said string) {
	t.Helper()
	again := filepath.Join(b.dir, "again.json")
	exit, out := b.execute(t, "report", "last", "--state", filepath.Join(b.dir, "gijbulk.db"), "--report", "json="+again)
	if exit != 0 || !strings.Contains(out, said) {
		t.Errorf("exit %d, want %q:\n%s", exit, said, out)
	}
	if diff := cmp.Diff(string(mustRead(t, filepath.Join(b.dir, "report", "report.json"))), string(mustRead(t, again))); diff != "" {
		t.Errorf("written again, the report differs:\n%.2000s", diff)
	}
}

// put changes something by hand.
func (b *behaving) put(t *testing.T, path, body string) {
	t.Helper()
	r, err := http.NewRequest("PUT", "https://jira.example.org/rest/gitplugin/1.0/"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Content-Type": {"application/json"}, "X-Atlassian-Token": {"no-check"}, "Authorization": {"Bearer any"}}
	if answer, err := b.server.RoundTripper().RoundTrip(r); err != nil || answer.StatusCode != 200 {
		t.Fatal(answer, err)
	}
}

func (b *behaving) expect(t *testing.T, command string, exit int, says ...string) {
	t.Helper()
	got, out := b.run(t, command)
	if got != exit || slices.ContainsFunc(says, func(s string) bool { return !strings.Contains(out, s) }) {
		t.Fatalf("%s: exit %d, want %d and %q:\n%s", command, got, exit, says, out)
	}
}

func TestRulesForNestedRepositories(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := startNested(t, "")
		b.expect(t, "import --rate 0", 0, "5 created", "nested repositories: 12 rules of new integrations pending")
		time.Sleep(time.Minute)
		before := b.settings()
		if len(before) != 2000 {
			t.Fatalf("%d nested repositories", len(before))
		}
		b.expect(t, "audit", 2, "~ update  100 nested repositories of A, pay/*: global → false, projects → ACME",
			"0 to update", "5 unchanged", fmt.Sprintf("nested repositories: %d to update, ", nestedChanged))
		b.expect(t, "import --rate 0", 0, "nested repositories: ", " exists")
		b.expect(t, "sync", 7, fmt.Sprintf("the plan would update %d of 2000 live nested repositories", nestedChanged-nestedNotShown))
		if n := b.puts(); n != 0 {
			t.Fatalf("%d updates were sent by commands that change nothing", n)
		}
		said := fmt.Sprintf("nested repositories: %d updated, %d unchanged", nestedChanged, nestedMatched-nestedChanged)
		b.expect(t, "sync --rate 0 --max-update 50%", 0, said)
		b.reportsAgain(t, said)
		if n := b.puts(); n != nestedChanged {
			t.Errorf("%d updates were sent, want %d", n, nestedChanged)
		}
		after := b.settings()
		b.expect(t, "sync --rate 0 --max-update 50%", 0, "5 unchanged")
		if n := b.puts(); n != nestedChanged {
			t.Errorf("a second sync sends %d updates", n-nestedChanged)
		}
		if diff := cmp.Diff(after, b.settings()); diff != "" {
			t.Error(diff)
		}
		report, err := os.ReadFile(filepath.Join(b.dir, "report", "report.json"))
		if err != nil || !strings.Contains(string(report), `"rules":[{"file":`) {
			t.Errorf("%v: the report has no rules", err)
		}
	})
}

// TestRulesInAStoredPlan: a stored plan has the rules and what they change, and is applied once.
func TestRulesInAStoredPlan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := startNested(t, "")
		b.expect(t, "plan", 2, "12 rules pending")
		b.expect(t, "apply --rate 0", 0, "5 created", "nested repositories: 12 rules of new integrations pending")
		time.Sleep(time.Minute)
		b.expect(t, "plan --max-update 50% --overwrite", 2, fmt.Sprintf("nested repositories: %d to update, ", nestedChanged))
		b.expect(t, "apply --rate 0", 0, fmt.Sprintf("nested repositories: %d updated", nestedChanged))
		if n := b.puts(); n != nestedChanged {
			t.Errorf("%d updates were sent, want %d", n, nestedChanged)
		}
		b.expect(t, "apply --rate 0", 7, ".git in integration ", "when approved, now no action")
		b.expect(t, "audit", 0, "nested repositories: 0 to update")
	})
}

// TestRulesOfAnInterruptedRun: whenever it is interrupted, each update is sent, and an undo restores every setting.
func TestRulesOfAnInterruptedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := startNested(t, "latency=20ms")
		b.expect(t, "import --rate 0", 0, "5 created")
		time.Sleep(time.Minute)
		before := b.settings()
		b.expect(t, "sync --rate 0 --force --max-duration 500ms", 8)
		for range 4 {
			if exit, out := b.run(t, "resume last --rate 0 --max-duration 500ms"); exit != 8 && exit != 0 {
				t.Fatalf("exit %d:\n%s", exit, out)
			}
		}
		b.expect(t, "resume last --rate 0 --max-duration 0", 0)
		b.expect(t, "audit", 0, "nested repositories: 0 to update")
		if n := b.puts(); n < nestedChanged || n > nestedChanged+6*8*4 {
			t.Errorf("%d updates were sent, want about %d", n, nestedChanged)
		}
		b.expect(t, "undo last --rate 0", 0)
		if diff := cmp.Diff(before, b.settings()); diff != "" {
			t.Errorf("after the undo:\n%s", diff)
		}
	})
}

// TestRulesAfterTheFirstScan: an import that waits for the first indexing applies the rules itself.
func TestRulesAfterTheFirstScan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := startNested(t, "")
		b.expect(t, "import --rate 0 --wait-indexed", 0, "5 created", fmt.Sprintf("nested repositories: %d updated", nestedChanged))
		b.expect(t, "audit", 0, "nested repositories: 0 to update")
		b.expect(t, "undo last --rate 0", 0, "5 deleted")
		if n := len(b.server.Repositories()) + len(b.server.Integrations()); n != 0 {
			t.Errorf("%d records are left", n)
		}
	})
}

// TestRulesAfterAnInterruptedScan: what an import created before it was interrupted gets its rules from the resume.
func TestRulesAfterAnInterruptedScan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := startNested(t, "")
		b.expect(t, "import --rate 0 --wait-indexed --max-indexing 5 --concurrency 5 --max-duration 500ms", 8, "5 created", "12 rules of new integrations pending")
		b.expect(t, "resume last --rate 0 --max-duration 0", 0, "5 created", fmt.Sprintf("nested repositories: %d updated", nestedChanged))
		b.expect(t, "audit", 0, "nested repositories: 0 to update")
	})
}

// TestNestedRepositoriesThatDisappear: what a host no longer lists is a conflict, and no failure of others.
func TestNestedRepositoriesThatDisappear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := startNested(t, "latency=20ms")
		b.expect(t, "import --rate 0", 0, "5 created")
		time.Sleep(time.Minute)
		b.expect(t, "sync --rate 0 --force --max-duration 500ms", 8)
		in := b.server.Integrations()
		c := in[slices.IndexFunc(in, func(in sandbox.Integration) bool { return in.DisplayName == "C" })]
		b.put(t, fmt.Sprintf("integration/%d", c.ID), `{"apiFilter":"[?!contains(full_name, 'docs')]"}`)
		time.Sleep(time.Minute)
		b.expect(t, "resume last --rate 0 --max-duration 0", 3, " 100 conflict", "is no longer on the server: its git host does not list it any more")
		b.expect(t, "audit", 0, "nested repositories: 0 to update")
	})
}
