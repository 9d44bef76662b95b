package gij

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/schema"
)

// told keeps what a server is told: method, path below the API, query and body.
type told struct {
	next  roundTrip
	mu    sync.Mutex
	calls []string
}

func (s *told) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.calls = append(s.calls, strings.TrimSpace(r.Method+" "+strings.TrimPrefix(r.URL.RequestURI(), appPath+"1.0/")+" "+string(body)))
	s.mu.Unlock()
	return s.next(r)
}

const (
	putName   = `PUT integration/7 {"displayName":"new"}`
	putOff    = `PUT repository/7/disable?disable=true`
	deleteOne = `DELETE integration/7?deleteFiles=false`
)

// What leaves for an action, and what it comes to when the nth answer is the nth step.
func TestUpdatesAndDeletes(t *testing.T) {
	updated := always(200, `{"success":"true","integration":{"id":7,"integrationType":"GITHUB","displayName":"new"}}`)
	ok, gone := always(200, did), always(200, missing)
	withFiles := remove()
	withFiles.Files = true
	both := update(disable(true), rename("new"))
	for _, tt := range []struct {
		name   string
		action schema.Action
		steps  []roundTrip
		calls  []string
		want   schema.Outcome // Action, ID, Attempts, Started, Took aside
	}{
		{"one field", update(rename("new")), []roundTrip{updated}, []string{putName},
			schema.Outcome{Status: schema.StatusUpdated, Class: done, HTTP: 200}},
		{"disabled alone", update(disable(false)), []roundTrip{ok}, []string{"PUT repository/7/disable?disable=false"},
			schema.Outcome{Status: schema.StatusUpdated, Class: done, HTTP: 200}},
		{"disabled goes last", both, []roundTrip{updated, ok}, []string{putName, putOff},
			schema.Outcome{Status: schema.StatusUpdated, Class: done, HTTP: 200}},
		{"disabled is not tried after a refusal", both, []roundTrip{always(400, "bad")}, []string{putName},
			schema.Outcome{Status: schema.StatusFailed, Class: refused, HTTP: 400, Error: "bad"}},
		{"disabled is refused", both, []roundTrip{updated, gone}, []string{putName, putOff},
			schema.Outcome{Status: schema.StatusFailed, Class: refused, HTTP: 200, Advice: "Please try again with an existing repository id.",
				Error: "the other fields were changed; disabled: Repository with id=7 does not exist"}},
		{"disabled is lost once", both, []roundTrip{updated, breakOff, ok}, []string{putName, putOff, putOff},
			schema.Outcome{Status: schema.StatusUpdated, Class: done, HTTP: 200, Unanswered: true}},
		{"an update is lost in every way", update(rename("new")), []roundTrip{breakOff, always(502, ""), always(200, `{"succ`), always(408, ""), always(503, ""), updated},
			[]string{putName, putName, putName, putName, putName, putName}, schema.Outcome{Status: schema.StatusUpdated, Class: done, HTTP: 200, Unanswered: true}},
		{"an update of what is gone", update(rename("new")), []roundTrip{gone}, []string{putName},
			schema.Outcome{Status: schema.StatusFailed, Class: refused, HTTP: 200, Error: "Repository with id=7 does not exist",
				Advice: "Please try again with an existing repository id."}},
		{"a delete", remove(), []roundTrip{ok}, []string{deleteOne}, schema.Outcome{Status: schema.StatusDeleted, Class: done, HTTP: 200}},
		{"a delete with files", withFiles, []roundTrip{ok}, []string{"DELETE integration/7?deleteFiles=true"},
			schema.Outcome{Status: schema.StatusDeleted, Class: done, HTTP: 200}},
		{"a delete that was lost", remove(), []roundTrip{breakOff, gone}, []string{deleteOne, deleteOne},
			schema.Outcome{Status: schema.StatusDeleted, Class: done, HTTP: 200, Unanswered: true}},
		{"a delete that was lost, then turned away", remove(), []roundTrip{breakOff, always(429, ""), gone}, []string{deleteOne, deleteOne, deleteOne},
			schema.Outcome{Status: schema.StatusDeleted, Class: done, HTTP: 200, Unanswered: true}},
		{"a delete of what is gone", remove(), []roundTrip{gone}, []string{deleteOne},
			schema.Outcome{Status: schema.StatusDeleted, Class: done, HTTP: 200, Advice: "it was already deleted"}},
		{"a delete of what went meanwhile", remove(), []roundTrip{always(503, busy, "Retry-After", "1"), gone}, []string{deleteOne, deleteOne},
			schema.Outcome{Status: schema.StatusDeleted, Class: done, HTTP: 200, Advice: "it was already deleted"}},
		{"a delete is refused", remove(), []roundTrip{always(200, `{"success":false,"error":"Folder /srv does not exist"}`)}, []string{deleteOne},
			schema.Outcome{Status: schema.StatusFailed, Class: refused, HTTP: 200, Error: "Folder /srv does not exist"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &told{next: script(tt.steps...)}
				got := newClient(t, Config{Base: server}).Do(t.Context(), tt.action)
				if !slices.Equal(server.calls, tt.calls) {
					t.Errorf("it was told\n%q, want\n%q", server.calls, tt.calls)
				}
				if got.ID != 7 || got.Attempts != len(tt.calls) {
					t.Errorf("id %d, %d attempts", got.ID, got.Attempts)
				}
				got.N, got.ID, got.Attempts, got.Started, got.Took = 0, 0, 0, tt.want.Started, 0
				if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", tt.want) {
					t.Errorf("\n got %+v\nwant %+v", got, tt.want)
				}
			})
		})
	}
}

