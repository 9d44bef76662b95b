package reports

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"gijbulk/schema"
)

func measured(run schema.Run, results ...schema.Result) Measured {
	return Measured{Run: run, Results: slices.Values(results), Exit: 3, Started: run.Started, Ended: run.Started.Add(90 * time.Second)}
}

func writtenMetrics(t *testing.T, m Measured) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "gijbulk.prom")
	if err := WriteMetrics(path, m); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("the exporter cannot read it: %v (%v)", info.Mode(), err)
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("left behind: %q", got)
	}
	return content(t, dir, "gijbulk.prom")
}

func TestMetricsGolden(t *testing.T) {
	run := sampleRun()
	run.Timeline = schema.Timeline{Start: run.Started}
	run.Timeline.Add(run.Started, schema.Beat{Requests: 20, Throttled: 4, Busy: 1, Retries: 5})
	run.Timeline.Hold(run.Started, run.Started.Add(2500*time.Millisecond))
	text := writtenMetrics(t, measured(run, sampleResults()...))
	path := filepath.Join("testdata", "metrics.prom")
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(content(t, "testdata", "metrics.prom"), text); diff != "" {
		t.Error(diff)
	}
}

// metricsOf reads a file as Prometheus does.
func metricsOf(t *testing.T, text string) map[string]float64 {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	values := make(map[string]float64)
	for name, f := range families {
		if f.GetHelp() == "" || f.GetType().String() != "GAUGE" {
			t.Errorf("%s is a %s, and says %q", name, f.GetType(), f.GetHelp())
		}
		for _, m := range f.GetMetric() {
			key := strings.TrimPrefix(name, "gijbulk_run_")
			for _, l := range m.GetLabel() {
				if l.GetName() != "command" && l.GetName() != "target" {
					key += " " + l.GetValue()
				}
			}
			values[key] = m.GetGauge().GetValue()
		}
	}
	return values
}

func TestMetricsAreReadByPrometheus(t *testing.T) {
	run := sampleRun()
	run.Shard, run.User = schema.Shard{Index: 2, Of: 3}, "not shown"
	run.Target = "https://jira.example.org/a\"b\\c\n\xff"
	got := metricsOf(t, writtenMetrics(t, measured(run, sampleResults()...)))
	for name, want := range map[string]float64{"exit_code 2/3": 3, "duration_seconds 2/3": 90, "complete 2/3": 1, "dry_run 2/3": 0, "info 2/3 0.1.0": 1,
		"records create 2/3 created": 1, "records create 2/3 failed": 1, "records create 2/3 unprocessed": 1, "records delete 2/3 failed": 0,
		"records exists 2/3 exists": 1, "drift_records 2/3": 6, "findings warning 2/3": 2, "findings error 2/3": 0, "write_requests 2/3": 4, "requests 2/3": 0,
		"timestamp_seconds 2/3": float64(run.Started.Unix() + 90)} {
		if v, there := got[name]; !there || v != want {
			t.Errorf("%s is %v (%t), want %v", name, v, there, want)
		}
	}
}

// A run that failed before it was one has metrics all the same; what nobody knows is not
// there.
func TestMetricsOfARunThatNeverBegan(t *testing.T) {
	got := metricsOf(t, writtenMetrics(t, measured(schema.Run{Command: "sync"})))
	if got["exit_code"] != 3 || got["complete"] != 0 || got["records create created"] != 0 {
		t.Errorf("%v", got)
	}
	if _, there := got["drift_records"]; there {
		t.Error("nobody knows what drifts")
	}
}

// The old file stays where a new one cannot be written.
func TestMetricsErrors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "x.prom")
	err := WriteMetrics(path, measured(testRun()))
	if err == nil || !strings.Contains(err.Error(), path+": no such file") {
		t.Errorf("got %v", err)
	}
}
