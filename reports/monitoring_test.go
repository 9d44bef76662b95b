package reports

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"gopkg.in/yaml.v3"

	"gijbulk/schema"
)

// metricLabels are the labels of each metric that a run can write.
func metricLabels(t *testing.T) map[string][]string {
	t.Helper()
	errors := 1
	m := measured(sampleRun(), sampleResults()...)
	m.Name, m.IndexingErrors, m.Credentials = "prod", &errors, []CredentialExpiry{{Host: "api.github.com", Reference: "env:PAT", At: time.Unix(1, 0)}}
	m.Run.Shard = schema.Shard{Index: 1, Of: 2}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(writtenMetrics(t, m)))
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string][]string)
	for name, family := range families {
		for _, l := range family.GetMetric()[0].GetLabel() {
			found[name] = append(found[name], l.GetName())
		}
	}
	return found
}

// TestMonitoringSamples: the alerts and the dashboard use no metric that no run writes, select by
// no label that it lacks, and leave none of the conditions out that need a person.
func TestMonitoringSamples(t *testing.T) {
	known := metricLabels(t)
	used := make(map[string]bool)
	for file, queries := range map[string][]string{"alerts.yml": alertQueries(t), "dashboard.json": dashboardQueries(t)} {
		for _, query := range queries {
			names, problems := checkQuery(known, query)
			if len(names) == 0 {
				problems = append(problems, "no metric of gijbulk")
			}
			for _, name := range names {
				used[name] = true
			}
			for _, problem := range problems {
				t.Errorf("%s: %s: %s", file, query, problem)
			}
		}
	}
	for _, name := range []string{"gijbulk_run_timestamp_seconds", "gijbulk_run_drift_records", "gijbulk_credential_expiry_timestamp_seconds", "gijbulk_indexing_errors", "gijbulk_run_exit_code"} {
		if !used[name] {
			t.Errorf("%s is not used", name)
		}
	}
	for _, wrong := range []string{"gijbulk_run_drifts > 0", `gijbulk_indexing_errors{state="failed"}`, "sum by (host) (gijbulk_run_records)"} {
		if _, problems := checkQuery(known, wrong); len(problems) != 1 {
			t.Errorf("%s: %q", wrong, problems)
		}
	}
}

// checkQuery finds the metrics in a query, and what of them and their labels does not exist.
func checkQuery(known map[string][]string, query string) (names, problems []string) {
	labels := make(map[string]bool)
	for _, match := range regexp.MustCompile(`(gijbulk_\w+)(?:\{([^}]*)\})?`).FindAllStringSubmatch(query, -1) {
		names = append(names, match[1])
		if known[match[1]] == nil {
			problems = append(problems, match[1]+" is no metric")
		}
		for _, l := range known[match[1]] {
			labels[l] = true
		}
		for _, selector := range regexp.MustCompile(`(\w+)(?:=~|!~|!=|=)`).FindAllStringSubmatch(match[2], -1) {
			if known[match[1]] != nil && !slices.Contains(known[match[1]], selector[1]) {
				problems = append(problems, match[1]+" has no label "+selector[1])
			}
		}
	}
	for _, match := range regexp.MustCompile(`by \(([^)]*)\)`).FindAllStringSubmatch(query, -1) {
		for label := range strings.SplitSeq(match[1], ",") {
			if label = strings.TrimSpace(label); !labels[label] {
				problems = append(problems, "nothing has the label "+label)
			}
		}
	}
	return names, problems
}

func alertQueries(t *testing.T) (queries []string) {
	t.Helper()
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	if err := yaml.Unmarshal([]byte(content(t, monitoring, "alerts.yml")), &rules); err != nil {
		t.Fatal(err)
	}
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			queries = append(queries, r.Expr)
		}
	}
	return queries
}

var monitoring = filepath.Join("..", "samples", "monitoring")

// dashboardQueries are those of the panels, which have ids and places of their own.
func dashboardQueries(t *testing.T) (queries []string) {
	t.Helper()
	var dashboard struct {
		Panels []struct {
			ID         int
			Title      string
			Datasource struct{ UID string }
			GridPos    struct{ X, Y, W, H int }
			Targets    []struct{ Expr string }
		}
	}
	data, err := os.ReadFile(filepath.Join(monitoring, "dashboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &dashboard); err != nil {
		t.Fatal(err)
	}
	cells := make(map[[2]int]string)
	ids := make(map[int]string)
	for _, p := range dashboard.Panels {
		if p.Datasource.UID != "${datasource}" || ids[p.ID] != "" || p.Title == "" {
			t.Errorf("panel %d, %q: its data source is fixed, or its id is that of %q", p.ID, p.Title, ids[p.ID])
		}
		ids[p.ID] = p.Title
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if cells[[2]int{x, y}] != "" || x >= 24 {
					t.Fatalf("%q covers %q, or leaves the page", p.Title, cells[[2]int{x, y}])
				}
				cells[[2]int{x, y}] = p.Title
			}
		}
		for _, target := range p.Targets {
			queries = append(queries, target.Expr)
		}
	}
	if len(ids) < 5 {
		t.Errorf("few panels: %v", ids)
	}
	return queries
}
