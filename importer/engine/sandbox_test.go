package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/importer/gij"
	"gijbulk/importer/planner"
	"gijbulk/importer/sandbox"
	"gijbulk/schema"
)

// TestEachRecordOnce imports 1,000 records of both kinds into a server that loses one request in ten
// and accepts 50 a second. Each record is on it once, and its outcome says so.
func TestEachRecordOnce(t *testing.T) {
	const records = 1000
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				faults, err := sandbox.ParseFaults(fmt.Sprintf("seed=%d,latency=20ms,drop-after=3%%,drop-before=3%%,503=3%%,hang=1%%,cut=1%%", seed))
				if err != nil {
					t.Fatal(err)
				}
				server, client := newSandbox(t, sandbox.Options{Faults: faults, Tracked: int(seed % 2), PagedRepositories: seed%4 == 1,
					RateLimit: sandbox.RateLimit{Limit: 50, FillRate: 50, Interval: time.Second}})
				var want []schema.Record
				for i := range records {
					r := integration(i+2, fmt.Sprint("n", i))
					if i%3 == 0 {
						r = repository(i+2, fmt.Sprintf("https://git.example.org/n%d.git", i))
					}
					want = append(want, r.Set(schema.FieldDisabled, schema.Bool(i%4 == 0)).Set(schema.FieldPat, schema.Hidden(schema.Literal(fmt.Sprint("token-", i), "env:X"))))
				}
				run := runOn(t, client, want)
				if err := run.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				ids := make(map[string][]int64)
				for _, in := range server.Integrations() {
					ids[in.DisplayName] = append(ids[in.DisplayName], in.ID)
				}
				for _, re := range server.Repositories() {
					if re.TrackedFolderID == 0 { // not inside an integration
						ids[re.DisplayName] = append(ids[re.DisplayName], re.ID)
					}
				}
				for n, o := range run.Outcomes() {
					if name := want[n].Name(); len(ids[name]) != 1 || o.Status != schema.StatusCreated || o.ID != ids[name][0] {
						t.Errorf("%s: %s as %d (%s), on the server %d", name, o.Status, o.ID, o.Error, ids[name])
					}
				}
				again, _ := planner.Diff(want, list(t, client), planner.Options{Prune: true})
				if n := again.Count(schema.OpUnchanged); n != records || len(again.Actions) != records || len(ids) != records {
					t.Errorf("a second run finds %s", planText(again))
				}
			})
		})
	}
}

func newSandbox(t *testing.T, o sandbox.Options) (*sandbox.Server, *gij.Client) {
	t.Helper()
	server, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	client, err := gij.New(gij.Config{BaseURL: "http://jira.example", Token: "t", Base: server.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	return server, client
}

func runOn(t *testing.T, client *gij.Client, want []schema.Record) *engine.Run {
	t.Helper()
	plan, _ := planner.Diff(want, list(t, client), planner.Options{})
	return &engine.Run{Plan: plan, Waves: planner.Waves(plan, 0), Target: client, Concurrency: 8, Settle: 30 * time.Second, Timeout: 2 * time.Minute, Resends: 5}
}

func list(t *testing.T, client *gij.Client) []schema.Record {
	t.Helper()
	live, err := client.List(t.Context(), nil, schema.KindIntegration, schema.KindRepository)
	if err != nil {
		t.Fatal(err)
	}
	return live
}

// TestMaxDurationOfAClient: the limit is the error also where the client's own call fails of it.
func TestMaxDurationOfAClient(t *testing.T) {
	for _, faults := range []string{"latency=30s", "latency=30s,503=100%", "hang-before=100%", "429=100%"} {
		t.Run(faults, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				script, err := sandbox.ParseFaults(faults)
				if err != nil {
					t.Fatal(err)
				}
				_, client := newSandbox(t, sandbox.Options{Faults: script})
				plan := creates("a", "b")
				run := engine.Run{Plan: plan, Waves: planner.Waves(plan, 0), Target: client, Concurrency: 8, Settle: time.Second, Timeout: 2 * time.Minute}
				run.Limits.MaxDuration = 45 * time.Second
				if err := run.Start(t.Context()); limitOf(err).Reason != engine.Duration {
					t.Errorf("error %v", err)
				}
			})
		})
	}
}

// TestSecretsArriveUnchanged sends what shells, templates and JSON stumble over.
func TestSecretsArriveUnchanged(t *testing.T) {
	server, client := newSandbox(t, sandbox.Options{})
	secrets := []string{`"quoted" \back\\slash\`, `$HOME ${X} $(id)`, `{{.Secret}} %s %d`, "ünïcødé-秘密-🔑", `</script><!--`, " outer blanks ", "\u2028\u2029"}
	var want []schema.Record
	for i, s := range secrets {
		want = append(want, integration(i+2, fmt.Sprint(i)).Set(schema.FieldPat, schema.Hidden(schema.Literal(s, "env:X"))))
	}
	run := runOn(t, client, want)
	if err := run.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	stored := make(map[int64]string)
	for _, in := range server.Integrations() {
		stored[in.ID] = in.PAT
	}
	for i, o := range run.Outcomes() {
		if o.Status != schema.StatusCreated || stored[o.ID] != secrets[i] {
			t.Errorf("secret %d did not arrive unchanged (%s)", i, o.Status)
		}
	}
}
