package planner_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"gijbulk/importer/planner"
	"gijbulk/schema"
)

func text(values ...string) schema.Record {
	fields := map[schema.Field]schema.Value{schema.FieldType: schema.Text("GITHUB")}
	for i := 0; i < len(values); i += 2 {
		f, _ := schema.FieldNamed(values[i])
		fields[f] = schema.Text(values[i+1])
	}
	return schema.NewRecord(fields)
}

// liveNested are nested repositories of integrations: 4 of 7, 2 of 8, and 14 of another.
func liveNested() (all []schema.Record) {
	add := func(integration int64, names ...string) {
		for _, name := range names {
			r := text("kind", "nested", "origin", "https://github.com/acme/"+name+".git")
			r.ID, r.Integration = int64(100+len(all)), integration
			all = append(all, r)
		}
	}
	add(7, "pay-api", "pay-web", "docs", "site")
	add(8, "a", "b")
	add(9, strings.Split("abcdefghijklmn", "")...)
	return all
}

func update(fields ...string) schema.Action {
	a := schema.Action{Op: schema.OpUpdate, Want: text("displayName", "Acme"), Have: text("displayName", "Acme", "apiFilter", "")}
	a.Have.ID = 7
	for i := 0; i < len(fields); i += 2 {
		f, _ := schema.FieldNamed(fields[i])
		a.Changes = append(a.Changes, schema.Change{Field: f, From: a.Have.Get(f), To: schema.Text(fields[i+1])})
	}
	return a
}

func TestLosses(t *testing.T) {
	deleted := schema.Action{Op: schema.OpDelete, Have: text("displayName", "Old")}
	deleted.Have.ID = 8
	plain := schema.Action{Op: schema.OpDelete, Have: text("kind", "repository", "origin", "https://git.example.org/x.git")}
	created := update("apiFilter", "[?name=='x']")
	created.Op = schema.OpCreate
	exists := update("apiFilter", "[?name=='x']")
	exists.Op = schema.OpExists
	unseen := update("apiFilter", "[?name=='x']")
	unseen.Changes[0].Unseen = true
	empty := update("apiPath", "/orgs/acme/repos")
	empty.Have.ID = 99
	for _, tt := range []struct {
		name   string
		action schema.Action
		want   *schema.Loss
	}{
		{"narrower filter", update("apiFilter", "[?starts_with(name, 'pay-')]"), &schema.Loss{Nested: 4, Known: true, Lost: 2, Paths: []string{"acme/docs", "acme/site"}}},
		{"narrower filter and disabled", update("apiFilter", "[?name=='docs']", "disabled", ""), &schema.Loss{Nested: 4, Known: true, Lost: 3, Paths: []string{"acme/pay-api", "acme/pay-web", "acme/site"}}},
		{"filter that lists all", update("apiFilter", "[?starts_with(full_name, 'acme/')]"), &schema.Loss{Nested: 4, Known: true}},
		{"filter that reads more than names", update("apiFilter", "[?(!archived)]"), &schema.Loss{Nested: 4}},
		{"filter where none is shown", unseen, &schema.Loss{Nested: 4, Known: true, Lost: 4, Paths: []string{"acme/docs", "acme/pay-api", "acme/pay-web", "acme/site"}}},
		{"filter and path", update("apiFilter", "[?name=='docs']", "apiPath", "/user/repos"), &schema.Loss{Nested: 4}},
		{"path", update("apiPath", "/orgs/acme/repos"), &schema.Loss{Nested: 4}},
		{"credentials", update("pat", "x"), &schema.Loss{Nested: 4}},
		{"collection", update("tfsCollection", "x"), &schema.Loss{Nested: 4}},
		{"nothing to lose", empty, &schema.Loss{Known: true}},
		{"deletion", deleted, &schema.Loss{Nested: 2, Known: true, Lost: 2}},
		{"disabled", update("disabled", ""), nil},
		{"deletion of a plain repository", plain, nil},
		{"create", created, nil},
		{"exists", exists, nil},
	} {
		before := schema.Plan{Actions: []schema.Action{tt.action}}
		plan, findings := planner.Losses(before, liveNested(), nil)
		got := plan.Actions[0].Loss
		switch {
		case before.Actions[0].Loss != nil:
			t.Errorf("%s: the plan that was given is changed", tt.name)
		case (got == nil) != (tt.want == nil):
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		case got != nil && (got.Nested != tt.want.Nested || got.Known != tt.want.Known || got.Lost != tt.want.Lost || !slices.Equal(got.Paths, tt.want.Paths)):
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
		if warned := len(findings) > 0; warned != (got != nil && !got.Known) {
			t.Errorf("%s: %v", tt.name, findings)
		}
	}
}

func TestGuardLosses(t *testing.T) {
	narrower := update("apiFilter", "[?starts_with(name, 'pay-')]") // loses 2
	path, token := update("apiPath", "/x"), update("pat", "x")
	both := update("pat", "x", "username", "y", "apiPath", "/x")
	for _, tt := range []struct {
		name   string
		limit  string
		given  bool
		action schema.Action
		want   string
	}{
		{"a known loss at the limit", "10%", false, narrower, ""},
		{"a known loss above the share", "9%", false, narrower, "the plan would lose 2 of 20 live nested repositories (10%); the limit is 9%"},
		{"a known loss above the number", "1", true, narrower, "the plan would lose 2 of 20 live nested repositories (10%); the limit is 1"},
		{"an unknown loss by default", "0", false, path, ""},
		{"an unknown loss under a limit that was given", "100%", true, path, "it is not known how many of 4 nested repositories the plan would lose; the limit is 100%"},
		{"another credential", "0", true, token, ""},
		{"another credential and path", "0", true, both, "it is not known how many of 4 nested repositories the plan would lose; the limit is 0"},
	} {
		max, err := schema.ParseLimit(tt.limit)
		if err != nil {
			t.Fatal(err)
		}
		nested := liveNested()
		plan, _ := planner.Losses(schema.Plan{Actions: []schema.Action{tt.action}}, nested, nil)
		err = planner.GuardLosses(plan, len(nested), planner.LossLimit{Max: max, Given: tt.given})
		if unsafe, refused := errors.AsType[*planner.UnsafeLoss](err); refused != (tt.want != "") || refused && unsafe.Error() != tt.want {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}
