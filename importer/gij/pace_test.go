package gij

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/schema"
)

// crowd carries out n creates by so many workers and gives the outcomes by status.
func crowd(ctx context.Context, c *Client, workers, n int) map[schema.Status]int {
	actions := make([]schema.Action, n)
	for i := range actions {
		actions[i] = create(strconv.Itoa(i))
	}
	return crowdOf(ctx, c, workers, actions...)
}

func crowdOf(ctx context.Context, c *Client, workers int, actions ...schema.Action) map[schema.Status]int {
	var mu sync.Mutex
	counts := map[schema.Status]int{}
	jobs := make(chan schema.Action, len(actions))
	for _, a := range actions {
		jobs <- a
	}
	close(jobs)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for a := range jobs {
				out := c.Do(ctx, a)
				mu.Lock()
				counts[out.Status]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return counts
}

// taking lets an answer take its time.
func taking(d time.Duration, next roundTrip) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		time.Sleep(d)
		return next(r)
	}
}

// limited is a server with a token bucket that is told in its headers.
type limited struct {
	size, fill int
	mu         sync.Mutex
	tokens     int
	filled     time.Time
	refused    int
}

func (l *limited) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(5 * time.Millisecond)
	l.mu.Lock()
	defer l.mu.Unlock()
	for !time.Now().Before(l.filled.Add(time.Second)) {
		l.filled = l.filled.Add(time.Second)
		l.tokens = min(l.size, l.tokens+l.fill)
	}
	status, body, after := 200, added, "0"
	if l.tokens == 0 {
		status, body = 429, ""
		l.refused++
	} else {
		l.tokens--
	}
	if l.tokens == 0 {
		after = "1"
	}
	return respond(status, body, "X-RateLimit-Limit", strconv.Itoa(l.size), "X-RateLimit-FillRate", strconv.Itoa(l.fill),
		"X-RateLimit-Interval-Seconds", "1", "X-RateLimit-Remaining", strconv.Itoa(l.tokens), "Retry-After", after), nil
}

func TestBucketIsFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := &limited{size: 50, fill: 50, tokens: 50, filled: time.Now()}
		c := newClient(t, Config{Base: server, SilentRate: 10})
		start := time.Now()
		if counts := crowd(t.Context(), c, 8, 1000); counts[schema.StatusCreated] != 1000 {
			t.Fatal(counts)
		}
		if server.refused > 0 {
			t.Errorf("%d requests came too early", server.refused)
		}
		// 50 at once and 50 each second after that, in at least 19 s; told in whole
		// seconds, the server's moments can be missed by most of one each time.
		if took := time.Since(start); took < 19*time.Second || took > 40*time.Second {
			t.Errorf("1000 requests at 50/s took %v", took)
		}
	})
}

func TestCeilings(t *testing.T) {
	for _, tt := range []struct {
		name         string
		rate, silent float64
		headers      []string
		want         time.Duration // of 101 requests
	}{
		{"none", 0, 0, nil, 0},
		{"rate", 20, 0, nil, 5 * time.Second},
		{"silent server", 0, 10, nil, 10 * time.Second},
		{"rate with limits told", 20, 10, []string{"X-RateLimit-Limit", "500", "X-RateLimit-Remaining", "500",
			"X-RateLimit-Interval-Seconds", "1", "X-RateLimit-FillRate", "500"}, 5 * time.Second},
		{"limits told", 0, 10, []string{"X-RateLimit-Limit", "500", "X-RateLimit-Remaining", "500",
			"X-RateLimit-Interval-Seconds", "1", "X-RateLimit-FillRate", "500"}, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, Config{Base: always(200, added, tt.headers...), Rate: tt.rate, SilentRate: tt.silent})
			start := time.Now()
			crowd(t.Context(), c, 4, 101)
			if took := time.Since(start); took.Round(time.Millisecond) != tt.want {
				t.Errorf("%s: 101 requests took %v, want %v", tt.name, took, tt.want)
			}
		})
	}
}

func TestTooManyHoldsEverybodyBack(t *testing.T) {
	for _, tt := range []struct {
		name   string
		header func() string
		want   time.Duration
	}{
		{"seconds", func() string { return "60" }, time.Minute},
		{"date", func() string { return time.Now().Add(time.Minute).UTC().Format(http.TimeFormat) }, time.Minute},
		{"zero", func() string { return "0" }, 250 * time.Millisecond},
		{"missing", func() string { return "" }, 250 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			var mu sync.Mutex
			var early int
			var since, from time.Time // of the hold
			armed := false
			c := newClient(t, Config{Base: roundTrip(func(*http.Request) (*http.Response, error) {
				mu.Lock()
				defer mu.Unlock()
				if armed {
					armed, since, from = false, time.Now(), time.Now().Add(tt.want)
					return respond(429, "", "Retry-After", tt.header()), nil
				}
				if time.Now().After(since) && time.Now().Before(from) {
					early++
				}
				return respond(200, added), nil
			})})
			prove(t, c)
			armed = true
			if counts := crowd(t.Context(), c, 8, 40); counts[schema.StatusCreated] != 40 {
				t.Errorf("%s: %v", tt.name, counts)
			}
			if early > 0 || !time.Now().Equal(from) {
				t.Errorf("%s: %d left early; it ended %v after the hold", tt.name, early, time.Since(from))
			}
		})
	}
}

