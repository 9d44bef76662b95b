package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/sandbox"
	"gijbulk/reports"
	"gijbulk/schema"
)

// indexingFixes are the names of the records whose indexing fails, with what is to be done about each.
var indexingFixes = map[string]string{
	"record 3":  "create a new token, then send it with a sync",
	"record 7":  "give the token the missing scope",
	"record 11": "move the file to Git LFS",
}

// startFailing starts a server on which the first indexing of 3 of 20 records fails, of one of them in a nested repository.
func startFailing(t *testing.T, b *behaving) {
	t.Helper()
	var err error
	b.server, err = sandbox.New(sandbox.Options{
		IndexTime: 30 * time.Second,
		IndexErrors: map[string]string{
			"record 3": "401 Unauthorized",
			"record 7": `{"type":"INSUFFICIENT_SCOPES","message":"requires one of the following scopes: ['read:org']"}`,
			"videos":   "Object too large (2,271,263,009 bytes), rejecting the pack",
		},
		Listing: sandbox.Listing{
			"":          []any{map[string]any{"full_name": "acme/api"}, map[string]any{"full_name": "acme/web"}},
			"record 11": []any{map[string]any{"full_name": "acme/docs"}, map[string]any{"full_name": "acme/videos"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFailedFirstIndexings: an import that waits reports the failures with a fix in every report, and the next audit that asks
// for indexing errors still names them. Nothing is sent again for them.
func TestFailedFirstIndexings(t *testing.T) {
	b := newBehaving(t, 20)
	synctest.Test(t, func(t *testing.T) {
		startFailing(t, b)
		const all = " --rate 0 --report html --report junit --report markdown"
		b.expect(t, "import --wait-indexed --max-indexing 4"+all, 3, "17 created, 3 failed", "scanning", "ended; 0 of ")
		b.expectInReports(t, schema.StatusFailed, "failed.csv")
		writes := b.server.Counts().Writes

		metrics := filepath.Join(b.dir, "gijbulk.prom")
		b.expect(t, "audit --indexing --metrics-file "+metrics+all, 2, "0 to update, 0 to delete, 17 unchanged", "; 3 with indexing errors", `! indexing-error  GITHUB https://api.github.com "record 11"`)
		b.expectInReports(t, schema.StatusUnchanged, "succeeded.csv")
		if text := b.content(t, "report/report.md"); !strings.Contains(text, "differs from the manifest in 3 of 20 records: 3 with indexing errors") {
			t.Errorf("the verdict is\n%s", text[:min(300, len(text))])
		}
		if text := b.content(t, "gijbulk.prom"); !regexp.MustCompile(`(?m)^gijbulk_indexing_errors\{.*\} 3$`).MatchString(text) || !strings.Contains(text, "\ngijbulk_run_drift_records{") {
			t.Errorf("the metrics are\n%s", text)
		}
		b.expect(t, "audit --indexing --output json", 2, `"action":"indexing-error"`, `"advice":"the host refuses the credential: create a new token`, `"indexingErrors":3`)
		b.expect(t, "audit --metrics-file "+metrics, 0, "20 unchanged")
		if text := b.content(t, "gijbulk.prom"); strings.Contains(text, "gijbulk_indexing_errors") {
			t.Error("an audit that does not ask counts indexing errors")
		}
		if n := b.server.Counts().Writes; n != writes {
			t.Errorf("%d writes were sent by audits", n-writes)
		}
	})
}

// TestIndexingErrorsBesideChanges: a record that is to be updated shows its indexing errors too.
func TestIndexingErrorsBesideChanges(t *testing.T) {
	b := newBehaving(t, 20)
	synctest.Test(t, func(t *testing.T) {
		startFailing(t, b)
		b.expect(t, "import --rate 0", 0, "20 created")
		time.Sleep(time.Minute)
		b.expect(t, "audit --indexing --set revisionIndexing=true --match 3|4$ --report junit", 2, "to update", "; 1 with indexing errors",
			"its last indexing had errors: Indexing record 3: 401 Unauthorized", "hint: the host refuses the credential")
		if junit := b.content(t, "report/junit.xml"); !strings.Contains(junit, `message="its last indexing had errors: Indexing record 3: 401 Unauthorized" type="update"`) {
			t.Errorf("JUnit has\n%s", junit)
		}
	})
}

// TestRulesDespiteAFailedNestedRepository: the rules of an integration apply once its scan has ended, also where one of its nested
// repositories cannot be indexed; before that, and where the scan fails, they are pending.
func TestRulesDespiteAFailedNestedRepository(t *testing.T) {
	for _, tt := range []struct {
		name, flags, fails string
		exit               int
		says               string
	}{
		{"a nested repository fails", "", "web", 3, "nested repositories: 1 updated"},
		{"the scan fails", "", "Acme", 3, "nested repositories: 1 rule of new integrations pending"},
		{"the scan takes too long", " --index-timeout 10s", "", 0, "nested repositories: 1 rule of new integrations pending"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBehaving(t, 0)
			b.write(t, "m.yaml", `[{type: GITHUB, displayName: Acme, pat: env:PAT, global: true, nested: [{match: acme/api, disabled: true}]}]`)
			synctest.Test(t, func(t *testing.T) {
				var err error
				b.server, err = sandbox.New(sandbox.Options{IndexTime: 30 * time.Second, IndexErrors: map[string]string{tt.fails: "403 Forbidden"},
					Listing: sandbox.Listing{"": []any{map[string]any{"full_name": "acme/api"}, map[string]any{"full_name": "acme/web"}}}})
				if err != nil {
					t.Fatal(err)
				}
				b.expect(t, "import --wait-indexed"+tt.flags, tt.exit, tt.says)
			})
		})
	}
}

// expectInReports checks that exactly the failing records have this status and an error, with their fix, in every report.
func (b *behaving) expectInReports(t *testing.T, status schema.Status, table string) {
	t.Helper()
	report, err := reports.Read(strings.NewReader(b.content(t, "report/report.json")))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Records {
		fix := indexingFixes[r.DisplayName]
		if (fix != "") != (r.Error != "") || fix != "" && (r.Status != status || !strings.Contains(r.Advice, fix)) {
			t.Errorf("report.json has %s %s: %q, %q", r.DisplayName, r.Status, r.Error, r.Advice)
		}
	}
	junit := b.content(t, "report/junit.xml")
	if !strings.Contains(junit, `tests="20" failures="3"`) {
		t.Errorf("JUnit has\n%s", junit)
	}
	for name, fix := range indexingFixes {
		for file, row := range map[string]string{
			table:         `(?m)^.*\b%s,.*%s.*$`,
			"junit.xml":   `%s" [^<]*<failure [^<]*advice: [^<]*%s`,
			"report.md":   `(?m)^\| \S+ \| .*%s \| .*%s.*$`,
			"report.html": `%s</td>.*%s`,
		} {
			if text := b.content(t, "report/"+file); !regexp.MustCompile(fmt.Sprintf(row, regexp.QuoteMeta(name), regexp.QuoteMeta(fix))).MatchString(text) {
				t.Errorf("%s lacks %s with %q", file, name, fix)
			}
		}
	}
}

func (b *behaving) content(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(b.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes.ReplaceAll(text, []byte("&#39;"), []byte("'")))
}

func (b *behaving) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(b.dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
