package gij

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/schema"
)

func refuse(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connect: connection refused")}
}

// busy is Jira's own 503.
const busy = `{"errorMessages":["Jira is being indexed"],"errors":{}}`

func breakOff(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

func TestCreateIsRetriedOnlyIfCertainlyNotDone(t *testing.T) {
	for _, tt := range []struct {
		name     string
		first    roundTrip
		status   schema.Status
		class    schema.Class
		attempts int
	}{
		{"no connection", refuse, schema.StatusCreated, done, 1},
		{"busy", always(503, busy), schema.StatusCreated, done, 2},
		{"a proxy's 503 that says when", always(503, "", "Retry-After", "1"), schema.StatusUnknown, unknown, 1},
		{"too many", always(429, ""), schema.StatusCreated, done, 2},
		{"refused", always(400, "<title>no</title>"), schema.StatusFailed, refused, 1},
		{"broken", breakOff, schema.StatusUnknown, unknown, 1},
		{"gateway", always(502, ""), schema.StatusUnknown, unknown, 1},
		{"a proxy's 503", always(503, ""), schema.StatusUnknown, unknown, 1},
		{"half an answer", always(200, `{"success":`), schema.StatusUnknown, unknown, 1},
		{"no id", always(200, `{"success":true,"integration":{}}`), schema.StatusUnknown, unknown, 1},
		{"hanging", hang, schema.StatusUnknown, unknown, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, Config{Base: script(always(200, added), tt.first, always(200, added))})
				prove(t, c)
				out := c.Do(t.Context(), create("x"))
				if out.Status != tt.status || out.Class != tt.class || out.Attempts != tt.attempts {
					t.Errorf("%s, class %d, %d attempts: %s", out.Status, out.Class, out.Attempts, out.Error)
				}
				if all, _ := c.Requests(); all != tt.attempts+1 {
					t.Errorf("%d requests left", all)
				}
			})
		})
	}
}

func TestRetriesEnd(t *testing.T) {
	for _, tt := range []struct{ retries, want int }{{0, 6}, {2, 3}, {-1, 1}} {
		synctest.Test(t, func(t *testing.T) {
			var waits []time.Duration
			c := newClient(t, Config{Base: always(503, busy), Retries: tt.retries, OnWait: func(w Wait) {
				if w.Reason == ReasonRetry {
					waits = append(waits, w.For)
				}
			}})
			out := c.Do(t.Context(), create("x"))
			if out.Status != schema.StatusFailed || !out.Temporary || out.Attempts != tt.want || out.HTTP != 503 || out.Class != notDone {
				t.Errorf("retries %d: %+v", tt.retries, out)
			}
			for i, d := range waits {
				middle := 500 * time.Millisecond << i
				if d < middle/2 || d > middle*3/2 {
					t.Errorf("wait %d is %v, want %v, half more or less", i, d, middle)
				}
			}
		})
	}
}

func TestReadsAreRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Config{Base: script(breakOff, always(502, ""), always(200, `{"success":tr`), hang, always(408, ""), always(200, emptyList))})
		records, err := c.List(t.Context(), nil)
		if err != nil || len(records) != 0 {
			t.Errorf("%v, %v", records, err)
		}
		if all, writes := c.Requests(); all != 6 || writes != 0 {
			t.Errorf("%d requests, %d writes", all, writes)
		}
	})
}

func TestEachAttemptSendsTheWholeBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bodies []string
		keep := func(next roundTrip) roundTrip {
			return func(r *http.Request) (*http.Response, error) {
				data, _ := io.ReadAll(r.Body)
				bodies = append(bodies, string(data))
				return next(r)
			}
		}
		c := newClient(t, Config{Base: script(keep(always(429, "")), keep(refuse), keep(always(200, added)))})
		c.Do(t.Context(), create("x"))
		want := `{"type":"GITHUB","displayName":"x"}`
		if !slices.Equal(bodies, []string{want, want, want}) {
			t.Errorf("%q", bodies)
		}
	})
}

func TestTooManyIsNoFailedAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var n atomic.Int64
		c := newClient(t, Config{Retries: -1, Base: roundTrip(func(*http.Request) (*http.Response, error) {
			if n.Add(1) <= 20 {
				return respond(429, "", "Retry-After", "3"), nil
			}
			return respond(200, added), nil
		})})
		start := time.Now()
		out := c.Do(t.Context(), create("x"))
		if out.Status != schema.StatusCreated || out.Attempts != 21 || out.Took != time.Minute || !out.Started.Equal(start) {
			t.Errorf("%+v", out)
		}
	})
}

func TestCancelledBetweenAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Config{Base: always(503, busy, "Retry-After", "60")})
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		out := c.Do(ctx, create("x"))
		if out.Status != schema.StatusUnprocessed || out.Class != none || out.Attempts != 1 || out.HTTP != 503 {
			t.Errorf("%+v", out)
		}
		if took := time.Since(start); took != 100*time.Millisecond {
			t.Errorf("it took %v to leave", took)
		}
	})
}

func TestNeverAnswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := false
		c := newClient(t, Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			if up {
				return respond(200, `{"name":"me"}`), nil
			}
			return refuse(r)
		})})
		var e *Error
		if _, err := c.Myself(t.Context()); !errors.As(err, &e) || e.Class != notDone || e.Stop != "" || e.Need != NeedHost {
			t.Errorf("at first: %+v", e)
		}
		up = true
		if _, err := c.Myself(t.Context()); err != nil {
			t.Errorf("the client does not recover: %v", err)
		}
		up = false
		if _, err := c.Myself(t.Context()); !errors.As(err, &e) || e.Class != notDone || e.Stop != "" || e.Need == NeedHost {
			t.Errorf("later: %+v", e)
		}
		if all, _ := c.Requests(); all != 1 {
			t.Errorf("%d requests left", all)
		}
	})
}
