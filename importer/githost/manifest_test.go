package githost_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"gijbulk/importer/githost"
	"gijbulk/importer/manifest"
	"gijbulk/importer/secrets"
	"gijbulk/schema"
)

// TestOneManifestOverAllHosts: of 30 records over all hosts, each bad credential is found with its
// code and position, no good one is reported, each credential logs in at most once, and none
// reaches a foreign host.
func TestOneManifestOverAllHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		text, err := os.ReadFile("testdata/hosts.yaml")
		if err != nil {
			t.Fatal(err)
		}
		server := world(t, string(text))
		records, want := readManifest(t, "testdata/manifest.csv")
		if len(records) != 30 {
			t.Fatalf("%d records", len(records))
		}
		report, err := githost.New(githost.Config{Base: server.RoundTripper()}).Probe(t.Context(), records)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range findings(report) {
			got = append(got, fmt.Sprintf("%d %s %s", f.Place.Line, f.Field, f.Code))
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
		at := make(map[string][]string) // hosts by credential
		logins := make(map[string]int)
		for _, r := range server.Requests() {
			if r.Host == "elsewhere.example.org" || r.Credential == "" && r.Host != "public.example.org" {
				t.Errorf("%s got %s %s", r.Host, r.Method, r.Path)
			}
			if hosts := at[r.Credential]; len(hosts) == 0 || hosts[len(hosts)-1] != r.Host {
				at[r.Credential] = append(hosts, r.Host)
			}
			if r.Login {
				logins[r.Host+" "+r.Credential]++
			}
		}
		for login, n := range logins {
			if n > 1 {
				t.Errorf("%s logged in %d times", login, n)
			}
		}
		if len(logins) < 15 {
			t.Errorf("%d logins are seen", len(logins))
		}
		for credential, hosts := range at {
			if n := len(hosts); n > 2 || n == 2 && !strings.Contains(hosts[0]+hosts[1], "visualstudio.com") && !strings.Contains(hosts[0]+hosts[1], "amazonaws.com") {
				t.Errorf("credential %s was sent to %v", credential, hosts)
			}
		}
	})
}

// readManifest reads and resolves a manifest. What is to be found stands in its column _want.
func readManifest(t *testing.T, path string) (records []schema.Record, want []string) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for e, err := range manifest.Read(file, "manifest.csv", "", schema.UTF8) {
		if err != nil {
			t.Fatal(err)
		}
		record := (&schema.Checker{}).Check(e)
		if bad := append(record.Errors(), record.CreateErrors()...); len(bad) > 0 {
			t.Fatal(bad)
		}
		records = append(records, record)
		for _, c := range e.Cells {
			if c.Name == "_want" {
				for found := range strings.SplitSeq(c.Written.Text, ",") {
					field, code, _ := strings.Cut(strings.TrimPrefix(found, " "), " ")
					if code == "" {
						field, code = "", field
					}
					want = append(want, fmt.Sprintf("%d %s %s", e.Place.Line, field, code))
				}
			}
		}
	}
	resolver := secrets.Resolver{Env: func(name string) (string, bool) { return strings.ToLower(strings.ReplaceAll(name, "_", "-")), true }}
	return resolver.Resolve(t.Context(), records), want
}
