package engine_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/importer/sandbox"
	"gijbulk/schema"
)

// steps keeps how far first indexings were seen to be.
type steps []engine.Indexing

func (s *steps) Outcome(schema.Outcome) {}

func (s *steps) Step(step engine.Step) {
	if i := step.Indexing; i != nil && (len(*s) == 0 || (*s)[len(*s)-1] != *i) {
		*s = append(*s, *i)
	}
}

// TestNestedRepositoriesAreWaitedFor: a slot is free once the scan has ended and all that it listed is indexed.
// What fails there is a failure of the record.
func TestNestedRepositoriesAreWaitedFor(t *testing.T) {
	waiting, scanned, indexed := engine.Indexing{}, engine.Indexing{Scanned: true, Of: 3}, engine.Indexing{Scanned: true, Indexed: 3, Of: 3}
	unread, ended := engine.Indexing{Scanned: true}, engine.Indexing{Scanned: true, Indexed: 3, Of: 3, Ended: true}
	for _, tt := range []struct {
		name          string
		fails         map[string]string // by the name of the repository
		timeout       time.Duration
		disabled      bool
		status        schema.Status
		error, advice string
		steps         []engine.Indexing
	}{
		{name: "indexed", status: schema.StatusCreated, steps: []engine.Indexing{waiting, unread, scanned, indexed, ended}},
		{name: "one fails", fails: map[string]string{"web": "Too many open files"}, status: schema.StatusFailed,
			error:  "but the first indexing of 1 of its 3 nested repositories failed: acme/web: Indexing web: Too many open files",
			advice: "raise the limit of open files", steps: []engine.Indexing{waiting, unread, scanned, indexed, ended}},
		{name: "all fail", fails: map[string]string{"api": "403 Forbidden", "web": "403 Forbidden", "docs": "403 Forbidden"}, status: schema.StatusFailed,
			error: "the first indexing of 3 of its 3 nested repositories failed: acme/api: Indexing api: 403", advice: "the host forbids the access",
			steps: []engine.Indexing{waiting, unread, scanned, indexed, ended}},
		{name: "too slow", timeout: 90 * time.Second, status: schema.StatusCreated, advice: "may still be running (scan ended; 0 of 3 indexed): it had not ended after 1m30s",
			steps: []engine.Indexing{waiting, unread, scanned, {Scanned: true, Of: 3, Ended: true}}},
		{name: "disabled, so that nothing is scanned", disabled: true, status: schema.StatusCreated,
			steps: []engine.Indexing{waiting, unread, {Scanned: true, Ended: true}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, client := newSandbox(t, sandbox.Options{IndexTime: time.Minute, IndexErrors: tt.fails, Listing: listing("acme/api", "acme/web", "acme/docs")})
				run := runOn(t, client, []schema.Record{integration(2, "Acme").Set(schema.FieldDisabled, schema.Bool(tt.disabled))})
				var seen steps
				run.Observer = &seen
				run.Indexing = engine.IndexingWait{Indexer: client, AtOnce: 1, Timeout: cmp.Or(tt.timeout, time.Hour)}
				if err := run.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				o := run.Outcomes()[0]
				if o.Status != tt.status || !strings.Contains(o.Error, tt.error) || !strings.Contains(o.Advice, tt.advice) || (o.Advice == "") != (tt.advice == "") {
					t.Errorf("%s, error %q, advice %q", o.Status, o.Error, o.Advice)
				}
				if !slices.Equal(seen, tt.steps) {
					t.Errorf("seen\n%v, want\n%v", seen, tt.steps)
				}
				if n := len(server.Repositories()); n != 3 && !tt.disabled {
					t.Errorf("%d nested repositories", n)
				}
			})
		})
	}
}

// TestNestedListsAreShared: however many first indexings are waited for, one list tells of all of them.
func TestNestedListsAreShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lists := func(n int) int {
			server, client := newSandbox(t, sandbox.Options{IndexTime: 10 * time.Minute, Listing: listing("acme/api")})
			var want []schema.Record
			for i := range n {
				want = append(want, integration(i+2, fmt.Sprint("n", i)))
			}
			run := runOn(t, client, want)
			run.Concurrency, run.Indexing = n, engine.IndexingWait{Indexer: client, AtOnce: n, Timeout: time.Hour}
			if err := run.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			requests := 0
			for _, r := range server.Requests() {
				if strings.HasSuffix(r.Path, "/repository") {
					requests++
				}
			}
			return requests
		}
		if one, twenty := lists(1), lists(20); one < 5 || twenty > 2*one {
			t.Errorf("%d lists for one integration, %d for twenty", one, twenty)
		}
	})
}

// listing is what all hosts list.
func listing(names ...string) sandbox.Listing {
	var list []any
	for _, name := range names {
		list = append(list, map[string]any{"full_name": name})
	}
	return sandbox.Listing{"": list}
}
