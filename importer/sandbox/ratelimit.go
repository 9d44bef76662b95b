package sandbox

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// RateLimit is the rate limiting of Jira Data Center 8.6 and later: a token bucket, told in the headers of every
// authenticated answer. Jira keeps one for each user; the sandbox has one user. The zero value is no limit.
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

// bucket holds the tokens of a RateLimit.
type bucket struct {
	RateLimit

	mu     sync.Mutex
	tokens int
	filled time.Time // when tokens were last due
}

// newBucket is nil where there is no limit.
func newBucket(l RateLimit) *bucket {
	if l.Limit == 0 {
		return nil
	}
	return &bucket{RateLimit: l, tokens: l.Limit}
}

// take takes a token, if there is one. It tells how many are left and how long it is until new ones, 0 while some are left.
func (b *bucket) take(now time.Time) (ok bool, left int, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.filled.IsZero() {
		b.filled = now
	}
	if n := now.Sub(b.filled) / b.Interval; n > 0 {
		b.filled = b.filled.Add(n * b.Interval)
		missing := b.Limit - b.tokens
		b.tokens += min(missing, int(min(n, time.Duration(missing)))*b.FillRate)
	}
	if ok = b.tokens > 0; ok {
		b.tokens--
	}
	if b.tokens == 0 {
		wait = b.filled.Add(b.Interval).Sub(now)
	}
	return ok, b.tokens, wait
}

// limited answers 429 above the limit.
func (s *Server) limited(next http.Handler) http.Handler {
	if s.bucket == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ok, left, wait := s.bucket.take(time.Now())
		h := w.Header()
		h.Set("X-RateLimit-Limit", strconv.Itoa(s.bucket.Limit))
		h.Set("X-RateLimit-Remaining", strconv.Itoa(left))
		h.Set("X-RateLimit-Interval-Seconds", strconv.Itoa(int(s.bucket.Interval/time.Second)))
		h.Set("X-RateLimit-FillRate", strconv.Itoa(s.bucket.FillRate))
		h.Set("Retry-After", strconv.Itoa(wholeSeconds(wait)))
		if !ok {
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

// wholeSeconds rounds up, so that who waits as told does not come too early.
func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