func TestMaxWait(t *testing.T) {
	for _, tt := range []struct {
		after       string
		least, most time.Duration
	}{
		{"7", 9 * time.Minute, 10 * time.Minute},
		{"", 9 * time.Minute, 10 * time.Minute},
		{"3600", 0, 0}, // nothing to wait for
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, Config{Base: always(429, "", "Retry-After", tt.after)})
			start := time.Now()
			out := c.Do(t.Context(), create("x"))
			if out.Status != schema.StatusUnprocessed || out.Class != stop || out.Stop != schema.StopBusy || out.HTTP != 429 {
				t.Errorf("%q: %+v", tt.after, out)
			}
			if took := time.Since(start); took < tt.least || took > tt.most {
				t.Errorf("%q: it took %v", tt.after, took)
			}
			before, _ := c.Requests()
			var e *Error
			if _, err := c.List(t.Context()); !errors.As(err, &e) || e.Stop != schema.StopBusy {
				t.Errorf("%q: the next call: %v", tt.after, err)
			}
			if all, _ := c.Requests(); all != before {
				t.Errorf("%q: a request left after the stop", tt.after)
			}
		})
	}
}

func TestMaxWaitIsWithoutAcceptedRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int64
		c := newClient(t, Config{MaxWait: time.Minute, Base: roundTrip(func(*http.Request) (*http.Response, error) {
			if n.Add(1)%2 == 1 {
				return respond(429, "", "Retry-After", "50"), nil
			}
			return respond(200, added), nil
		})})
		if counts := crowd(t.Context(), c, 1, 20); counts[schema.StatusCreated] != 20 {
			t.Error(counts)
		}
	})
}

// One answer that concerns the whole run: nothing leaves after it.
func TestStopEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Config{Base: taking(time.Second, script(always(200, emptyList), always(403, "")))})
		if _, err := c.List(t.Context()); err != nil {
			t.Fatal(err)
		}
		counts := crowd(t.Context(), c, 16, 100)
		if counts[schema.StatusUnprocessed] != 100 {
			t.Error(counts)
		}
		if all, writes := c.Requests(); all != 2 || writes != 1 {
			t.Errorf("%d requests left, %d of them writes", all, writes)
		}
		out := c.Do(t.Context(), create("x"))
		if out.Class != stop || out.Stop != schema.StopCredentials || out.Attempts != 0 || out.HTTP != 0 || out.Error == "" || out.Advice == "" {
			t.Errorf("%+v", out)
		}
	})
}

func TestStopEndsWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int64
		c := newClient(t, Config{Base: roundTrip(func(*http.Request) (*http.Response, error) {
			switch n.Add(1) {
			case 1:
				return respond(200, added), nil
			case 2: // slow, and then the end of it all
				time.Sleep(2 * time.Second)
				return respond(401, ""), nil
			default:
				time.Sleep(time.Second)
				return respond(503, "", "Retry-After", "300"), nil
			}
		})})
		prove(t, c)
		start := time.Now()
		counts := crowd(t.Context(), c, 4, 4)
		if took := time.Since(start); took != 2*time.Second || counts[schema.StatusUnprocessed] != 4 {
			t.Errorf("%v after %v", counts, took)
		}
	})
}

func TestPilots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var flying, most, n atomic.Int64
		c := newClient(t, Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			now := flying.Add(1)
			defer flying.Add(-1)
			most.Store(max(most.Load(), now))
			time.Sleep(time.Second)
			switch i := n.Add(1); {
			case r.Method == "GET":
				return respond(200, emptyList), nil
			case i <= 3: // neither a proxy's words nor silence prove anything
				return respond(502, ""), nil
			case i == 4:
				return nil, fmt.Errorf("broken")
			default:
				return respond(200, added), nil
			}
		})})
		step := func(what string, wantMost int64, f func()) {
			most.Store(0)
			f()
			if got := most.Load(); got != wantMost {
				t.Errorf("%s: %d at once, want %d", what, got, wantMost)
			}
		}
		step("first request and first writes", 1, func() { crowd(t.Context(), c, 4, 4) })
		step("proving", 1, func() { crowd(t.Context(), c, 4, 1) })
		step("afterwards", 4, func() { crowd(t.Context(), c, 4, 8) })
	})
}

func TestReadsDoNotWaitForTheFirstWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == "GET" {
				return respond(200, emptyList), nil
			}
			return taking(time.Hour, always(200, added))(r)
		}), Timeout: 2 * time.Hour})
		if _, err := c.List(t.Context()); err != nil {
			t.Fatal(err)
		}
		go c.Do(t.Context(), create("slow"))
		synctest.Wait()
		start := time.Now()
		if _, err := c.List(t.Context()); err != nil || time.Since(start) != 0 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		time.Sleep(2 * time.Hour)
	})
}

func TestCancelledWhileWaiting(t *testing.T) {
	for name, base := range map[string]roundTrip{
		"held back":        always(429, "", "Retry-After", "60"),
		"behind the pilot": taking(time.Minute, always(200, added)),
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, Config{Base: base})
			go c.Do(t.Context(), create("first"))
			synctest.Wait()
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			if counts := crowd(ctx, c, 8, 20); counts[schema.StatusUnprocessed] != 20 || time.Since(start) != time.Second {
				t.Errorf("%s: %v after %v", name, counts, time.Since(start))
			}
			if all, _ := c.Requests(); all > 1 {
				t.Errorf("%s: %d requests left", name, all)
			}
			time.Sleep(time.Hour)
		})
	}
}

func TestWaitsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var waits []Wait
		c := newClient(t, Config{
			Base:   script(always(429, "", "Retry-After", "9"), always(200, added, limits("0", "3")...), always(200, added)),
			OnWait: func(w Wait) { waits = append(waits, w) },
		})
		crowd(t.Context(), c, 1, 2)
		if len(waits) != 2 || waits[0] != (Wait{ReasonBusy, 9 * time.Second}) || waits[1] != (Wait{ReasonBucket, 3 * time.Second}) {
			t.Errorf("%v", waits)
		}
	})
}
