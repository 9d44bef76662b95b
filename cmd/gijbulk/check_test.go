package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"gijbulk/importer/sandbox"
)

// hostile is a Jira whose own words hold escape sequences, and our token.
type hostile struct{ next http.RoundTripper }

func (h hostile) RoundTrip(r *http.Request) (*http.Response, error) {
	said := map[string]string{
		"/rest/api/2/myself":     `{"name": "admin\u001b]0;taken\u0007", "displayName": "A\u001b[2JB\u202e any-token"}`,
		"/rest/api/2/serverInfo": `{"baseUrl": "http://jira.example.org/any-token\u001b[1A", "version": "9.12 any-token\r\n\u001b[31m"}`,
	}[r.URL.Path]
	if said == "" {
		return h.next.RoundTrip(r)
	}
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(said)), Request: r}, nil
}

// TestServerCannotMoveTheCursor: what a server calls itself and us is shown without its
// escape sequences and our token.
func TestServerCannotMoveTheCursor(t *testing.T) {
	server, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	state := t.TempDir()
	for _, args := range [][]string{
		{"check"},
		{"import", "../../samples/integrations.csv", "--yes", "--rate", "0", "--report-dir", t.TempDir()},
		{"import", "../../samples/integrations.csv", "--dry-run", "--log-level", "trace"},
		{"runs"},
	} {
		var out bytes.Buffer
		env := map[string]string{"JIRA_URL": "http://jira.example.org", "JIRA_TOKEN": "any-token", "XDG_STATE_HOME": state}
		run(t.Context(), context.WithoutCancel(t.Context()), args, process{
			stdin: strings.NewReader(""), stdout: &out, stderr: &out, now: time.Now, transport: hostile{server.RoundTripper()},
			lookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
		if out.Len() == 0 || strings.ContainsAny(out.String(), "\x1b\x07\r\u202e") || strings.Contains(out.String(), "any-token") {
			t.Errorf("%v prints %q", args, out.String())
		}
	}
}
