package githost_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gijbulk/importer/engine"
	"gijbulk/importer/gij"
	"gijbulk/importer/githost"
	"gijbulk/importer/planner"
	"gijbulk/importer/sandbox"
	"gijbulk/importer/sandbox/hosts"
	"gijbulk/schema"
)

// TestPreflightAgreesWithJira: what preflight says that a record lists is what the server has in it after the import, and a
// credential or path that a host refuses fails the record's first indexing. Both are of one world, and share nothing else.
func TestPreflightAgreesWithJira(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text, err := os.ReadFile("testdata/hosts.yaml")
		if err != nil {
			t.Fatal(err)
		}
		world := world(t, string(text))
		records, _ := readManifest(t, "testdata/manifest.csv")
		report, err := githost.New(githost.Config{Base: world.RoundTripper()}).Probe(t.Context(), records)
		if err != nil {
			t.Fatal(err)
		}
		server, err := sandbox.New(sandbox.Options{Hosts: func(q sandbox.HostQuery) ([][]any, bool, error) { return world.List(hosts.Query(q)) }})
		if err != nil {
			t.Fatal(err)
		}
		outcomes := imported(t, server, records)
		inside := make(map[int64][]string)
		for _, re := range server.Repositories() {
			inside[re.TrackedFolderID] = append(inside[re.TrackedFolderID], nameAtHost(re.Origin))
		}
		listed, refused := 0, 0
		for i, l := range report.Listings {
			r, o := records[i], outcomes[i]
			if r.Kind() != schema.KindIntegration || l.Status == githost.StatusNotVisible {
				continue
			}
			switch schema.Code(l.Status) {
			case schema.CodeCredentialRefused, schema.CodePathRefused, schema.CodeUnreachable:
				if o.Status != schema.StatusFailed || o.Advice == "" || inside[o.ID] != nil {
					t.Errorf("%s is %s for preflight, and %s %q after the import, with %v", r.Key(), l.Status, o.Status, o.Error, inside[o.ID])
				}
				refused++
				continue
			case schema.CodeScopeMissing: // the app may be able to list a part
				continue
			}
			var names []string
			for _, re := range l.Repositories {
				names = append(names, re.Name)
			}
			slices.Sort(names)
			slices.Sort(inside[o.ID])
			if d := cmp.Diff(names, inside[o.ID]); d != "" || o.Status != schema.StatusCreated {
				t.Errorf("%s: %s %q (-preflight +server)\n%s", r.Key(), o.Status, o.Error, d)
			}
			listed += len(names)
		}
		if listed != 20 || refused != 8 {
			t.Errorf("%d repositories are listed and %d records refused", listed, refused)
		}
	})
}

// imported imports records into a server, and waits for their first indexing.
func imported(t *testing.T, server *sandbox.Server, records []schema.Record) []schema.Outcome {
	t.Helper()
	client, err := gij.New(gij.Config{BaseURL: "http://jira.example", Token: "t", Base: server.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	plan, _ := planner.Diff(records, nil, planner.Options{})
	run := engine.Run{Plan: plan, Waves: planner.Waves(plan, 0), Target: client, Concurrency: len(records), Settle: time.Second, Timeout: time.Minute,
		Indexing: engine.IndexingWait{Indexer: client, AtOnce: len(records), Timeout: time.Hour}}
	if err := run.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return run.Outcomes()
}

// nameAtHost is what a host calls the repository at an address: Gerrit and CodeCommit have it below a path of their own.
func nameAtHost(origin string) string {
	path := schema.NestedPath(origin)
	for _, prefix := range []string{"a/", "v1/repos/"} {
		path = strings.TrimPrefix(path, prefix)
	}
	return path
}
