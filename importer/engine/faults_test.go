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

// badDay is what a network and a server do to a run on a bad day.
const badDay = "drop-after=3%,drop-before=3%,503=3%,hang=1%,cut=1%"

// TestEachRecordExactlyOnce: 2,000 records of both kinds, a server that loses one request in ten and
// lets 50 a second pass. Afterwards each record is there once, and the report says so.
func TestEachRecordExactlyOnce(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				faults, err := sandbox.ParseFaults(fmt.Sprintf("seed=%d,latency=20ms,%s", seed, badDay))
				if err != nil {
					t.Fatal(err)
				}
				server, err := sandbox.New(sandbox.Options{Faults: faults, Tracked: int(seed % 2), PagedRepositories: seed%4 == 1,
					RateLimit: sandbox.RateLimit{Limit: 50, FillRate: 50, Interval: time.Second}})
				if err != nil {
					t.Fatal(err)
				}
				importAll(t, server, 2000)
			})
		})
	}
}

func importAll(t *testing.T, server *sandbox.Server, records int) {
	client, err := gij.New(gij.Config{BaseURL: "http://jira.example", Token: "t", Base: server.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	var want []schema.Record
	for i := range records {
		r := mixed(i)
		r.Place = schema.Place{File: "m.csv", Line: i + 2, Record: i + 1}
		want = append(want, r)
	}
	plan, outcomes := runPlan(t, client, want)
	live := idsByName(server)
	if len(live) != records {
		t.Errorf("%d names on the server, want %d", len(live), records)
	}
	for _, o := range outcomes {
		ids := live[o.Action.Want.Name()]
		if len(ids) != 1 || o.Status != schema.StatusCreated || o.ID != ids[0] {
			t.Errorf("%s: %s as %d (%s), on the server %v", o.Action.Want.Name(), o.Status, o.ID, o.Error, ids)
		}
	}
	again, _ := planner.Diff(want, list(t, client), planner.Options{Prune: true})
	if n := again.Count(schema.OpUnchanged); n != records || len(plan.Actions) != records || len(again.Actions) != records {
		t.Errorf("a second run finds %d of %d unchanged, and %d to delete", n, records, again.Count(schema.OpDelete))
	}
}

// mixed makes a record: of three, one is a repository.
func mixed(i int) schema.Record {
	values := map[schema.Field]schema.Value{
		schema.FieldDisplayName: schema.Text(fmt.Sprint("org ", i)),
		schema.FieldDisabled:    schema.Bool(i%4 == 0),
		schema.FieldPat:         schema.Hidden(schema.Literal(fmt.Sprint("token-", i), "env:X")),
	}
	if i%3 == 0 {
		values[schema.FieldKind] = schema.Text(string(schema.KindRepository))
		values[schema.FieldOrigin] = schema.Text(fmt.Sprintf("https://git.example.org/repo-%d.git", i))
	} else {
		values[schema.FieldType] = schema.Text("GITHUB")
		values[schema.FieldOrigin] = schema.Text("https://api.github.com")
	}
	return schema.NewRecord(values)
}

// idsByName lists what is on a server, without what is inside integrations.
func idsByName(server *sandbox.Server) map[string][]int64 {
	ids := make(map[string][]int64)
	for _, in := range server.Integrations() {
		ids[in.DisplayName] = append(ids[in.DisplayName], in.ID)
	}
	for _, re := range server.Repositories() {
		if re.TrackedFolderID == 0 {
			ids[re.DisplayName] = append(ids[re.DisplayName], re.ID)
		}
	}
	return ids
}

func runPlan(t *testing.T, client *gij.Client, want []schema.Record) (schema.Plan, []schema.Outcome) {
	t.Helper()
	plan, _ := planner.Diff(want, list(t, client), planner.Options{})
	outcomes := make([]schema.Outcome, len(plan.Actions))
	emit := func(o schema.Outcome) { outcomes[o.Action.N] = o }
	im := engine.Importer{Target: client, Concurrency: 8, Quiet: 10 * time.Second, Timeout: 2 * time.Minute, Resends: 5}
	for _, step := range []func() error{
		func() error { return im.Apply(t.Context(), plan, emit) },
		func() error { return im.Settle(t.Context(), plan, outcomes, emit) },
		func() error { return im.Verify(t.Context(), plan, outcomes, emit) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	return plan, outcomes
}

func list(t *testing.T, client *gij.Client) []schema.Record {
	t.Helper()
	live, err := client.List(t.Context(), schema.KindIntegration, schema.KindRepository)
	if err != nil {
		t.Fatal(err)
	}
	return live
}

// TestSecretsArriveByteForByte sends what shells, templates and JSON stumble over.
func TestSecretsArriveByteForByte(t *testing.T) {
	server, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	client, err := gij.New(gij.Config{BaseURL: "http://jira.example", Token: "t", Base: server.RoundTripper()})
	if err != nil {
		t.Fatal(err)
	}
	secrets := []string{`"quoted" \back\\slash\`, `$HOME ${X} $(id)`, `{{.Secret}} %s %d`, "ünïcødé-秘密-🔑", `</script><!--`, " outer blanks ", "\u2028\u2029"}
	var want []schema.Record
	for i, s := range secrets {
		r := schema.NewRecord(map[schema.Field]schema.Value{
			schema.FieldType: schema.Text("GITHUB"), schema.FieldOrigin: schema.Text("https://api.github.com"),
			schema.FieldDisplayName: schema.Text(fmt.Sprint(i)), schema.FieldPat: schema.Hidden(schema.Literal(s, "env:X")),
		})
		want = append(want, r)
	}
	_, outcomes := runPlan(t, client, want)
	stored := make(map[int64]string)
	for _, in := range server.Integrations() {
		stored[in.ID] = in.PAT
	}
	for i, o := range outcomes {
		if o.Status != schema.StatusCreated || stored[o.ID] != secrets[i] {
			t.Errorf("secret %d did not arrive as it was (%s)", i, o.Status)
		}
	}
}
