package sandbox

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// limits are the rate limit headers of an answer: limit, remaining, interval, fill rate, retry-after.
func limits(got received) [5]string {
	h := got.header
	return [5]string{h.Get("X-RateLimit-Limit"), h.Get("X-RateLimit-Remaining"), h.Get("X-RateLimit-Interval-Seconds"),
		h.Get("X-RateLimit-FillRate"), h.Get("retry-after")}
}

func TestTokensAreAddedAtWholeIntervals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, Options{RateLimit: RateLimit{Limit: 3, FillRate: 2, Interval: 10 * time.Second}})
		for _, step := range []struct {
			sleep            time.Duration
			status           int
			remaining, retry string
		}{
			{0, 200, "2", "0"},
			{0, 200, "1", "0"},
			{1500 * time.Millisecond, 200, "0", "9"}, // 8.5 s, rounded up
			{0, 429, "0", "9"},
			{8400 * time.Millisecond, 429, "0", "1"},
			{100 * time.Millisecond, 200, "1", "0"}, // the first interval has ended
			{0, 200, "0", "10"},
			{25 * time.Second, 200, "2", "0"}, // two intervals, but the bucket holds three
			{0, 200, "1", "0"},
			{0, 200, "0", "5"}, // still in step with the first request
			{240 * time.Hour, 200, "2", "0"},
		} {
			time.Sleep(step.sleep)
			got := send(t, s, "GET", myself, "")
			if got.status != step.status {
				t.Errorf("after %v: status %d, want %d", step.sleep, got.status, step.status)
			}
			if diff := cmp.Diff([5]string{"3", step.remaining, "10", "2", step.retry}, limits(got)); diff != "" {
				t.Errorf("after %v: headers (-want +got):\n%s", step.sleep, diff)
			}
		}
	})
}

func TestOnlyAuthenticatedRequestsCount(t *testing.T) {
	s := start(t, Options{Token: "good", RateLimit: RateLimit{Limit: 1, FillRate: 1, Interval: time.Hour}})
	if got := send(t, s, "GET", myself, "", bearer("bad")); got.status != 401 || limits(got) != [5]string{} {
		t.Errorf("got %d %v, want 401 without rate limit headers", got.status, got.header)
	}
	if got := send(t, s, "POST", integrations, github, bearer("good")); got.status != 200 {
		t.Errorf("the first request: %d, want 200", got.status)
	}
	if got := send(t, s, "POST", integrations, github, bearer("good")); got.status != 429 || len(s.Integrations()) != 1 {
		t.Errorf("the second request: %d, want 429 and nothing done", got.status)
	}
	if got := send(t, s, "GET", "/", ""); got.status != 200 {
		t.Errorf("the page: %d, want 200", got.status)
	}
}

func TestWithoutALimitThereAreNoHeaders(t *testing.T) {
	if got := limits(send(t, start(t, Options{}), "GET", myself, "")); got != [5]string{} {
		t.Errorf("got %v", got)
	}
}

func TestEachNodeHasABucketOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, Options{Nodes: 2, RateLimit: RateLimit{Limit: 1, FillRate: 1, Interval: time.Second}})
		for i, want := range []struct {
			status int
			node   string
		}{{200, "node1"}, {200, "node2"}, {429, "node1"}, {429, "node2"}} {
			got := send(t, s, "GET", myself, "")
			if got.status != want.status || got.header.Get("X-ANODEID") != want.node {
				t.Errorf("request %d: %d from %q, want %d from %q", i, got.status, got.header.Get("X-ANODEID"), want.status, want.node)
			}
		}
	})
}

func TestRateLimitChangesWhileItRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, Options{})
		for _, step := range []struct {
			limit     RateLimit
			remaining string
		}{
			{RateLimit{Limit: 9, FillRate: 9, Interval: time.Second}, "8"}, // switched on: a full bucket
			{RateLimit{Limit: 4, FillRate: 2, Interval: time.Second}, "3"}, // what does not fit in is lost
			{RateLimit{Limit: 9, FillRate: 2, Interval: time.Second}, "2"}, // a larger bucket is not filled at once
			{RateLimit{}, ""},
		} {
			if err := s.SetRateLimit(step.limit); err != nil {
				t.Fatal(err)
			}
			if got := limits(send(t, s, "GET", myself, ""))[1]; got != step.remaining {
				t.Errorf("%+v: %q remain, want %q", step.limit, got, step.remaining)
			}
		}
		if err := s.SetRateLimit(RateLimit{Limit: -1, FillRate: 1, Interval: time.Second}); err == nil {
			t.Error("a limit below 0 was taken")
		}
	})
}