// What may have happened stays unknown, whatever the last attempt came to.
func TestDoubtRemains(t *testing.T) {
	busy := always(503, busy, "Retry-After", "1")
	for _, tt := range []struct {
		name     string
		steps    []roundTrip
		class    schema.Class
		passing  bool
		attempts int
	}{
		{"lost to the end", []roundTrip{breakOff}, unknown, true, 4},
		{"timed out to the end", []roundTrip{hang}, unknown, true, 4},
		{"then no connection", []roundTrip{breakOff, refuse}, unknown, true, 1},
		{"then busy", []roundTrip{always(504, ""), busy}, unknown, true, 4},
		{"then refused", []roundTrip{breakOff, always(400, "bad")}, unknown, false, 2},
		{"then refused credentials", []roundTrip{breakOff, always(401, "")}, stop, false, 2},
	} {
		for _, action := range []schema.Action{update(rename("x")), update(disable(true)), remove()} {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, Config{Base: script(append([]roundTrip{always(200, added)}, tt.steps...)...), Retries: 3})
				prove(t, c)
				out := c.Do(t.Context(), action)
				if out.Status != schema.StatusUnknown || out.Class != tt.class || out.Temporary != tt.passing || !out.Unanswered ||
					out.Attempts != tt.attempts || out.Error == "" || (out.Stop != "") != (tt.class == stop) {
					t.Errorf("%s: %s: %+v", tt.name, action.Op, out)
				}
			})
		}
	}
}

// Where nothing of an update or a delete can have happened, it is not called unknown.
func TestWithoutDoubt(t *testing.T) {
	for name, tt := range map[string]struct {
		base    roundTrip
		status  schema.Status
		passing bool
	}{
		"no connection": {refuse, schema.StatusFailed, true},
		"busy":          {always(503, busy, "Retry-After", "1"), schema.StatusFailed, true},
		"credentials":   {always(403, ""), schema.StatusUnprocessed, false},
		"refused":       {always(415, ""), schema.StatusFailed, false},
	} {
		for _, action := range []schema.Action{update(rename("x")), update(disable(true)), remove()} {
			synctest.Test(t, func(t *testing.T) {
				out := newClient(t, Config{Base: tt.base}).Do(t.Context(), action)
				if out.Status != tt.status || out.Temporary != tt.passing {
					t.Errorf("%s: %s: %+v", name, action.Op, out)
				}
			})
		}
	}
}

