package gij

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"gijbulk/schema"
)

const (
	added     = `{"success":"true","integration":{"id":7,"integrationType":"GITHUB"}}`
	emptyList = `{"success":true,"integrations":[]}`
	did       = `{"success":true}`
	missing   = `{"success":false,"error":"Repository with id=7 does not exist","advice":"Please try again with an existing repository id."}`
)

// roundTrip stands in for a server, without a socket.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// respond makes a response; headers are pairs of name and value.
func respond(status int, body string, headers ...string) *http.Response {
	h := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader(body))}
}

// always answers everything the same.
func always(status int, body string, headers ...string) roundTrip {
	return func(*http.Request) (*http.Response, error) { return respond(status, body, headers...), nil }
}

// script answers the nth request by its nth function, and any further one by the last.
func script(steps ...roundTrip) roundTrip {
	var mu sync.Mutex
	n := 0
	return func(r *http.Request) (*http.Response, error) {
		mu.Lock()
		step := steps[min(n, len(steps)-1)]
		n++
		mu.Unlock()
		return step(r)
	}
}

// limits are the headers of a bucket of 10 that gets 5 tokens each 2 s.
func limits(remaining, after string) []string {
	return []string{"X-RateLimit-Limit", "10", "X-RateLimit-Remaining", remaining,
		"X-RateLimit-Interval-Seconds", "2", "X-RateLimit-FillRate", "5", "retry-after", after}
}

// hang ends with the request's context, as a server that never answers.
func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func newClient(t *testing.T, c Config) *Client {
	t.Helper()
	if c.BaseURL == "" {
		c.BaseURL = "https://jira.example.org"
	}
	cl, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return cl
}

func create(name string) schema.Action {
	return schema.Action{Op: schema.OpCreate, Want: schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldType:        schema.Text("GITHUB"),
		schema.FieldDisplayName: schema.Text(name),
	})}
}

// repository is a plain repository, as it is wanted with id 0 and as it is live with another.
func repository(id int64, name string) schema.Record {
	r := schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldKind:        schema.Text("repository"),
		schema.FieldOrigin:      schema.Text("https://git.example.org/" + name + ".git"),
		schema.FieldDisplayName: schema.Text(name),
	})
	r.ID = id
	return r
}

func createRepository(name string) schema.Action {
	return schema.Action{Op: schema.OpCreate, Want: repository(0, name)}
}

// live is what updates and deletes of these tests are about.
func live(id int64) schema.Record {
	return schema.Record{ID: id}.Set(schema.FieldType, schema.Text("GITHUB"))
}

func rename(name string) schema.Change {
	return schema.Change{Field: schema.FieldDisplayName, From: schema.Text("old"), To: schema.Text(name)}
}

func disable(to bool) schema.Change {
	return schema.Change{Field: schema.FieldDisabled, From: schema.Bool(!to), To: schema.Bool(to)}
}

func update(changes ...schema.Change) schema.Action {
	return schema.Action{Op: schema.OpUpdate, Have: live(7), Changes: changes}
}

func remove() schema.Action { return schema.Action{Op: schema.OpDelete, Have: live(7)} }

// prove lets the client pass its probes, so that what follows is not held back by them.
func prove(t *testing.T, c *Client) {
	t.Helper()
	if out := c.Do(context.Background(), create("probe")); out.Status != schema.StatusCreated {
		t.Fatalf("the probe ended as %s: %s", out.Status, out.Error)
	}
}
