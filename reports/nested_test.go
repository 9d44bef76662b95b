package reports

import (
	"bytes"
	"strings"
	"testing"

	"gijbulk/schema"
)

// ruledResults are those of an integration with a rule for three nested repositories that differ, and of a new integration with
// two rules.
func ruledResults() []schema.Result {
	rule := func(line int, match string) schema.Record {
		r := wanted(place("m.yaml", line), fields{schema.FieldKind: schema.Text("nested"), schema.FieldMatch: schema.Text(match), schema.FieldProjects: schema.Words("PAY")})
		return r.Set(schema.FieldIntegration, schema.Text("Acme"))
	}
	acme := result(wanted(place("m.yaml", 1), github("Acme")), schema.OpUnchanged, schema.StatusUnchanged)
	acme.Action.Want.Rules, acme.Action.Have.ID, acme.Action.NestedUnchanged = []schema.Record{rule(2, "acme/*")}, 7, 40
	added := result(wanted(place("m.yaml", 3), github("New")), schema.OpCreate, schema.StatusCreated)
	added.Action.Want.Rules = []schema.Record{rule(4, "x"), rule(5, "y")}
	results := []schema.Result{acme, added}
	for i, status := range []schema.Status{schema.StatusUpdated, schema.StatusUpdated, schema.StatusFailed} {
		have := schema.NewRecord(fields{schema.FieldKind: schema.Text("nested"), schema.FieldOrigin: schema.Text("https://github.com/acme/" + string(rune('a'+i)))})
		have.ID, have.Integration = int64(20+i), 7
		want := rule(2, "acme/*").Set(schema.FieldOrigin, have.Get(schema.FieldOrigin))
		want.Integration = 7
		changes := []schema.Change{{Field: schema.FieldProjectMappingIDs, From: schema.IDs(), To: schema.IDs(11)}}
		results = append(results, schema.Result{Action: &schema.Action{Op: schema.OpUpdate, Have: have, Want: want, Changes: changes},
			Outcome: schema.Outcome{Status: status, ID: have.ID}})
	}
	for n := range results {
		results[n].N, results[n].Action.N = n, n
	}
	return results
}

// planOf is the plan of results.
func planOf(results []schema.Result) (plan schema.Plan) {
	for _, r := range results {
		plan.Actions = append(plan.Actions, *r.Action)
	}
	return plan
}

// TestNestedCounts: nested repositories have counts of their own in the summary, in reports and in metrics.
func TestNestedCounts(t *testing.T) {
	results := ruledResults()
	plan := planOf(results)
	var outcomes []schema.Outcome
	for _, r := range results {
		outcomes = append(outcomes, r.Outcome)
	}
	run := testRun("m.yaml")
	run.Nested = plan.NestedAfter(outcomes, false)
	const words = "nested repositories: 2 updated, 40 unchanged, 1 failed; 2 rules of new integrations pending until their repositories are listed: run sync then"
	var summary bytes.Buffer
	if err := Summary(&summary, run, results, "r", Page{}); err != nil || !strings.Contains(summary.String(), words) {
		t.Errorf("%v: the summary is %s", err, summary.String())
	}
	if junit := rendered(t, FormatJUnit, run, results...); !strings.Contains(junit, `<property name="nested" value="`+words+`">`) {
		t.Errorf("JUnit: %s", junit)
	}
	metrics := metricsOf(t, writtenMetrics(t, measured(run, results...)))
	for name, want := range map[string]float64{"nested_repositories update updated": 2, "nested_repositories update failed": 1,
		"nested_repositories unchanged unchanged": 40, "nested_repositories exists exists": 0, "nested_pending_rules": 2} {
		if got, found := metrics[name]; !found || got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if run.Nested = plan.NestedAfter(outcomes, true); run.Nested.Pending != 2 {
		t.Errorf("where no scan has ended: %+v", run.Nested)
	}
	for i := range outcomes {
		outcomes[i].Scanned = true
	}
	if run.Nested = plan.NestedAfter(outcomes, true); run.Nested.Pending != 0 {
		t.Errorf("after the first scans: %+v", run.Nested)
	}
}

// TestNestedPlan: the text folds what one rule makes of several nested repositories.
func TestNestedPlan(t *testing.T) {
	run := testRun("m.yaml")
	run.Command = "sync"
	var text bytes.Buffer
	if err := PlanText(&text, run, planOf(ruledResults()), Page{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"~ update  3 nested repositories of Acme, acme/*: projects → PAY  (m.yaml:3)",
		"0 to update", "; nested repositories: 3 to update, 40 unchanged, 2 rules pending"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in\n%s", want, text.String())
		}
	}
}
