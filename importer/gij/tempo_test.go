package gij

import (
	"net/http"
	"testing"
	"time"
)

var noon = time.Date(2030, 1, 2, 12, 0, 0, 0, time.UTC)

func heard(status int, headers ...string) answer {
	resp := respond(status, "", headers...)
	return answer{status: status, header: resp.Header}
}

// limits are the headers of a bucket of 10 that gets 5 tokens each 2 s.
func limits(remaining, after string) []string {
	return []string{"X-RateLimit-Limit", "10", "X-RateLimit-Remaining", remaining,
		"X-RateLimit-Interval-Seconds", "2", "X-RateLimit-FillRate", "5", "retry-after", after}
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
		h := http.Header{}
		h.Set("Retry-After", tt.value)
		if tt.date != "" {
			h.Set("Date", tt.date)
		}
		if got := retryAfter(h, noon); got != tt.want {
			t.Errorf("Retry-After %q, Date %q: %v, want %v", tt.value, tt.date, got, tt.want)
		}
	}
}

// at is when the next request may leave, from noon.
func at(tp *tempo, after time.Duration) time.Duration {
	next, _ := tp.next(noon.Add(after))
	return next.Sub(noon)
}

func TestTempoHolds(t *testing.T) {
	var tp tempo
	if got := at(&tp, 0); got != 0 {
		t.Fatalf("an unknown server: %v", got)
	}
	tp.hear(heard(429, "Retry-After", "10"), 0, noon)
	tp.hear(heard(429, "Retry-After", "4"), 0, noon.Add(time.Second))
	if got := at(&tp, time.Second); got != 10*time.Second {
		t.Errorf("a shorter Retry-After moved the hold to %v", got)
	}
	tp.hear(heard(200), 0, noon.Add(2*time.Second))
	if got := at(&tp, 2*time.Second); got != 10*time.Second {
		t.Errorf("an accepted request moved the hold to %v", got)
	}
	if got := at(&tp, 10*time.Second); got != 10*time.Second {
		t.Errorf("after the hold: %v", got)
	}
}

func TestTempoGrows(t *testing.T) {
	var tp tempo
	now := noon
	for i, want := range []time.Duration{250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000} {
		want *= time.Millisecond
		for range 4 { // a burst counts once
			tp.hear(heard(429, "Retry-After", "0"), 0, now)
		}
		next, reason := tp.next(now)
		if next.Sub(now) != want || reason != ReasonBusy {
			t.Fatalf("hold %d: %v for %q, want %v", i, next.Sub(now), reason, want)
		}
		now = next
	}
	tp.hear(heard(200), 0, now)
	tp.hear(heard(503), 0, now)
	if next, _ := tp.next(now); next.Sub(now) != 250*time.Millisecond {
		t.Errorf("after an accepted request the hold begins with %v", next.Sub(now))
	}
}

func TestTempoPatience(t *testing.T) {
	var tp tempo
	entry := noon.Add(time.Minute)
	if got := tp.patience(entry, time.Hour); got != entry.Add(time.Hour) {
		t.Errorf("nothing turned away: %v", got)
	}
	tp.hear(heard(429), 0, noon)
	tp.hear(heard(503), 0, noon.Add(30*time.Second))
	tp.hear(heard(0), 0, noon.Add(31*time.Second))
	tp.hear(heard(502), 0, noon.Add(32*time.Second))
	if got := tp.patience(entry, time.Hour); got != noon.Add(time.Hour) {
		t.Errorf("turned away at noon: %v", got)
	}
	tp.hear(heard(400), 0, noon.Add(33*time.Second))
	if got := tp.patience(entry, time.Hour); got != entry.Add(time.Hour) {
		t.Errorf("accepted since: %v", got)
	}
}

func TestBucket(t *testing.T) {
	var tp tempo
	fly := func(n int) {
		for range n {
			tp.leave()
		}
	}
	check := func(what string, after, want time.Duration) {
		t.Helper()
		if got := at(&tp, after); got != want {
			t.Errorf("%s: the next may leave at %v, want %v", what, got, want)
		}
	}
	fly(1)
	tp.hear(heard(200, limits("2", "0")...), 0, noon)
	check("2 remain", 0, 0)
	fly(1)
	check("2 remain, 1 in the air", 0, 0)
	fly(1)
	check("2 remain, 2 in the air", 0, 2*time.Second)
	tp.hear(heard(200, limits("0", "1")...), 0, noon.Add(500*time.Millisecond))
	tp.hear(heard(200, limits("1", "0")...), 0, noon.Add(500*time.Millisecond))
	check("none remain, whatever an overtaken answer says", 600*time.Millisecond, 1500*time.Millisecond)
	check("refilled", 1500*time.Millisecond, 1500*time.Millisecond)
	fly(5)
	check("a refill is 5", 1500*time.Millisecond, 3500*time.Millisecond)
	fly(4)
	check("9 in the air after a long time", time.Hour, time.Hour)
	fly(1)
	check("no more than 10 fit in", time.Hour, time.Hour+1500*time.Millisecond)
}

func TestBucketSeesEarlyRefill(t *testing.T) {
	var tp tempo
	tp.leave()
	tp.leave()
	tp.hear(heard(200, limits("1", "0")...), 0, noon)
	tp.hear(heard(200, limits("6", "0")...), 0, noon.Add(time.Second))
	if got := tp.bucket; got.remaining != 6 || !got.refill.Equal(noon.Add(3*time.Second)) {
		t.Errorf("%+v", got)
	}
}

func TestBucketCountsLostAnswers(t *testing.T) {
	var tp tempo
	for range 3 {
		tp.leave()
	}
	tp.hear(heard(200, limits("2", "0")...), 0, noon)
	tp.hear(heard(0), 0, noon)
	tp.hear(heard(502), 0, noon)
	if got := at(&tp, 0); got != 2*time.Second {
		t.Errorf("2 remained and 2 were lost: the next may leave at %v", got)
	}
}

func TestBucketIgnoresNonsense(t *testing.T) {
	for _, h := range [][]string{
		{"X-RateLimit-Limit", "10"},
		append(limits("0", "5"), "X-RateLimit-FillRate", "0"),
		append(limits("0", "5"), "X-RateLimit-Interval-Seconds", "0"),
		append(limits("0", "5"), "X-RateLimit-Limit", "-1"),
		append(limits("0", "5"), "X-RateLimit-Remaining", "many"),
	} {
		var tp tempo
		tp.leave()
		tp.hear(heard(200, h...), 0, noon)
		if got := at(&tp, 0); got != 0 {
			t.Errorf("%v: held back until %v", h, got)
		}
	}
}
