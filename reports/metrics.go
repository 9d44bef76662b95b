package reports

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"gijbulk/schema"
)

// Measured is what metrics show of a run, also of one that failed before it had any
// records. Hide secrets in its run first, as [Masked] does.
type Measured struct {
	Run     schema.Run              // its command, version, target, shard, findings, writes and traffic
	Name    string                  // of the target, where the command ran on several; "": on one
	Results iter.Seq[schema.Result] // they are only counted
	Exit    int                     // the exit code
	Started time.Time
	Ended   time.Time

	Credentials []CredentialExpiry

	IndexingErrors *int // records whose last indexing had errors; nil: the run did not ask
}

// CredentialExpiry is when a credential of a git host expires.
type CredentialExpiry struct {
	Host      string
	Reference string // what stands in the manifest in place of the secret
	At        time.Time
}

// WriteMetrics writes a file of Prometheus text for the textfile collector of the node
// exporter. The file appears whole or not at all, and everybody may read it (mode 0644),
// since the exporter is another user. A command that ran on several targets has a run on each. The
// error names the path.
func WriteMetrics(path string, runs ...Measured) error {
	registry := prometheus.NewRegistry()
	var credentials []CredentialExpiry
	for _, m := range runs {
		m.register(registry)
		credentials = append(credentials, m.Credentials...)
	}
	countCredentials(registry, credentials)
	families, err := registry.Gather()
	if err != nil {
		return err
	}
	err = WriteFile(path, 0o644, func(w io.Writer) error {
		for _, family := range families {
			if _, err := expfmt.MetricFamilyToText(w, family); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("cannot write the metrics file %s: %w", path, err)
	}
	return nil
}

// meter makes the gauges of a run: each is a snapshot of the last one.
type meter struct {
	registry *prometheus.Registry
	labels   prometheus.Labels // of all
}

func (m meter) gauge(name, help string, value float64) {
	g := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "gijbulk", Subsystem: "run", Name: name, Help: help, ConstLabels: m.labels})
	g.Set(value)
	m.registry.MustRegister(g)
}

func (m meter) gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "gijbulk", Subsystem: "run", Name: name, Help: help, ConstLabels: m.labels}, labels)
	m.registry.MustRegister(g)
	return g
}

func (m Measured) register(registry *prometheus.Registry) {
	run := m.Run
	labels := prometheus.Labels{"command": validUTF8(run.Command), "target": validUTF8(run.Target)}
	if m.Name != "" {
		labels["name"] = m.Name
	}
	if !run.Shard.Whole() {
		labels["shard"] = run.Shard.String()
	}
	g := meter{registry, labels}
	g.gauge("timestamp_seconds", "When the last run ended, in seconds since 1970.", float64(m.Ended.UnixMilli())/1000)
	g.gauge("duration_seconds", "How long the last run took.", m.Ended.Sub(m.Started).Seconds())
	g.gauge("exit_code", "The exit code of the last run; 0: all done.", float64(m.Exit))
	g.gauge("complete", "1 if the last run was not interrupted, else 0.", boolean(run.Complete))
	g.gauge("dry_run", "1 if the last run was a dry run, else 0.", boolean(run.DryRun))
	g.gauges("info", "1, with the version of gijbulk.", "version").WithLabelValues(validUTF8(run.Version)).Set(1)
	m.countRecords(g)
	m.countFindings(g)
	if m.IndexingErrors != nil {
		errors := prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "gijbulk", Name: "indexing_errors",
			Help: "Records of the last run whose last indexing had errors.", ConstLabels: labels})
		errors.Set(float64(*m.IndexingErrors))
		registry.MustRegister(errors)
	}
	var sum schema.Beat
	for _, b := range run.Timeline.Beats {
		sum = sum.Plus(b)
	}
	g.gauge("requests", "Requests of the last run, reads and retries included.", float64(sum.Requests))
	g.gauge("write_requests", "Requests of the last run that may have changed the server.", float64(run.Writes))
	g.gauge("throttled_responses", "Requests of the last run that were answered 429.", float64(sum.Throttled))
	g.gauge("unavailable_responses", "Requests of the last run that were answered 503.", float64(sum.Busy))
	g.gauge("retries", "Retries of the last run.", float64(sum.Retries))
	g.gauge("rate_limit_wait_seconds", "How long the last run waited for the rate limit.", sum.Held.Seconds())
}

