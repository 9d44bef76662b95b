package reports

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"gijbulk/schema"
)

func TestLossText(t *testing.T) {
	var paths []string
	for i := range 23 {
		paths = append(paths, fmt.Sprint("acme/", i))
	}
	for _, tt := range []struct {
		loss *schema.Loss
		want string
	}{
		{nil, ""},
		{&schema.Loss{Known: true}, ""},
		{&schema.Loss{Nested: 1200}, "1,200 now; not known how many of them are lost"},
		{&schema.Loss{Nested: 7, Known: true}, "7 now, none lost"},
		{&schema.Loss{Nested: 7, Known: true, Lost: 7}, "7 now, all lost"},
		{&schema.Loss{Nested: 7, Known: true, Lost: 2, Paths: paths[:2]}, "7 now, 2 lost: acme/0, acme/1"},
		{&schema.Loss{Nested: 30, Known: true, Lost: 23, Paths: paths}, "30 now, 23 lost: " + strings.Join(paths[:20], ", ") + " and 3 more"},
	} {
		if got := lossInfo(tt.loss).text(longestList); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.loss, got, tt.want)
		}
	}
}

// lossy are a narrower filter, another path and a deletion.
func lossy(status func(schema.Op) schema.Status) []schema.Result {
	narrower := result(wanted(place("a.yaml", 1), github("Narrower")), schema.OpUpdate, status(schema.OpUpdate))
	narrower.Action.Changes = []schema.Change{{Field: schema.FieldAPIFilter, To: schema.Text("[?name=='x']")}}
	narrower.Action.Loss = &schema.Loss{Nested: 4, Known: true, Lost: 2, Paths: []string{"acme/docs", "acme/the-secret"}}
	moved := result(wanted(place("a.yaml", 2), github("Moved")), schema.OpUpdate, status(schema.OpUpdate))
	moved.Action.Loss = &schema.Loss{Nested: 30}
	gone := deleted(9, github("Gone"))
	gone.N, gone.Action.N, gone.Status = 2, 2, status(schema.OpDelete)
	gone.Action.Loss = &schema.Loss{Nested: 5, Known: true, Lost: 5}
	return []schema.Result{narrower, moved, gone}
}

// TestLossesAreShown: at the action and as one figure, in every report that people read.
func TestLossesAreShown(t *testing.T) {
	run := testRun("a.yaml")
	run.Command, run.DryRun = "audit", true
	results := lossy(schema.Op.Status)
	mask := schema.NewMask(nil, "the-secret")
	var plan schema.Plan
	for _, r := range results {
		plan.Actions = append(plan.Actions, *r.Action)
	}
	plan = MaskedPlan(plan, mask)
	masked, shown := Masked(run, results, mask)
	for name, tt := range map[string]struct {
		write func(*bytes.Buffer) error
		want  []string
	}{
		"text": {func(b *bytes.Buffer) error { return PlanText(b, run, plan, Page{}) }, []string{
			"\n    nested repositories: 4 now, 2 lost: acme/docs, acme/[secret]\n", "\n    nested repositories: 30 now; not known how many of them are lost\n",
			"\n    nested repositories: 5 now, all lost\n", "; lost repositories: 7, not known of 30 more; plan sha256:"}},
		"lines": {func(b *bytes.Buffer) error { return PlanJSON(b, run, plan) }, []string{
			`"loss":{"nested":4,"known":true,"lost":2,"repositories":["acme/docs","acme/[secret]"]}`, `"loss":{"nested":30,"known":false,"lost":0}`,
			`"losses":{"lost":7,"unknown":30}`}},
		"json": {func(b *bytes.Buffer) error { return JSON(b, masked, shown) }, []string{
			`"loss":{"nested":4,"known":true,"lost":2,"repositories":["acme/docs","acme/[secret]"]}`, `"lost": 7`, `"unknown": 30`}},
		"markdown": {func(b *bytes.Buffer) error { return FormatMarkdown.Renderer()(b, masked, shown) }, []string{
			"nested repositories: 4 now, 2 lost: acme/docs", "- Lost repositories: 7, not known of 30 more\n"}},
		"html": {func(b *bytes.Buffer) error { return FormatHTML.Renderer()(b, masked, shown) }, []string{
			"4 now, 2 lost: acme/docs", "<dt>Lost repositories</dt><dd>7, not known of 30 more</dd>"}},
		"junit": {func(b *bytes.Buffer) error { return FormatJUnit.Renderer()(b, masked, shown) }, []string{
			"nested repositories: 4 now, 2 lost: acme/docs"}},
		"summary": {func(b *bytes.Buffer) error { return Summary(b, masked, shown, "", Page{}) }, []string{
			"lost repositories: 7, not known of 30 more\n"}},
	} {
		var b bytes.Buffer
		if err := tt.write(&b); err != nil {
			t.Fatal(err)
		}
		for _, want := range tt.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s has no %q:\n%s", name, want, b.String())
			}
		}
		if strings.Contains(b.String(), "the-secret") {
			t.Errorf("%s shows a secret", name)
		}
	}
	if results[0].Action.Loss.Paths[1] != "acme/the-secret" {
		t.Error("the plan itself was masked")
	}
}

// TestLossesOfARun: only what was done counts.
func TestLossesOfARun(t *testing.T) {
	run := testRun("a.yaml")
	for status, want := range map[schema.Status]string{schema.StatusFailed: "", schema.StatusUnprocessed: "", schema.StatusUpdated: "7, not known of 30 more"} {
		got := runLosses(run, lossy(func(schema.Op) schema.Status { return status }))
		if got.words() != want {
			t.Errorf("%s: %q, want %q", status, got.words(), want)
		}
	}
	one := &LossCounts{Lost: 1}
	if sum := one.plus(nil).plus(&LossCounts{2, 3}); *sum != (LossCounts{3, 3}) || (*LossCounts)(nil).plus(nil) != nil {
		t.Errorf("%+v", sum)
	}
}
