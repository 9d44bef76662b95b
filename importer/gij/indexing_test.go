package gij

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/sandbox"
	"gijbulk/schema"
)

func TestIndexing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, err := sandbox.New(sandbox.Options{IndexTime: time.Minute, IndexErrors: map[string]string{"broken": "401 Unauthorized"}})
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(t, Config{Token: "t", Base: server.RoundTripper()})
		for _, name := range []string{"fine", "broken"} {
			if out := c.Do(t.Context(), create(name)); out.Status != schema.StatusCreated {
				t.Fatalf("%+v", out)
			}
		}
		look := func(i int) schema.Indexing {
			t.Helper()
			r := schema.Record{ID: server.Integrations()[i].ID}
			state, err := c.Indexing(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			return state
		}
		if s := look(0); s.Ended || len(s.Errors) > 0 {
			t.Errorf("just begun: %+v", s)
		}
		time.Sleep(2 * time.Minute)
		if s := look(0); !s.Ended || len(s.Errors) > 0 {
			t.Errorf("ended: %+v", s)
		}
		if live, err := c.List(t.Context(), nil); err != nil || live[0].Indexed <= live[0].InitDate || live[0].Indexed > time.Now().UnixMilli() {
			t.Errorf("the list does not show when it was indexed: %+v, %v", live, err)
		}
		if s := look(1); !s.Ended || len(s.Errors) != 1 || s.Errors[0] != "Indexing broken: 401 Unauthorized" {
			t.Errorf("failed: %+v", s)
		}
		if _, err := c.Indexing(t.Context(), schema.Record{ID: 4711}); err == nil {
			t.Error("what does not exist has an indexing")
		}
	})
}

// TestIndexingOfARepository has ended when the app says so.
func TestIndexingOfARepository(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, err := sandbox.New(sandbox.Options{IndexTime: time.Minute, IndexErrors: map[string]string{"broken": "no such branch"}})
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(t, Config{Token: "t", Base: server.RoundTripper()})
		fine, broken := repository(0, "fine"), repository(0, "broken")
		for _, r := range []*schema.Record{&fine, &broken} {
			out := c.Do(t.Context(), schema.Action{Op: schema.OpCreate, Want: *r})
			if r.ID = out.ID; out.Status != schema.StatusCreated {
				t.Fatalf("%+v", out)
			}
		}
		look := func(r schema.Record) schema.Indexing {
			t.Helper()
			state, err := c.Indexing(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			return state
		}
		if s := look(fine); s.Ended || len(s.Errors) > 0 {
			t.Errorf("just begun: %+v", s)
		}
		time.Sleep(2 * time.Minute)
		if s := look(fine); !s.Ended || len(s.Errors) > 0 {
			t.Errorf("ended: %+v", s)
		}
		if s := look(broken); !s.Ended || len(s.Errors) != 1 {
			t.Errorf("failed: %+v", s)
		}
	})
}

// TestIndexingThatHasNotBegun: finished without a date is not the end.
func TestIndexingThatHasNotBegun(t *testing.T) {
	finished := always(200, `{"success":true,"finished":true,"messages":{},"errors":{},"lastOperationPercent":100.0}`)
	for body, want := range map[string]bool{
		`{"success":"true","integration":[{"id":7,"integrationType":"GITHUB"}]}`:                                    false,
		`{"success":"true","integration":[{"id":7,"integrationType":"GITHUB","lastIndexedDate":1700000000000}]}`:    true,
		`{"success":true,"integrations":{"id":7,"integrationType":"GITHUB","lastIndexedDate":"1700000000000"}}`:     true,
		`{"success":"true","integration":[{"id":7,"integrationType":"GITHUB","lastIndexedDate":null}],"more":true}`: false,
	} {
		c := newClient(t, Config{Base: script(finished, always(200, body))})
		state, err := c.Indexing(t.Context(), schema.Record{ID: 7})
		if err != nil || state.Ended != want {
			t.Errorf("%s: ended %t, error %v", body, state.Ended, err)
		}
	}
}

// TestParseIndexing reads both forms of the status.
func TestParseIndexing(t *testing.T) {
	for body, want := range map[string]string{
		`{"success":true,"finished":true,"messages":{"Indexing x":100.0},"errors":{},"lastOperationPercent":100.0}`:                                    "true []",
		`{"success":true,"finished":false,"messages":{"Indexing x":40.0},"errors":{}}`:                                                                 "false []",
		`{"success":true,"finished":true,"errors":{"b":"401","a":"403"}}`:                                                                              "true [a: 403 b: 401]",
		`{"completionPercentage":40.0,"errorsCount":0,"messages":[]}`:                                                                                  "false []",
		`{"completionPercentage":100.0,"errorsCount":0,"messages":[{"message":"x","error":false}]}`:                                                    "true []",
		`{"completionPercentage":100,"errorsCount":1,"messages":[{"message":"Indexing x","error":true,"details":"401 Unauthorized"},{"message":"y"}]}`: "true [Indexing x: 401 Unauthorized]",
		`{"finished":true,"messages":[{"message":"Indexing x","error":"not authorized","details":null}]}`:                                              "true [Indexing x: not authorized]",
		`{"completionPercentage":100,"errorsCount":2,"messages":[]}`:                                                                                   "true [the app counts errors and does not name them]",
		`{"completionPercentage":100,"messages":["x"]}`:                                                                                                "error",
	} {
		state, err := parseIndexing([]byte(body))
		got := fmt.Sprint(state.Ended, " ", state.Errors)
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

// TestReindex names one record and its priority; a request that names none would index everything, and
// never leaves.
func TestReindex(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &told{next: always(200, `{"success":true,"finished":false,"threadId":"x"}`)}
		c := newClient(t, Config{Base: server})
		if err := c.Reindex(t.Context(), 133, 20); err != nil {
			t.Error(err)
		}
		for _, wrong := range [][2]int{{0, 24}, {-1, 24}, {133, 0}} {
			if err := c.Reindex(t.Context(), int64(wrong[0]), wrong[1]); err == nil {
				t.Errorf("%v was sent", wrong)
			}
		}
		if want := `POST /rest/gitplugin/2.0/reindex {"repoId":133,"priority":20}`; len(server.calls) != 1 || server.calls[0] != want {
			t.Errorf("sent %q, want %q", server.calls, want)
		}
		refused := newClient(t, Config{Base: always(200, missing)})
		if err := refused.Reindex(t.Context(), 7, 24); err == nil {
			t.Error("a refusal is no error")
		}
	})
}
