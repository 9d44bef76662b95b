package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func contextWithCancel(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}

func TestLatencyHoldsForEveryCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, Options{Faults: Faults{Latency: 20 * time.Millisecond}})
		for path, want := range map[string]time.Duration{myself: 20 * time.Millisecond, integrations: 20 * time.Millisecond, "/": 0} {
			before := time.Now()
			send(t, s, "GET", path, "")
			if took := time.Since(before); took != want {
				t.Errorf("%s took %v, want %v", path, took, want)
			}
		}
	})
}

func TestTheContextEndsWaiting(t *testing.T) {
	for name, test := range map[string]struct {
		faults Faults
		done   int
	}{
		"latency":     {Faults{Latency: time.Hour}, 0},
		"hang-before": {Faults{Rules: []FaultRule{{Fault: HangBefore}}}, 0},
		"hang-after":  {Faults{Rules: []FaultRule{{Fault: HangAfter}}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := start(t, Options{Faults: test.faults})
				client := http.Client{Transport: s.RoundTripper(), Timeout: 2 * time.Minute}
				_, err := client.Do(newRequest(t, "POST", "http://jira"+integrations, github))
				if !errors.Is(err, context.DeadlineExceeded) || time.Since(startOfBubble()) != 2*time.Minute {
					t.Errorf("after %v: %v, want the deadline after 2m", time.Since(startOfBubble()), err)
				}
				if got := len(s.Integrations()); got != test.done {
					t.Errorf("%d integrations, want %d", got, test.done)
				}
			})
		})
	}
}

func startOfBubble() time.Time { return time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) }

func TestAnEndedContextSendsNothing(t *testing.T) {
	s := start(t, Options{})
	ctx, cancel := contextWithCancel(t)
	cancel()
	body := &closed{Reader: strings.NewReader(github)}
	r := newRequest(t, "POST", "http://jira"+integrations, "").WithContext(ctx)
	r.Body = body
	if _, err := s.RoundTripper().RoundTrip(r); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
	if !body.closed || s.Counts().Requests != 0 {
		t.Errorf("body closed: %v, requests: %d; want true and none", body.closed, s.Counts().Requests)
	}
}

// closed notes that it was closed, as a RoundTripper must even when it fails.
type closed struct {
	io.Reader
	closed bool
}

func (c *closed) Close() error { c.closed = true; return nil }

func TestTraceHooksAreCalled(t *testing.T) {
	s := start(t, Options{Faults: Faults{Rules: []FaultRule{{Fault: DropBefore, First: 2}}}})
	for i, want := range [][]string{{"headers", "request", "answer"}, {"headers", "request"}} {
		var got []string
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
			WroteHeaders:         func() { got = append(got, "headers") },
			WroteRequest:         func(httptrace.WroteRequestInfo) { got = append(got, "request") },
			GotFirstResponseByte: func() { got = append(got, "answer") },
		})
		_, _ = exchangeWith(s.RoundTripper(), newRequest(t, "POST", "http://jira"+integrations, github).WithContext(ctx))
		if !cmp.Equal(want, got) {
			t.Errorf("request %d: hooks %v, want %v", i+1, got, want)
		}
	}
}

// A client's Get sends no body at all, not an empty one, and here not even a path.
func TestARequestWithoutABody(t *testing.T) {
	client := http.Client{Transport: start(t, Options{}).RoundTripper()}
	response, err := client.Get("http://jira")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != 200 {
		t.Errorf("the page: %s", response.Status)
	}
}

func TestHeadHasNoBody(t *testing.T) {
	got := send(t, start(t, Options{}), "HEAD", integrations, "")
	if got.status != 200 || got.body != "" {
		t.Errorf("got %d %q", got.status, got.body)
	}
}

// Under faults of all kinds at once, what the log and the answers say agrees with what is stored.
func TestConcurrentAddsUnderFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		faults, err := ParseFaults("seed=1,drop-after=5%,drop-before=5%,503=5%,hang=5%,cut=5%,latency=20ms")
		if err != nil {
			t.Fatal(err)
		}
		s := start(t, Options{Faults: faults})
		var workers sync.WaitGroup
		for w := range 8 {
			workers.Go(func() {
				client := http.Client{Transport: s.RoundTripper(), Timeout: time.Second}
				for i := range 50 {
					body := fmt.Sprintf(`{"type":"GITHUB","displayName":"%d-%d"}`, w, i)
					response, err := client.Do(newRequest(t, "POST", "http://jira"+integrations, body))
					if err == nil {
						response.Body.Close()
					}
				}
			})
		}
		workers.Wait()

		names := map[string]int{}
		for _, in := range s.Integrations() {
			names[in.DisplayName]++
		}
		worked := 0
		for _, r := range s.Requests() {
			if r.Fault.works() {
				worked++
			}
		}
		if len(names) != worked || len(s.Integrations()) != worked || worked > 380 {
			t.Errorf("%d names, %d integrations, %d requests whose work was done; want the same, less than 400", len(names), len(s.Integrations()), worked)
		}
		if got := (Counts{Requests: 400, Writes: 400, MostWrites: 8}); s.Counts() != got {
			t.Errorf("counts %+v, want %+v", s.Counts(), got)
		}
	})
}
