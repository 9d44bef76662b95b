package sandbox

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// faultCase is what a fault does to an add: what arrives, and whether the work was done.
type faultCase struct {
	fault  Fault
	status int // 0: no answer arrives
	done   bool
	check  func(*testing.T, received)
}

var faultCases = []faultCase{
	{fault: "", status: 200, done: true},
	{fault: DropBefore},
	{fault: DropAfter, done: true},
	{fault: Login, status: 200, check: wantLoginPage},
	{fault: RedirectLogin, status: 302, check: func(t *testing.T, got received) {
		if to := got.header.Get("Location"); to != "/jira/login.jsp?permissionViolation=true" {
			t.Errorf("redirected to %q", to)
		}
	}},
	{fault: Captcha, status: 401, check: func(t *testing.T, got received) {
		if why := got.header.Get("X-Authentication-Denied-Reason"); !strings.HasPrefix(why, "CAPTCHA_CHALLENGE; login-url=http://") {
			t.Errorf("denied: %q", why)
		}
	}},
	{fault: "401", status: 401, check: func(t *testing.T, got received) {
		if why := got.header.Get("X-Seraph-LoginReason"); why != "AUTHENTICATED_FAILED" {
			t.Errorf("login reason: %q", why)
		}
	}},
	{fault: "403", status: 403},
	{fault: "429", status: 429, check: wantRetryAfter("1")},
	{fault: "500", status: 500},
	{fault: "503", status: 503, check: wantRetryAfter("")},
	{fault: "503-retry", status: 503, check: wantRetryAfter("1")},
	{fault: "502-after", status: 502, done: true},
	{fault: "599", status: 599},
}

// TestTwiceMakesTwo: one request, one answer, two integrations.
func TestTwiceMakesTwo(t *testing.T) {
	s := faulty(t, Twice)
	if _, err := exchangeWith(s.RoundTripper(), newRequest(t, "GET", "http://jira.example.org/jira"+integrations, "")); err != nil {
		t.Fatal(err)
	}
	got, err := exchangeWith(s.RoundTripper(), newRequest(t, "POST", "http://jira.example.org/jira"+integrations, github))
	if err != nil || got.status != 200 {
		t.Fatalf("status %d, error %v", got.status, err)
	}
	if all := s.Integrations(); len(all) != 2 || all[0].DisplayName != all[1].DisplayName || s.Counts().Writes != 1 {
		t.Errorf("%d integrations after %d writes", len(all), s.Counts().Writes)
	}
}

func wantRetryAfter(want string) func(*testing.T, received) {
	return func(t *testing.T, got received) {
		if value := got.header.Get("Retry-After"); value != want {
			t.Errorf("Retry-After: %q, want %q", value, want)
		}
	}
}

func wantLoginPage(t *testing.T, got received) {
	if !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") || !strings.Contains(got.body, "<title>Log in - Jira</title>") {
		t.Errorf("got %v %s, want the login page", got.header, got.body)
	}
}

// faulty is a server whose first write suffers a fault.
func faulty(t *testing.T, fault Fault) *Server {
	t.Helper()
	o := Options{BasePath: "/jira"}
	if fault != "" {
		o.Faults.Rules = []FaultRule{{Fault: fault, First: 1, Last: 1}}
	}
	return start(t, o)
}

// A fault is the same with and without a socket.
func TestFaults(t *testing.T) {
	for _, test := range faultCases {
		t.Run("in process/"+string(test.fault), func(t *testing.T) {
			s := faulty(t, test.fault)
			err := suffer(t, s, s.RoundTripper(), "http://jira.example.org", test)
			if test.status == 0 && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("got %v, want a reset connection", err)
			}
		})
		t.Run("over a socket/"+string(test.fault), func(t *testing.T) {
			s := faulty(t, test.fault)
			server := httptest.NewServer(s)
			defer server.Close()
			err := suffer(t, s, server.Client().Transport, server.URL, test)
			if test.status == 0 && !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("got %v, want a closed connection", err)
			}
		})
	}
}

