package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// RateLimit is the rate limiting of Jira Data Center 8.6 and later: a token bucket, told in the headers of every
// authenticated answer. Jira keeps one for each user and node; the sandbox has one user. The zero value is no limit.
type RateLimit struct {
	// Limit is the bucket's size, full at the start.
	Limit int
	// FillRate is how many tokens are added at the end of each Interval.
	FillRate int
	// Interval is a whole number of seconds.
	Interval time.Duration
}

func (l RateLimit) check() error {
	switch {
	case l == RateLimit{}:
		return nil
	case l.Limit < 1 || l.FillRate < 1:
		return fmt.Errorf("rate limit: limit %d and fill rate %d must be at least 1", l.Limit, l.FillRate)
	case l.Interval < time.Second || l.Interval%time.Second != 0:
		return fmt.Errorf("rate limit: interval %v must be a whole number of seconds", l.Interval)
	}
	return nil
}

// cluster is the nodes that take requests in turn, each with a bucket of its own.
type cluster struct {
	mu    sync.Mutex
	limit RateLimit
	nodes []tokenBucket
	next  int // the node whose turn it is
}

// tokenBucket holds a node's tokens.
type tokenBucket struct {
	tokens int
	filled time.Time // when tokens were last due; zero before the first request
}

// balance is what a request finds at the node that takes it.
type balance struct {
	node  int // from 1
	limit RateLimit
	ok    bool          // there was a token for it
	left  int           // tokens
	wait  time.Duration // until new tokens, 0 while some are left
}

func newCluster(l RateLimit, nodes int) *cluster {
	c := &cluster{limit: l, nodes: make([]tokenBucket, max(1, nodes))}
	for i := range c.nodes {
		c.nodes[i].tokens = l.Limit
	}
	return c
}

// setLimit changes the limit. Tokens beyond the new size are lost; a limit that is switched on starts with full buckets.
func (c *cluster) setLimit(l RateLimit) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.nodes {
		b := &c.nodes[i]
		if c.limit.Limit == 0 {
			*b = tokenBucket{tokens: l.Limit}
		}
		b.tokens = min(b.tokens, l.Limit)
	}
	c.limit = l
}

func (c *cluster) take(now time.Time) balance {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := &c.nodes[c.next]
	c.next = (c.next + 1) % len(c.nodes)
	found := balance{node: (c.next+len(c.nodes)-1)%len(c.nodes) + 1, limit: c.limit, ok: true}
	if c.limit.Limit == 0 {
		return found
	}
	b.fill(c.limit, now)
	if found.ok = b.tokens > 0; found.ok {
		b.tokens--
	}
	if found.left = b.tokens; b.tokens == 0 {
		found.wait = b.filled.Add(c.limit.Interval).Sub(now)
	}
	return found
}

func (b *tokenBucket) fill(l RateLimit, now time.Time) {
	if b.filled.IsZero() {
		b.filled = now
	}
	if n := now.Sub(b.filled) / l.Interval; n > 0 {
		b.filled = b.filled.Add(n * l.Interval)
		missing := l.Limit - b.tokens
		b.tokens = min(l.Limit, b.tokens+int(min(n, time.Duration(missing)))*l.FillRate)
	}
}

// SetRateLimit changes the rate limiting of a running server, as an administrator may; the zero value switches it off.
func (s *Server) SetRateLimit(l RateLimit) error {
	if err := l.check(); err != nil {
		return fmt.Errorf("sandbox: %w", err)
	}
	s.cluster.setLimit(l)
	return nil
}

// limited answers 429 above the limit. Where there are several nodes each answer names its own, as Jira Data Center does.
func (s *Server) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isLate(r) {
			next.ServeHTTP(w, r)
			return
		}
		found := s.cluster.take(time.Now())
		h := w.Header()
		if len(s.cluster.nodes) > 1 {
			h.Set("X-ANODEID", fmt.Sprint("node", found.node))
		}
		if found.limit.Limit > 0 {
			h.Set("X-RateLimit-Limit", strconv.Itoa(found.limit.Limit))
			h.Set("X-RateLimit-Remaining", strconv.Itoa(found.left))
			h.Set("X-RateLimit-Interval-Seconds", strconv.Itoa(int(found.limit.Interval/time.Second)))
			h.Set("X-RateLimit-FillRate", strconv.Itoa(found.limit.FillRate))
			h.Set("Retry-After", strconv.Itoa(wholeSeconds(found.wait)))
		}
		if !found.ok {
			writeTooMany(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func writeTooMany(w http.ResponseWriter) {
	w.Header().Set("Content-Type", jsonType)
	w.WriteHeader(http.StatusTooManyRequests)
	fmt.Fprintln(w, `{"message":"Rate limit exceeded."}`)
}

// wholeSeconds rounds up, so that a client that waits this long is not too early.
func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
