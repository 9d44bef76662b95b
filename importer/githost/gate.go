package githost

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"gijbulk/schema"
)

// atOnce is how many requests one host gets at a time.
const atOnce = 4

// gate lets requests to one host pass: a few at a time, none before its rate limit is over,
// and none after the host could not be reached.
type gate struct {
	host   string
	slots  chan struct{}
	onWait func(host string, until time.Time)

	mu    sync.Mutex
	until time.Time // no request before it
	told  time.Time // the wait that onWait was told of
	gone  *Problem  // why the host cannot be reached
}

func (c *Client) gate(host string) *gate {
	c.mu.Lock()
	defer c.mu.Unlock()
	g := c.gates[host]
	if g == nil {
		g = &gate{host: host, slots: make(chan struct{}, atOnce), onWait: c.config.OnWait}
		c.gates[host] = g
	}
	return g
}

// enter waits until a request may be sent, at the longest until patience ends.
func (g *gate) enter(ctx context.Context, patience time.Time) error {
	select {
	case g.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	for {
		wait, err := g.closed(patience)
		if err != nil {
			g.leave()
			return err
		}
		if wait <= 0 {
			return nil
		}
		if err := pause(ctx, wait); err != nil {
			g.leave()
			return err
		}
	}
}

func (g *gate) leave() { <-g.slots }

// closed is for how long the host takes no requests.
func (g *gate) closed(patience time.Time) (time.Duration, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	wait := time.Until(g.until)
	switch {
	case g.gone != nil:
		return 0, g.gone
	case wait <= 0:
		return 0, nil
	case g.until.After(patience):
		return 0, &Problem{Code: schema.CodeUnreachable, Advice: "try again after that time, or wait longer",
			Message: fmt.Sprintf("%s is rate-limited until %s", g.host, g.until.UTC().Format(time.RFC3339))}
	case g.until.After(g.told):
		g.told = g.until
		g.onWait(g.host, g.until)
	}
	return wait, nil
}

func (g *gate) close(until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if until.After(g.until) {
		g.until = until
	}
}

// unreachable is the problem of a host that gave no answer. Other credentials do not wait for it
// again.
func (g *gate) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if p, ok := err.(*Problem); ok {
		return p
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.gone = &Problem{Code: schema.CodeUnreachable, Message: fmt.Sprintf("%s cannot be reached from here: %v", g.host, err)}
	return g.gone
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// throttled reports whether the host did not do what was asked because of its rate limit.
func throttled(a *answer) bool {
	switch a.status {
	case http.StatusTooManyRequests:
		return true
	case http.StatusForbidden:
		return a.header.Get("Retry-After") != "" || a.header.Get("X-RateLimit-Remaining") == "0"
	case http.StatusServiceUnavailable:
		return a.header.Get("Retry-After") != ""
	case http.StatusBadRequest:
		return a.exception() == "ThrottlingException"
	}
	return false
}

// limitOf is for how long the host takes no further request, where an answer says so.
func limitOf(a *answer, now time.Time) (time.Duration, bool) {
	if a == nil {
		return 0, false
	}
	refused := throttled(a)
	if wait, ok := retryAfter(a.header.Get("Retry-After"), now); ok && refused {
		return max(wait, time.Second), true
	}
	for _, prefix := range []string{"X-RateLimit-", "RateLimit-"} {
		reset, err := strconv.ParseInt(a.header.Get(prefix+"Reset"), 10, 64)
		if err != nil || !refused && a.header.Get(prefix+"Remaining") != "0" {
			continue
		}
		if wait := time.Unix(reset, 0).Sub(now); wait > 0 {
			return wait, true
		}
		return time.Second, refused
	}
	if a.status == http.StatusBadRequest {
		return 2 * time.Second, refused // AWS says no time, and takes requests again soon
	}
	return time.Minute, refused
}

func retryAfter(text string, now time.Time) (time.Duration, bool) {
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(text)
	return at.Sub(now), err == nil
}
