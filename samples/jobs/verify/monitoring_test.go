package verify

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAlerts lets Prometheus judge the alerts: their syntax, and when they fire.
func TestAlerts(t *testing.T) {
	promtool(t, "check", "rules", "../../monitoring/alerts.yml")
	promtool(t, "test", "rules", filepath.Join("testdata", "alerts_test.yml"))
}

// TestDashboardQueries lets Prometheus judge the syntax of the dashboard's queries, which may be
// those of rules.
func TestDashboardQueries(t *testing.T) {
	var dashboard struct {
		Panels []struct {
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(read(t, "../../monitoring/dashboard.json"), &dashboard); err != nil {
		t.Fatal(err)
	}
	rules := "groups:\n- name: dashboard\n  rules:\n"
	for _, p := range dashboard.Panels {
		for _, target := range p.Targets {
			rules += fmt.Sprintf("  - {record: 'query:%d', expr: %q}\n", len(rules), target.Expr)
		}
	}
	file := filepath.Join(t.TempDir(), "queries.yml")
	if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := promtool(t, "check", "rules", file); strings.Contains(out, "0 rules found") {
		t.Errorf("there are no queries:\n%s", out)
	}
}

func promtool(t *testing.T, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed: Debian's package is prometheus")
	}
	out, err := exec.Command(program, args...).CombinedOutput()
	if err != nil {
		t.Errorf("promtool %s: %v\n%s", args, err, out)
	}
	return string(out)
}
