package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gijbulk/importer/sandbox"
)

// exportedRules is how many rules it takes: of A that for what was changed by hand, and for pay, ops and one of web; of B for one
// of pay, the others of it, and one of each other team; of C for all; of D for api-9 and the like of each team, and for the
// others of ops; of E for one.
const exportedRules = 4 + 5 + 1 + 5 + 1

// TestExportedRules: what is exported of nested repositories plans to no changes, and makes the same on another server. What
// somebody changed by hand is drift, and exported as it is now.
func TestExportedRules(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := startNested(t, "")
		b.expect(t, "import --rate 0 --wait-indexed", 0, fmt.Sprintf("nested repositories: %d updated", nestedChanged))
		b.put(t, "repository", fmt.Sprintf(`{"id":%d,"global":true}`, b.nested(t, "A", "pay/api-7")))
		b.expect(t, "audit", 2, "~ update  1 nested repository of A, pay/*: global → false, projects → ACME", "nested repositories: 1 to update, ")
		for _, format := range []string{"csv", "yaml"} {
			if exit, out := b.onServer(t, "audit", b.export(t, format), "--prune"); exit != 0 || !strings.Contains(out, "nested repositories: 0 to update") {
				t.Errorf("exit %d:\n%s", exit, out)
			}
		}
		if exit, out := b.onServer(t, "export", "--nested", "--unmanaged", filepath.Join(b.dir, "m.yaml")); exit != 0 || !strings.Contains(out, "0 records: ") {
			t.Errorf("exit %d:\n%s", exit, out)
		}
		here, other := b.settingsByPath(), startNested(t, "")
		exit, out := other.onServer(t, "import", filepath.Join(b.dir, "exported.yaml"), "--yes", "--rate", "0", "--wait-indexed", "--settle", "1s",
			"--report-dir", filepath.Join(other.dir, "report"))
		if diff := cmp.Diff(here, other.settingsByPath()); exit != 0 || diff != "" {
			t.Errorf("on another server: exit %d, %s\n%s", exit, diff, out)
		}
	})
}

// export writes what is live as a manifest.
func (b *behaving) export(t *testing.T, format string) (file string) {
	t.Helper()
	file = filepath.Join(b.dir, "exported."+format)
	exit, out := b.onServer(t, "export", "--nested", "--out", file)
	if exit != 0 || !strings.Contains(out, fmt.Sprintf("5 integrations, 0 repositories, %d rules for nested repositories", exportedRules)) {
		t.Fatalf("exit %d:\n%s\n%s", exit, out, mustRead(t, file))
	}
	return file
}

func (b *behaving) onServer(t *testing.T, args ...string) (exit int, out string) {
	t.Helper()
	return b.execute(t, append(args, "--jira", "https://jira.example.org", "--state", filepath.Join(b.dir, "gijbulk.db"))...)
}

// nested is the id of a nested repository of an integration.
func (b *behaving) nested(t *testing.T, integration, path string) int64 {
	t.Helper()
	for _, re := range b.server.Repositories() {
		if strings.HasSuffix(re.Origin, "/"+path+".git") && b.nameOf(re.TrackedFolderID) == integration {
			return re.ID
		}
	}
	t.Fatalf("%s has no %s", integration, path)
	return 0
}

func (b *behaving) nameOf(integration int64) string {
	for _, in := range b.server.Integrations() {
		if in.ID == integration {
			return in.DisplayName
		}
	}
	return ""
}

// settingsByPath are those of the nested repositories, whatever their ids and ages, by integration and path.
func (b *behaving) settingsByPath() map[string]sandbox.Repository {
	all := make(map[string]sandbox.Repository)
	for _, re := range b.settings() {
		key := b.nameOf(re.TrackedFolderID) + " " + re.Origin
		re.ID, re.TrackedFolderID, re.InitDate, re.IndexStart = 0, 0, time.Time{}, time.Time{}
		all[key] = re
	}
	return all
}