func countCredentials(registry *prometheus.Registry, credentials []CredentialExpiry) {
	if len(credentials) == 0 {
		return
	}
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Namespace: "gijbulk", Name: "credential_expiry_timestamp_seconds",
		Help: "When a credential of a git host expires, in seconds since 1970."}, []string{"host", "credential"})
	latestFirst := func(a, b CredentialExpiry) int { return b.At.Compare(a.At) } // of several with one reference the earliest counts
	for _, c := range slices.SortedStableFunc(slices.Values(credentials), latestFirst) {
		g.WithLabelValues(validUTF8(c.Host), validUTF8(c.Reference)).Set(float64(c.At.Unix()))
	}
	registry.MustRegister(g)
}

// countRecords counts by action and state, zeros included: an alert must not wait for a
// series that does not exist. Without a plan, drift is not known.
func (m Measured) countRecords(g meter) {
	records := g.gauges("records", "Records of the last run, by planned action and status.", "action", "state")
	for _, op := range schema.Ops() {
		for _, s := range usualStatuses(op) {
			records.WithLabelValues(string(op), string(s)).Set(0)
		}
	}
	nested := g.gauges("nested_repositories", "Nested repositories of the last run that a rule matches, by planned action and status.", "action", "state")
	for _, op := range []schema.Op{schema.OpUpdate, schema.OpExists, schema.OpUnchanged} {
		for _, s := range usualStatuses(op) {
			nested.WithLabelValues(string(op), string(s)).Set(0)
		}
	}
	nested.WithLabelValues(string(schema.OpUnchanged), string(schema.StatusUnchanged)).Set(float64(m.Run.Nested.Unchanged))
	g.gauge("nested_pending_rules", "Rules of new integrations whose nested repositories were not listed yet at the end of the last run.", float64(m.Run.Nested.Pending))
	drift := 0
	for r := range m.Results {
		if r.Action.Have.Kind() == schema.KindNested {
			nested.WithLabelValues(string(r.Action.Op), string(r.Status)).Inc()
		}
		records.WithLabelValues(string(r.Action.Op), string(r.Status)).Inc()
		if r.Action.Drifts() {
			drift++
		}
	}
	if m.Run.Digest != "" {
		g.gauge("drift_records", "Records that differed from the manifest when the last run made its plan.", float64(drift))
	}
}

func (m Measured) countFindings(g meter) {
	findings := g.gauges("findings", "Findings of the last run in its manifests.", "level")
	for _, l := range []schema.Level{schema.LevelError, schema.LevelWarning} {
		findings.WithLabelValues(l.String()).Set(0)
	}
	for _, f := range m.Run.Findings {
		findings.WithLabelValues(f.Level.String()).Inc()
	}
}

func usualStatuses(op schema.Op) []schema.Status {
	done := map[schema.Op]schema.Status{schema.OpCreate: schema.StatusCreated, schema.OpUpdate: schema.StatusUpdated, schema.OpDelete: schema.StatusDeleted,
		schema.OpExists: schema.StatusExists, schema.OpUnchanged: schema.StatusUnchanged, schema.OpIndexingError: schema.StatusUnchanged, schema.OpConflict: schema.StatusConflict, schema.OpInvalid: schema.StatusFailed}[op]
	if !op.Writes() {
		return []schema.Status{done}
	}
	return []schema.Status{done, schema.StatusFailed, schema.StatusUnknown, schema.StatusUnprocessed}
}

func boolean(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func validUTF8(s string) string { return strings.ToValidUTF8(s, string(unicode.ReplacementChar)) }
