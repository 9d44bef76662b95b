package planner_test

import (
	"slices"
	"testing"

	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// TestToProbe: hosts are asked about a record as it will be, and about no other.
func TestToProbe(t *testing.T) {
	created := schema.Action{N: 0, Op: schema.OpCreate, Want: text("displayName", "New")}
	moved := update("pat", "x")
	moved.N, moved.Want = 1, text("displayName", "Acme", "pat", "x", "apiFilter", "")
	moved.Have = text("displayName", "Acme", "origin", "https://github.com", "apiPath", "/orgs/acme/repos", "apiFilter", "[?a]", "tagsFilter", "v.*")
	renamed := update("tagsFilter", "v.*")
	renamed.N = 2
	unchanged := schema.Action{N: 3, Op: schema.OpUnchanged, Want: text("displayName", "Same")}
	records, actions := planner.ToProbe(schema.Plan{Actions: []schema.Action{created, moved, renamed, unchanged}})
	if !slices.Equal(actions, []int{0, 1}) {
		t.Fatalf("actions %v", actions)
	}
	want := text("displayName", "Acme", "pat", "x", "apiFilter", "", "origin", "https://github.com", "apiPath", "/orgs/acme/repos")
	if got := records[1]; got.Digest() != want.Digest() {
		t.Errorf("asked about %v", got.Fields())
	}
}

func TestLossesAtTheHost(t *testing.T) {
	azure := update("pat", "x")
	azure.Want, azure.Have.ID = azure.Want.Set(schema.FieldType, schema.Text("AZURE")), 7
	filtered := update("apiFilter", "[?name=='docs']")
	for _, tt := range []struct {
		name   string
		action schema.Action
		listed []string
		want   schema.Loss
	}{
		{"a part", update("pat", "x"), []string{"acme/Docs", "acme/site", "other/new"}, schema.Loss{Nested: 4, Known: true, Lost: 2, Paths: []string{"acme/pay-api", "acme/pay-web"}}},
		{"none", update("origin", "x"), []string{"acme/pay-web", "acme/docs", "acme/site", "acme/pay-api"}, schema.Loss{Nested: 4, Known: true}},
		{"all", update("apiPath", "x"), []string{"other/new"}, schema.Loss{Nested: 4, Known: true, Lost: 4, Paths: []string{"acme/docs", "acme/pay-api", "acme/pay-web", "acme/site"}}},
		{"the host knows more than names", filtered, []string{"acme/site"}, schema.Loss{Nested: 4, Known: true, Lost: 3, Paths: []string{"acme/docs", "acme/pay-api", "acme/pay-web"}}},
		{"addresses of another form", azure, []string{"acme/web/_git/docs"}, schema.Loss{Nested: 4}},
		{"addresses of the same form", azure, []string{"acme/docs"}, schema.Loss{Nested: 4, Known: true, Lost: 3, Paths: []string{"acme/pay-api", "acme/pay-web", "acme/site"}}},
		{"an empty list", azure, []string{}, schema.Loss{Nested: 4, Known: true, Lost: 4, Paths: []string{"acme/docs", "acme/pay-api", "acme/pay-web", "acme/site"}}},
	} {
		plan, _ := planner.Losses(schema.Plan{Actions: []schema.Action{tt.action}}, liveNested(), planner.Listed{0: tt.listed})
		got := *plan.Actions[0].Loss
		if got.Nested != tt.want.Nested || got.Known != tt.want.Known || got.Lost != tt.want.Lost || !slices.Equal(got.Paths, tt.want.Paths) {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
	token := update("pat", "x")
	plan, _ := planner.Losses(schema.Plan{Actions: []schema.Action{token}}, liveNested(), planner.Listed{})
	all, err := schema.ParseLimit("100%")
	if err != nil {
		t.Fatal(err)
	}
	if planner.GuardLosses(plan, 20, planner.LossLimit{Max: all, Given: true, Probed: true}) == nil {
		t.Error("another credential is accepted although its host gave no answer")
	}
}

func TestReject(t *testing.T) {
	plan := schema.Plan{Actions: []schema.Action{{N: 0, Op: schema.OpCreate, Want: text("displayName", "A")}, {N: 1, Op: schema.OpCreate, Want: text("displayName", "B")}}}
	got := planner.Reject(plan, map[int]schema.Finding{1: {Message: "refused", Advice: "renew it"}})
	if b := got.Actions[1]; b.Op != schema.OpInvalid || b.N != 1 || b.Reason != "refused" || b.Advice != "renew it" || got.Actions[0].Op != schema.OpCreate {
		t.Errorf("%+v", got.Actions)
	}
	if plan.Actions[1].Op != schema.OpCreate {
		t.Error("the plan that was given is changed")
	}
}
