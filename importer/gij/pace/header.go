package pace

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// limits are the headers of one answer about the token bucket (Jira Data Center, 8.6 and
// later: X-RateLimit-*).
type limits struct {
	limit, fill int // tokens; fill of them are added each interval
	interval    time.Duration
	remaining   int
	after       time.Duration // until tokens are added, rounded up; 0: not sent
}

// limitsOf reads the headers; ok is false where they are missing or make no sense.
func limitsOf(h http.Header, now time.Time) (l limits, ok bool) {
	limit, ok1 := count(h, "X-RateLimit-Limit")
	if !ok1 {
		return limits{}, false // the usual server sends none
	}
	remaining, ok2 := count(h, "X-RateLimit-Remaining")
	seconds, ok3 := count(h, "X-RateLimit-Interval-Seconds")
	fill, ok4 := count(h, "X-RateLimit-FillRate")
	if !ok2 || !ok3 || !ok4 || limit == 0 || seconds == 0 || fill == 0 {
		return limits{}, false
	}
	l = limits{limit: limit, fill: fill, interval: time.Duration(seconds) * time.Second, remaining: min(remaining, limit)}
	if remaining == 0 {
		l.after = retryAfter(h, now)
	}
	return l, true
}

// count reads a header with a whole number. None of them can sensibly be larger than an
// int32, and sums of smaller ones cannot overflow.
func count(h http.Header, name string) (int, bool) {
	value := strings.TrimSpace(h.Get(name))
	if value == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(value, 10, 32)
	return int(n), err == nil && n >= 0
}

// node names the cluster node that answered; Jira Data Center keeps a bucket on each.
func node(h http.Header) string { return h.Get("X-ANODEID") }

// retryAfter reads Retry-After, seconds or an HTTP date; 0 where there is none to go by. A
// date is compared with the server's own clock where the answer has it. A day stands
// for anything longer: no run waits that long, and sums stay within time.Duration.
func retryAfter(h http.Header, now time.Time) time.Duration {
	const longest = 24 * time.Hour
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseFloat(value, 64); err == nil {
		if !(seconds > 0) {
			return 0
		}
		return time.Duration(math.Min(seconds, longest.Seconds()) * float64(time.Second))
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if serverNow, err := http.ParseTime(h.Get("Date")); err == nil {
		now = serverNow
	}
	return max(0, min(at.Sub(now), longest))
}
