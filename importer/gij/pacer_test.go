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

	"gijbulk/importer/sandbox"
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

// A server that tells no limits, is well, then slow, then turns requests away, and then well
// again: fewer requests at once reach it while it is in trouble, and all come back.
func TestSilentServerInTrouble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var flying atomic.Int64
		var mu sync.Mutex
		most, refused := map[int]int64{}, 0 // most at once, by the ten seconds in which they left
		c := newClient(t, Config{Base: roundTrip(func(*http.Request) (*http.Response, error) {
			since := time.Since(start)
			n := flying.Add(1)
			defer flying.Add(-1)
			mu.Lock()
			most[int(since/(10*time.Second))] = max(most[int(since/(10*time.Second))], n)
			mu.Unlock()
			switch {
			case since > 15*time.Second && since < 40*time.Second:
				time.Sleep(2 * time.Second)
			case since > 45*time.Second && since < 50*time.Second:
				mu.Lock()
				refused++
				mu.Unlock()
				return respond(503, busy, "Retry-After", "0"), nil
			default:
				time.Sleep(200 * time.Millisecond)
			}
			return respond(200, added), nil
		})})
		if counts := crowd(t.Context(), c, 16, 4000); counts[schema.StatusCreated] != 4000 {
			t.Error(counts)
		}
		if most[0] != 16 || most[3] > 8 || most[6] != 16 {
			t.Errorf("at once: %d while well, %d while slow, %d when well again", most[0], most[3], most[6])
		}
		if refused > 16+8 { // a burst, and then one at a time
			t.Errorf("%d were turned away", refused)
		}
	})
}

// Limits that are switched on and off in the middle: followed at once, and forgotten.
func TestLimitsSwitchedOnAndOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, err := sandbox.New(sandbox.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var refused atomic.Int64
		c := newClient(t, Config{Token: "t", SilentRate: 10, Base: taking(5*time.Millisecond, func(r *http.Request) (*http.Response, error) {
			resp, err := server.RoundTripper().RoundTrip(r)
			if err == nil && resp.StatusCode == http.StatusTooManyRequests {
				refused.Add(1)
			}
			return resp, err
		})})
		step := func(what string, l sandbox.RateLimit, n int, least, most time.Duration) {
			if err := server.SetRateLimit(l); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			if counts := crowd(t.Context(), c, 8, n); counts[schema.StatusCreated] != n {
				t.Fatal(what, counts)
			}
			if took := time.Since(start); took < least || took > most {
				t.Errorf("%s: %d requests took %v", what, n, took)
			}
		}
		off := sandbox.RateLimit{}
		step("silent", off, 50, 4900*time.Millisecond, 5*time.Second)
		step("50 a second", sandbox.RateLimit{Limit: 50, FillRate: 50, Interval: time.Second}, 1000, 19*time.Second, 19700*time.Millisecond)
		step("5 a second", sandbox.RateLimit{Limit: 5, FillRate: 5, Interval: time.Second}, 100, 18*time.Second, 21*time.Second)
		step("silent again", off, 120, 13*time.Second, 15*time.Second)
		if n := refused.Load(); n > 5 {
			t.Errorf("%d requests came too early", n)
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
			if _, err := c.List(t.Context(), nil); !errors.As(err, &e) || e.Stop != schema.StopBusy {
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

// A 403 to a write may concern that record alone: the client still reads the list, which decides.
func TestForbiddenWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Config{Base: script(always(403, ""), always(200, emptyList))})
		out := c.Do(t.Context(), create("x"))
		if _, err := c.List(t.Context(), nil); err != nil || out.HTTP != 403 || out.Stop != schema.StopCredentials {
			t.Errorf("error %v, %+v", err, out)
		}
	})
}

// One answer that concerns the whole run: nothing leaves after it.
func TestStopEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Config{Base: taking(time.Second, script(always(200, emptyList), always(401, "")))})
		if _, err := c.List(t.Context(), nil); err != nil {
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
				return respond(503, busy, "Retry-After", "300"), nil
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

func TestProbes(t *testing.T) {
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
		if _, err := c.List(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		go c.Do(t.Context(), create("slow"))
		synctest.Wait()
		start := time.Now()
		if _, err := c.List(t.Context(), nil); err != nil || time.Since(start) != 0 {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		time.Sleep(2 * time.Hour)
	})
}

func TestCancelledWhileWaiting(t *testing.T) {
	for name, base := range map[string]roundTrip{
		"held back":        always(429, "", "Retry-After", "60"),
		"behind the probe": taking(time.Minute, always(200, added)),
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
