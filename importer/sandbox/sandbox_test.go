package sandbox

import (
	"go/build"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	integrations = "/rest/gitplugin/1.0/integration"
	repositories = "/rest/gitplugin/1.0/repository"
)

// start makes a server that is closed with the test.
func start(t *testing.T, o Options) *Server {
	t.Helper()
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// newRequest has all headers that a good request has.
func newRequest(t *testing.T, method, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer any")
	if isWrite(method) {
		r.Header.Set("X-Atlassian-Token", "no-check")
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

type received struct {
	status int
	header http.Header
	body   string
}

// send sends a good request, after the edits, and must get an answer.
func send(t *testing.T, s *Server, method, path, body string, edits ...func(*http.Request)) received {
	t.Helper()
	r := newRequest(t, method, "http://jira.example.org"+path, body)
	for _, edit := range edits {
		edit(r)
	}
	response, err := s.RoundTripper().RoundTrip(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return received{response.StatusCode, response.Header, string(text)}
}

// mustAdd adds an integration.
func mustAdd(t *testing.T, s *Server, body string) {
	t.Helper()
	if got := send(t, s, "POST", integrations, body); got.status != 200 || !strings.HasPrefix(got.body, `{"success":"true"`) {
		t.Fatalf("add: %d %s", got.status, got.body)
	}
}

func wantBody(t *testing.T, got received, want string) {
	t.Helper()
	if got.status != 200 {
		t.Errorf("status %d, want 200", got.status)
	}
	if diff := cmp.Diff(want, strings.TrimSuffix(got.body, "\n")); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

func TestOptionsThatContradictThemselves(t *testing.T) {
	for name, test := range map[string]struct {
		options Options
		want    string
	}{
		"base path without slash":  {Options{BasePath: "jira"}, `sandbox: base path "jira": must begin with / and not end with it, such as /jira`},
		"base path ends in slash":  {Options{BasePath: "/jira/"}, `sandbox: base path "/jira/": must begin with / and not end with it, such as /jira`},
		"password without user":    {Options{Password: "p"}, `sandbox: a password needs a user`},
		"negative index time":      {Options{IndexTime: -1}, `sandbox: index time -1ns: must not be negative`},
		"tracked and hosts":        {Options{Tracked: 1, Hosts: func(HostQuery) ([][]any, bool, error) { return nil, false, nil }}, `sandbox: tracked repositories and hosts: give one of the two`},
		"two kinds of listing":     {Options{Tracked: 1, Listing: Listing{}}, `sandbox: tracked repositories and a listing: give one of the two`},
		"tracked below zero":       {Options{Tracked: -1}, `sandbox: -1 tracked repositories: must not be negative`},
		"no fill rate":             {Options{RateLimit: RateLimit{Limit: 5, Interval: time.Second}}, `sandbox: rate limit: limit 5 and fill rate 0 must be at least 1`},
		"no limit":                 {Options{RateLimit: RateLimit{FillRate: 5, Interval: time.Second}}, `sandbox: rate limit: limit 0 and fill rate 5 must be at least 1`},
		"interval of half seconds": {Options{RateLimit: RateLimit{5, 5, 1500 * time.Millisecond}}, `sandbox: rate limit: interval 1.5s must be a whole number of seconds`},
		"unknown fault":            {Options{Faults: Faults{Rates: map[Fault]float64{"drop": 0.1}}}, `sandbox: unknown fault "drop"`},
		"rates above one":          {Options{Faults: Faults{Rates: map[Fault]float64{Cut: 0.6, Hang: 0.6}}}, `sandbox: faults: the rates sum up to 120%, which is more than 100%`},
		"rule with a bad path":     {Options{Faults: Faults{Rules: []FaultRule{{Fault: Cut, Path: "/["}}}}, `sandbox: fault cut: path "/[": syntax error in pattern`},
		"rule that counts down":    {Options{Faults: Faults{Rules: []FaultRule{{Fault: Cut, First: 3, Last: 2}}}}, `sandbox: fault cut: requests 3 to 2: must count up from 1`},
		"negative latency":         {Options{Faults: Faults{Latency: -1}}, `sandbox: latency -1ns: must not be negative`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(test.options)
			if err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

// A wrong JSON name that the client and its stand-in shared would agree with itself in every test.
func TestSharesNothingWithTheRestOfTheModule(t *testing.T) {
	pkg, err := build.Default.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pkg.Imports {
		domain, _, _ := strings.Cut(path, "/")
		allowed := strings.HasPrefix(path, "modernc.org/sqlite") || path == "golang.org/x/text/unicode/norm" || path == "github.com/jmespath/go-jmespath"
		if !allowed && (domain == "gijbulk" || strings.Contains(domain, ".")) {
			t.Errorf("imports %s; only the standard library, modernc.org/sqlite, golang.org/x/text/unicode/norm and go-jmespath are allowed", path)
		}
	}
}