// suffer sends a read and then the add that the fault hits, over the same connection, and judges what came of it.
func suffer(t *testing.T, s *Server, rt http.RoundTripper, base string, test faultCase) error {
	t.Helper()
	if _, err := exchangeWith(rt, newRequest(t, "GET", base+"/jira"+integrations, "")); err != nil {
		t.Fatal(err)
	}
	got, err := exchangeWith(rt, newRequest(t, "POST", base+"/jira"+integrations, github))
	if (err != nil) != (test.status == 0) {
		t.Errorf("error %v, want status %d", err, test.status)
	}
	if err == nil && got.status != test.status {
		t.Errorf("status %d, want %d", got.status, test.status)
	}
	if test.check != nil {
		test.check(t, got)
	}
	if done := len(s.Integrations()) == 1; done != test.done {
		t.Errorf("work done: %v, want %v", done, test.done)
	}
	requests := s.Requests()
	if len(requests) != 2 {
		t.Fatalf("%d requests came, want two: nobody may send a write again by himself", len(requests))
	}
	if last := requests[1]; last.Fault != test.fault || last.Status != test.status {
		t.Errorf("logged %+v, want fault %q and status %d", last, test.fault, test.status)
	}
	return err
}

// exchangeWith sends one request and reads the answer to its end.
func exchangeWith(rt http.RoundTripper, r *http.Request) (received, error) {
	response, err := rt.RoundTrip(r)
	if err != nil {
		return received{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return received{response.StatusCode, response.Header, string(body)}, err
}

func TestACutBodyEndsInTheMiddle(t *testing.T) {
	for name, over := range map[string]func(*testing.T, *Server) (http.RoundTripper, string){
		"in process": func(_ *testing.T, s *Server) (http.RoundTripper, string) {
			return s.RoundTripper(), "http://jira.example.org"
		},
		"over a socket": func(t *testing.T, s *Server) (http.RoundTripper, string) {
			server := httptest.NewServer(s)
			t.Cleanup(server.Close)
			return server.Client().Transport, server.URL
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := faulty(t, Cut)
			rt, base := over(t, s)
			got, err := exchangeWith(rt, newRequest(t, "POST", base+"/jira"+integrations, github))
			if !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("got %v, want an unexpected end", err)
			}
			if got.status != 200 || !strings.HasPrefix(got.body, `{"success":"true","integration":{`) || strings.HasSuffix(got.body, "}\n") {
				t.Errorf("got %d %q, want the first half", got.status, got.body)
			}
			if len(s.Integrations()) != 1 {
				t.Error("the work was not done")
			}
		})
	}
}

// The client leaves a hanging request as soon as the server has it; the server then lets go of it, or Close would block.
func TestHangOverASocketEndsWithTheClient(t *testing.T) {
	for fault, done := range map[Fault]int{HangBefore: 0, HangAfter: 1} {
		t.Run(string(fault), func(t *testing.T) {
			s := faulty(t, fault)
			server := httptest.NewServer(s)
			r := newRequest(t, "POST", server.URL+"/jira"+integrations, github)
			ctx, cancel := contextWithCancel(t)
			failed := make(chan error)
			go func() {
				_, err := exchangeWith(server.Client().Transport, r.WithContext(ctx))
				failed <- err
			}()
			for late := time.Now().Add(time.Minute); s.Counts().Requests == 0 || len(s.Integrations()) != done; runtime.Gosched() {
				if time.Now().After(late) {
					t.Fatal("the request did not arrive within a minute")
				}
			}
			cancel()
			if err := <-failed; err == nil {
				t.Error("an answer came")
			}
			server.Close()
			if got := len(s.Integrations()); got != done {
				t.Errorf("%d integrations, want %d", got, done)
			}
		})
	}
}