// A cancelled run sends no further attempt, and does not forget that one was made.
func TestCancelledInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Config{Base: script(always(200, added), hang), Grace: 5 * time.Second})
		prove(t, c)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		out := c.Do(ctx, update(rename("x")))
		if out.Status != schema.StatusUnknown || out.Attempts != 1 || !out.Unanswered || time.Since(start) != 6*time.Second {
			t.Errorf("after %v: %+v", time.Since(start), out)
		}
	})
}

// An update that is cancelled between its calls says which part was done.
func TestCancelledBetweenCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Config{Base: taking(2*time.Second, always(200, added))})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		out := c.Do(ctx, update(rename("x"), disable(true)))
		if out.Status != schema.StatusUnprocessed || out.Attempts != 1 || !strings.HasPrefix(out.Error, "the other fields were changed; disabled: ") {
			t.Errorf("%+v", out)
		}
	})
}

// The first write goes alone and the run ends with an answer that concerns it, whichever
// write it is.
func TestProbeAndGateApplyToUpdatesAndDeletes(t *testing.T) {
	for _, action := range []schema.Action{update(rename("x")), update(disable(true)), remove()} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, Config{Base: taking(time.Second, script(always(200, emptyList), always(401, "")))})
			if _, err := c.List(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if counts := crowdOf(t.Context(), c, 4, action, action, create("x"), remove(), update(rename("y"))); counts[schema.StatusUnprocessed] != 5 {
				t.Error(counts)
			}
			if all, writes := c.Requests(); all != 2 || writes != 1 {
				t.Errorf("%s: %d requests left, %d of them writes", action.Op, all, writes)
			}
		})
	}
}

// The times of an action are those of all its calls and attempts together.
func TestTimesSpanAllCalls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Config{Base: taking(2*time.Second, always(200, added))})
		start := time.Now()
		out := c.Do(t.Context(), update(rename("x"), disable(true)))
		if out.Attempts != 2 || !out.Started.Equal(start) || out.Took != 4*time.Second {
			t.Errorf("%d attempts, started after %v, took %v", out.Attempts, out.Started.Sub(start), out.Took)
		}
	})
}

// TestFolderDepth is sent with each update of a tracked folder, and with nothing else.
func TestFolderDepth(t *testing.T) {
	folder := func(depth int64) schema.Record {
		fields := map[schema.Field]schema.Value{schema.FieldType: schema.Text("FILESPACE")}
		if depth > 0 {
			fields[schema.FieldFolderDepth] = schema.Int(depth)
		}
		r := schema.NewRecord(fields)
		r.ID = 7
		return r
	}
	const named, both = `PUT integration/7 {"displayName":"new"}`, `PUT integration/7 {"displayName":"new","folderDepth":%d}`
	for _, tt := range []struct {
		name       string
		want, have schema.Record
		changes    []schema.Change
		call       string
	}{
		{"as wanted", folder(3), folder(2), []schema.Change{rename("new")}, fmt.Sprintf(both, 3)},
		{"not shown", folder(3), folder(0), []schema.Change{rename("new")}, fmt.Sprintf(both, 3)},
		{"as it is on the server", folder(0), folder(2), []schema.Change{rename("new")}, fmt.Sprintf(both, 2)},
		{"not known", folder(0), folder(0), []schema.Change{rename("new")}, named},
		{"another type", folder(3), live(7), []schema.Change{rename("new")}, named},
		{"disabled alone", folder(3), folder(2), []schema.Change{disable(true)}, putOff},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := &told{next: always(200, `{"success":"true","integration":{"id":7}}`)}
				newClient(t, Config{Base: server}).Do(t.Context(), schema.Action{Op: schema.OpUpdate, Want: tt.want, Have: tt.have, Changes: tt.changes})
				if !slices.Equal(server.calls, []string{tt.call}) {
					t.Errorf("sent %q, want %q", server.calls, tt.call)
				}
			})
		})
	}
}
