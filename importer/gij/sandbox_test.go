package gij

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"gijbulk/importer/sandbox"
	"gijbulk/schema"
)

// sandboxed is a server with faults and a client of it.
func sandboxed(t *testing.T, f sandbox.Faults) (*sandbox.Server, *Client) {
	t.Helper()
	server, err := sandbox.New(sandbox.Options{Faults: f})
	if err != nil {
		t.Fatal(err)
	}
	return server, newClient(t, Config{Token: "t", Base: server.RoundTripper(), Retries: 20})
}

// passing are the faults that another attempt gets over.
var passing = []sandbox.Fault{sandbox.DropBefore, sandbox.DropAfter, sandbox.HangBefore, sandbox.HangAfter, sandbox.Cut,
	"429", "500", "502", "503", "503-retry", "504", "502-after", "504-after"}

// Each fault, suffered by each call of an update and a delete, costs one attempt and
// nothing else.
func TestEachFaultIsGotOver(t *testing.T) {
	for _, fault := range passing {
		t.Run(string(fault), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, c := sandboxed(t, sandbox.Faults{Rules: []sandbox.FaultRule{
					{Fault: fault, Method: "PUT", Path: integrationPath + "/*", First: 1, Last: 1},
					{Fault: fault, Method: "PUT", Path: repositoryPath + "/*/disable", First: 1, Last: 1},
					{Fault: fault, Method: "DELETE", First: 1, Last: 1},
				}})
				prove(t, c)
				have := server.Integrations()[0]
				action := update(disable(true), rename("new"))
				action.Have = live(have.ID)
				if out := c.Do(t.Context(), action); out.Status != schema.StatusUpdated || out.Attempts != 4 {
					t.Errorf("%+v", out)
				}
				want := have
				want.DisplayName, want.Disabled = "new", true
				got := server.Integrations()[0]
				got.LastIndexed = want.LastIndexed // it may have taken minutes
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("on the server (-want +got):\n%s", diff)
				}
				action = schema.Action{Op: schema.OpDelete, Have: live(have.ID)}
				if out := c.Do(t.Context(), action); out.Status != schema.StatusDeleted || out.Attempts != 2 || out.Advice != "" {
					t.Errorf("%+v", out)
				}
				if left := server.Integrations(); len(left) != 0 {
					t.Errorf("%d are left", len(left))
				}
			})
		})
	}
}

// Under faults of all kinds, many updates and deletes at once converge: each outcome is
// done, and the server holds what was asked for.
func TestUpdatesAndDeletesConverge(t *testing.T) {
	const n = 90 // a third each: updated, deleted, left alone
	for seed := range uint64(5) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rates := map[sandbox.Fault]float64{}
				for _, fault := range passing {
					rates[fault] = 0.03
				}
				server, c := sandboxed(t, sandbox.Faults{Seed: seed, Rates: rates})
				for i := 0; len(server.Integrations()) < n; i++ {
					c.Do(t.Context(), create(fmt.Sprint("old ", i)))
				}
				want, actions := changed(server.Integrations())
				counts := crowdOf(t.Context(), c, 8, actions...)
				if diff := cmp.Diff(map[schema.Status]int{schema.StatusUpdated: n / 3, schema.StatusDeleted: n / 3}, counts); diff != "" {
					t.Errorf("outcomes (-want +got):\n%s", diff)
				}
				got := server.Integrations()
				for i := range got {
					got[i].LastIndexed = got[i].IndexStart
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("on the server (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// changed makes an update of one in three, a delete of the next, and leaves the third. It
// also says what the server is to hold afterwards.
func changed(have []sandbox.Integration) (want []sandbox.Integration, actions []schema.Action) {
	for i, in := range have {
		in.LastIndexed = in.IndexStart
		switch i % 3 {
		case 0:
			in.DisplayName, in.Disabled, in.PAT = fmt.Sprint("new ", i), true, fmt.Sprint("token ", i)
			action := update(rename(in.DisplayName), disable(true), schema.Change{Field: schema.FieldPat,
				To: schema.Hidden(schema.Refer(schema.SchemeEnv, "PAT").Resolved(in.PAT))})
			action.Have = live(in.ID)
			actions, want = append(actions, action), append(want, in)
		case 1:
			actions = append(actions, schema.Action{Op: schema.OpDelete, Have: live(in.ID)})
		default:
			want = append(want, in)
		}
	}
	return want, actions
}

// The calls of repositories get over the same faults. An add that was lost is not sent
// again, whatever it did.
func TestRepositoriesGetOverEachFault(t *testing.T) {
	for _, fault := range passing {
		t.Run(string(fault), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, c := sandboxed(t, sandbox.Faults{Rules: []sandbox.FaultRule{
					{Fault: fault, Method: "GET", Path: repositoryPath, First: 1, Last: 1},
					{Fault: fault, Method: "POST", Path: repositoryPath, First: 2, Last: 2},
					{Fault: fault, Method: "PUT", Path: repositoryPath, First: 1, Last: 1},
					{Fault: fault, Method: "PUT", Path: repositoryPath + "/*/disable", First: 1, Last: 1},
					{Fault: fault, Method: "DELETE", Path: repositoryPath, First: 1, Last: 1},
				}})
				if out := c.Do(t.Context(), createRepository("tools")); out.Status != schema.StatusCreated || out.ID != 1 {
					t.Fatalf("%+v", out)
				}
				lost := c.Do(t.Context(), createRepository("lost"))
				if there := len(server.Repositories()) == 2; lost.Attempts == 1 && lost.Status != schema.StatusUnknown || lost.Attempts == 2 && !there || lost.Attempts > 2 {
					t.Errorf("%d attempts, there: %v: %+v", lost.Attempts, there, lost)
				}
				have, err := c.List(t.Context(), nil, schema.KindRepository)
				if err != nil || len(have) != len(server.Repositories()) {
					t.Fatalf("%d listed, %v", len(have), err)
				}
				want := server.Repositories()[0]
				want.DisplayName, want.Disabled = "new", true
				out := c.Do(t.Context(), schema.Action{Op: schema.OpUpdate, Have: have[0], Changes: []schema.Change{rename("new"), disable(true)}})
				if out.Status != schema.StatusUpdated || out.Attempts != 4 {
					t.Errorf("%+v", out)
				}
				got := server.Repositories()[0]
				got.LastIndexed = want.LastIndexed // it may have taken minutes
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("on the server (-want +got):\n%s", diff)
				}
				out = c.Do(t.Context(), schema.Action{Op: schema.OpDelete, Have: have[0]})
				if out.Status != schema.StatusDeleted || out.Attempts != 2 || out.Advice != "" || len(server.Repositories()) != len(have)-1 {
					t.Errorf("%+v", out)
				}
			})
		})
	}
}
