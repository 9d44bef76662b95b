package pace

import (
	"net/http"
	"testing"
	"time"
)

var noon = time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)

// headers are pairs of name and value.
func headers(pairs ...string) http.Header {
	h := http.Header{}
	for i := 0; i < len(pairs); i += 2 {
		h.Set(pairs[i], pairs[i+1])
	}
	return h
}

func TestRetryAfter(t *testing.T) {
	for _, tt := range []struct {
		value, date string
		want        time.Duration
	}{
		{"7", "", 7 * time.Second},
		{" 7 ", "", 7 * time.Second},
		{"0.5", "", 500 * time.Millisecond},
		{"0", "", 0},
		{"-3", "", 0},
		{"", "", 0},
		{"soon", "", 0},
		{"NaN", "", 0},
		{"1e300", "", 24 * time.Hour},
		{"99999999999", "", 24 * time.Hour},
		{noon.Add(90 * time.Second).Format(http.TimeFormat), "", 90 * time.Second},
		{noon.Add(-time.Hour).Format(http.TimeFormat), "", 0},
		{noon.AddDate(300, 0, 0).Format(http.TimeFormat), "", 24 * time.Hour},
		// The server's clock is an hour behind ours: its own Date says what it means.
		{noon.Add(-59 * time.Minute).Format(http.TimeFormat), noon.Add(-time.Hour).Format(http.TimeFormat), time.Minute},
	} {
		h := headers("Retry-After", tt.value)
		if tt.date != "" {
			h.Set("Date", tt.date)
		}
		if got := retryAfter(h, noon); got != tt.want {
			t.Errorf("Retry-After %q, Date %q: %v, want %v", tt.value, tt.date, got, tt.want)
		}
	}
}

func TestLimitsOf(t *testing.T) {
	good := limits{limit: 10, fill: 5, interval: 2 * time.Second, remaining: 3}
	for _, tt := range []struct {
		name    string
		changed []string
		want    limits
		ok      bool
	}{
		{"all", nil, good, true},
		{"none left", []string{"X-RateLimit-Remaining", "0"}, limits{10, 5, 2 * time.Second, 0, 7 * time.Second}, true},
		{"more than fit in", []string{"X-RateLimit-Remaining", "99"}, limits{10, 5, 2 * time.Second, 10, 0}, true},
		{"one missing", []string{"X-RateLimit-FillRate", ""}, limits{}, false},
		{"negative", []string{"X-RateLimit-Remaining", "-1"}, limits{}, false},
		{"no bucket", []string{"X-RateLimit-Limit", "0"}, limits{}, false},
		{"never filled", []string{"X-RateLimit-FillRate", "0"}, limits{}, false},
		{"no interval", []string{"X-RateLimit-Interval-Seconds", "0"}, limits{}, false},
		{"text", []string{"X-RateLimit-Remaining", "many"}, limits{}, false},
		{"beyond all measure", []string{"X-RateLimit-Limit", "99999999999999999999"}, limits{}, false},
	} {
		h := headers("X-RateLimit-Limit", "10", "X-RateLimit-Remaining", "3", "X-RateLimit-Interval-Seconds", "2",
			"X-RateLimit-FillRate", "5", "retry-after", "7")
		for i := 0; i < len(tt.changed); i += 2 {
			h.Set(tt.changed[i], tt.changed[i+1])
		}
		if got, ok := limitsOf(h, noon); got != tt.want || ok != tt.ok {
			t.Errorf("%s: %+v, %t; want %+v, %t", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}
