package gij

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/schema"
)

func TestTimeoutCoversTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Config{Timeout: time.Minute, Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			resp := respond(200, "")
			resp.Body = io.NopCloser(slowBody{r.Context()})
			return resp, nil
		})})
		start := time.Now()
		out := c.Do(t.Context(), create("x"))
		if out.Status != schema.StatusUnknown || !out.Unanswered || out.HTTP != 200 || time.Since(start) != time.Minute {
			t.Errorf("after %v: %+v", time.Since(start), out)
		}
	})
}

// slowBody never comes to an end.
type slowBody struct{ ctx context.Context }

func (b slowBody) Read([]byte) (int, error) {
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}

func TestGrace(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer time.Duration // after which the server answers
		want   schema.Status
		took   time.Duration
	}{
		{"answers in time", 20 * time.Second, schema.StatusCreated, 20 * time.Second},
		{"answers too late", 2 * time.Minute, schema.StatusUnknown, 31 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
				select {
				case <-time.After(tt.answer):
					return respond(200, added), nil
				case <-r.Context().Done():
					return nil, r.Context().Err()
				}
			})})
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			start := time.Now()
			out := c.Do(ctx, create("x"))
			if out.Status != tt.want || out.Took != tt.took || time.Since(start) != tt.took || out.Attempts != 1 {
				t.Errorf("%s: after %v: %+v", tt.name, time.Since(start), out)
			}
			if (out.Status == schema.StatusUnknown) != out.Unanswered {
				t.Errorf("%s: unanswered is %v", tt.name, out.Unanswered)
			}
			if out = c.Do(ctx, create("y")); out.Status != schema.StatusUnprocessed || out.Class != none || out.Attempts != 0 {
				t.Errorf("%s: the next: %+v", tt.name, out)
			}
		})
	}
}

// TestTheWireCanBeCut: who gives up twice does not wait for the grace, and is told that
// nobody knows what became of the request.
func TestTheWireCanBeCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		soft, giveUp := context.WithTimeout(t.Context(), time.Second)
		defer giveUp()
		wire, cut := context.WithTimeoutCause(t.Context(), 3*time.Second, errors.New("stopped by a signal"))
		defer cut()
		c := newClient(t, Config{Wire: wire, Base: roundTrip(hang)})
		start := time.Now()
		out := c.Do(soft, create("x"))
		if out.Status != schema.StatusUnknown || time.Since(start) != 3*time.Second || !strings.Contains(out.Error, "stopped by a signal") {
			t.Errorf("after %v: %+v", time.Since(start), out)
		}
	})
}

// What is still connecting when the run is cancelled gets no grace: nothing has left.
func TestNoGraceWhileConnecting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			httptrace.ContextClientTrace(r.Context()).GetConn("jira.example.org:443")
			return hang(r)
		})})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		out := c.Do(ctx, create("x"))
		if out.Status != schema.StatusUnprocessed || out.Attempts != 0 || time.Since(start) != time.Second {
			t.Errorf("after %v: %+v", time.Since(start), out)
		}
	})
}

// A time limit that ends before there is a connection leaves no doubt.
func TestTimeoutWhileConnecting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Config{Retries: -1, Base: roundTrip(func(r *http.Request) (*http.Response, error) {
			httptrace.ContextClientTrace(r.Context()).GetConn("jira.example.org:443")
			return hang(r)
		})})
		out := c.Do(t.Context(), create("x"))
		if out.Status != schema.StatusFailed || !out.Temporary || out.Unanswered {
			t.Errorf("%+v", out)
		}
	})
}

func TestAnswersAreCapped(t *testing.T) {
	huge := `{"success":true,"integration":{"id":1,"x":"` + strings.Repeat("x", longestWrite) + `"}}`
	c := newClient(t, Config{Base: always(200, huge)})
	out := c.Do(t.Context(), create("x"))
	if out.Status != schema.StatusUnknown || !strings.Contains(out.Error, "the answer is too large (1 MiB)") {
		t.Errorf("%s: %s", out.Status, out.Error)
	}
	c = newClient(t, Config{Base: always(200, `{"name":"`+strings.Repeat("x", longestRead)+`"}`)})
	if _, err := c.Myself(t.Context()); err == nil || !strings.Contains(err.Error(), "the answer is too large (32 MiB)") {
		t.Errorf("a user of more than 32 MiB: %v", err)
	}
	list := strings.Replace(emptyList, "[]", `[{"id":1,"type":"GITHUB","x":"`+strings.Repeat("x", longestWrite)+`"}]`, 1)
	c = newClient(t, Config{Base: always(200, list)})
	if records, err := c.List(t.Context(), nil); err != nil || len(records) != 1 {
		t.Errorf("a list of more than 1 MiB: %d records, %v", len(records), err)
	}
}

func TestCancelledBeforeAnythingLeft(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the operator had enough"))
	c := newClient(t, Config{Base: always(200, added)})
	if out := c.Do(ctx, create("x")); out.Status != schema.StatusUnprocessed || out.Class != none {
		t.Errorf("%+v", out)
	}
	if _, err := c.List(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if all, _ := c.Requests(); all != 0 {
		t.Errorf("%d requests left", all)
	}
}
