package pace

import (
	"fmt"
	"math"
	"net/http"
	"testing"
	"time"
)

// course drives a pace through moments after noon.
type course struct {
	Pace
	t   *testing.T
	now time.Duration
}

// at moves on to a moment.
func (c *course) at(now time.Duration) *course {
	c.now = now
	return c
}

// wants checks when the next request may leave, -1 for the next answer.
func (c *course) wants(what string, at time.Duration, why Reason) {
	c.t.Helper()
	m := c.Next(noon.Add(c.now))
	got := m.At.Sub(noon)
	if m.At.IsZero() {
		got = -1
	}
	if got != at || got != c.now && m.Why != why {
		c.t.Errorf("%s, at %v: the next may leave at %v (%s), want %v (%s)", what, c.now, got, m.Why, at, why)
	}
}

// free checks that a request may leave now.
func (c *course) free(what string) {
	c.t.Helper()
	c.wants(what, c.now, "")
}

func (c *course) leave() Request { return c.Send(noon.Add(c.now)) }

func (c *course) hear(t Request, status int, pairs ...string) {
	c.Done(t, Answer{Status: status, Header: headers(pairs...), Write: true}, noon.Add(c.now))
}

// call lets a request leave and answers it at once.
func (c *course) call(status int, pairs ...string) { c.hear(c.leave(), status, pairs...) }

// says are the headers of a bucket of 10 that gets 5 tokens each 2 s.
func says(remaining int, pairs ...string) []string {
	return append([]string{"X-RateLimit-Limit", "10", "X-RateLimit-Remaining", fmt.Sprint(remaining),
		"X-RateLimit-Interval-Seconds", "2", "X-RateLimit-FillRate", "5"}, pairs...)
}

const ms = time.Millisecond

func TestHoldLastsAsLongAsTheServerSays(t *testing.T) {
	c := &course{t: t}
	c.free("an unknown server")
	a, b, d := c.leave(), c.leave(), c.leave()
	c.hear(a, 429, "Retry-After", "10")
	c.at(time.Second).hear(b, 429, "Retry-After", "4")
	c.wants("a shorter Retry-After", 10*time.Second, Busy)
	c.at(2*time.Second).hear(d, 200)
	c.wants("an accepted request", 10*time.Second, Busy)
	c.at(10 * time.Second).free("after the hold")
}

func TestHoldGrowsWhereTheServerDoesNotSay(t *testing.T) {
	c := &course{t: t}
	for i, want := range []time.Duration{250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000} {
		var burst []Request
		for range 4 {
			burst = append(burst, c.leave())
		}
		for _, request := range burst { // it counts once
			c.hear(request, 429, "Retry-After", "0")
		}
		c.wants(fmt.Sprint("hold ", i), c.now+want*ms, Busy)
		c.now += want * ms
	}
	c.call(200)
	c.call(503)
	c.wants("after an accepted request", c.now+250*ms, Busy)
}

func TestOneGoesAheadAfterAHold(t *testing.T) {
	c := &course{t: t}
	early := c.leave()
	c.call(503, "Retry-After", "1")
	c.at(1100*ms).hear(early, 200) // it left before, and proves nothing
	c.free("the first after the hold")
	scout := c.leave()
	c.wants("the others", -1, Busy)
	c.hear(scout, 0)
	c.free("another, as that one was lost")
	c.hear(c.leave(), 200)
	c.leave()
	c.free("all, as one was accepted")
}

func TestPatience(t *testing.T) {
	c := &course{t: t}
	entry := noon.Add(time.Minute)
	wants := func(what string, want time.Time) {
		t.Helper()
		if got := c.Patience(entry, time.Hour); !got.Equal(want) {
			t.Errorf("%s: until %v, want %v", what, got, want)
		}
	}
	wants("nothing turned away", entry.Add(time.Hour))
	c.call(429)
	c.at(30 * time.Second).call(503)
	c.at(31 * time.Second).call(0)
	c.at(32 * time.Second).call(502)
	wants("turned away at noon", noon.Add(time.Hour))
	c.at(33 * time.Second).call(400)
	wants("accepted since", entry.Add(time.Hour))
}

func TestBucketIsFollowed(t *testing.T) {
	c := &course{t: t}
	c.call(200, says(2)...)
	c.leave()
	c.free("2 remained, 1 in the air")
	c.leave()
	c.wants("2 remained, 2 in the air", 2*time.Second, Bucket)
	c.at(2 * time.Second).free("tokens are due")
	for range 5 {
		c.leave()
	}
	c.wants("5 were added and taken", 4*time.Second+2*time.Second/drift, Bucket)
	c.at(time.Hour)
	for range 10 {
		c.free("as many as fit in")
		c.leave()
	}
	if m := c.Next(noon.Add(c.now)); !m.At.After(noon.Add(c.now)) {
		t.Error("more left than fit in")
	}
}

// What an answer tells is put together with what had been told when its request left.
func TestBucketIsReadFromAnswersInAnyOrder(t *testing.T) {
	c := &course{t: t}
	c.call(200, says(6)...)
	a, b := c.leave(), c.leave()
	c.at(100*ms).hear(b, 200, says(4)...)
	c.hear(a, 200, says(5)...) // overtaken: no sign of new tokens
	if got := c.buckets[""]; got.tokens != 4 || got.least != 4 {
		t.Errorf("overtaken: %+v", got)
	}
	a, b = c.leave(), c.leave()
	c.at(200*ms).hear(a, 200, says(4)...) // 4 again: some were added
	if got := c.buckets[""]; got.tokens != 3 || !got.next.Equal(noon.Add(2200*ms)) {
		t.Errorf("added: %+v", got)
	}
	c.hear(b, 200, says(2)...) // from before
	if got := c.buckets[""]; got.tokens != 3 || got.least != 4 {
		t.Errorf("from before they were added: %+v", got)
	}
	slow := c.leave()
	c.at(2300*ms).call(200, says(5)...)
	c.at(2400*ms).hear(slow, 200, says(0, "retry-after", "2")...)
	c.free("tokens were added since the slow one left")
}

func TestBucketIsSharedWithOthers(t *testing.T) {
	c := &course{t: t}
	c.call(200, says(9)...)
	a, b := c.leave(), c.leave()
	c.hear(a, 200, says(3)...) // others took 5; the one in the air may not be counted yet
	if got := c.buckets[""]; got.tokens != 2 {
		t.Errorf("%+v", got)
	}
	c.hear(b, 200, says(0, "retry-after", "1")...)
	c.wants("none left", time.Second, Bucket)
}

func TestBucketThatWasIdleIsNotTrustedWithItsMoments(t *testing.T) {
	c := &course{t: t}
	c.call(200, says(9)...)
	c.at(time.Minute).call(200, says(9)...)
	if got := c.buckets[""].next; !got.Equal(noon.Add(time.Minute + 2*time.Second)) {
		t.Errorf("added next at %v", got.Sub(noon))
	}
}

func TestBucketChangesInTheMiddle(t *testing.T) {
	c := &course{t: t}
	c.call(200, says(8)...)
	c.call(200, "X-RateLimit-Limit", "4", "X-RateLimit-Remaining", "1", "X-RateLimit-Interval-Seconds", "1", "X-RateLimit-FillRate", "2")
	c.leave()
	c.wants("the smaller bucket is empty", time.Second, Bucket)
	c.at(time.Second).leave()
	c.leave()
	c.wants("it is filled as it says", 2*time.Second+time.Second/drift, Bucket)
}

func TestLostAnswersTakeTokens(t *testing.T) {
	c := &course{t: t}
	a, b, d := c.leave(), c.leave(), c.leave()
	c.hear(a, 200, says(2)...)
	c.hear(b, 0)
	c.hear(d, 502)
	c.wants("2 remained and 2 were lost", 2*time.Second, Bucket)
}

func TestNonsenseHoldsNobodyBack(t *testing.T) {
	for _, pairs := range [][]string{
		{"X-RateLimit-Limit", "10"},
		says(0, "X-RateLimit-FillRate", "0"),
		says(0, "X-RateLimit-Interval-Seconds", "-5"),
		says(0, "X-RateLimit-Limit", "99999999999999999999"),
	} {
		c := &course{t: t}
		c.call(200, pairs...)
		c.free(fmt.Sprint(pairs))
		if c.Limited() {
			t.Errorf("%v: limits are known", pairs)
		}
	}
}

func TestLimitsThatAreSwitchedOffAreForgotten(t *testing.T) {
	c := &course{t: t}
	c.call(200, says(0)...)
	for range 19 {
		c.call(200)
	}
	c.call(502) // a proxy tells nothing of Jira's limits
	if !c.Limited() {
		t.Error("forgotten too early")
	}
	c.wants("still followed", 2*time.Second, Bucket)
	c.call(200)
	if c.Limited() {
		t.Error("not forgotten")
	}
	c.free("forgotten")
}

func TestEachNodeHasABucket(t *testing.T) {
	c := &course{t: t}
	c.call(200, says(2, "X-ANODEID", "a")...)
	c.call(200, says(9, "X-ANODEID", "b")...)
	a := c.leave()
	c.wants("one in the air, which may be the last that a takes", 2*time.Second, Bucket)
	c.hear(a, 200, says(8, "X-ANODEID", "b")...)
	c.free("it went to b")
	c.hear(c.leave(), 200, says(0, "X-ANODEID", "a")...)
	c.wants("a is empty, and nobody chooses the node", 2*time.Second, Bucket)
	for i := range 100 { // a proxy that makes up names
		c.call(200, says(9, "X-ANODEID", fmt.Sprint(i))...)
	}
	if n := len(c.buckets); n > 64 {
		t.Errorf("%d nodes are kept", n)
	}
}

func TestSharesAddUp(t *testing.T) {
	for n := range 200 {
		for of := 1; of < 12; of++ {
			sum := 0
			for i := range of {
				sum += Share{i, of}.of(n)
			}
			if sum != n && n >= of {
				t.Fatalf("%d in %d shares: %d", n, of, sum)
			}
		}
	}
	if got := (Share{3, 4}).of(1); got != 1 {
		t.Errorf("a share of nearly nothing: %d", got)
	}
}

func TestShareOfTheBucket(t *testing.T) {
	c := &course{t: t, Pace: Pace{Share: Share{Index: 1, Of: 2}}}
	c.call(200, says(9)...) // 5 of 10 are ours
	for left := range 3 {
		c.free("our share")
		c.call(200, says(8-left)...)
	}
	c.wants("the last of it", 1750*ms, Bucket)
	c.at(1750*ms).call(200, says(5)...) // the other one has no use for its share
	c.free("a part of what it leaves")
	c.call(200, says(4)...)
	c.free("and again")
	c.call(200, says(3)...)
	c.wants("one for each is left", 2*time.Second, Bucket)
}

// No series of answers lets it panic, or hold a request back for longer than it was told, or for
// an answer that nobody waits for.
func FuzzPace(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 5, 6, 7}, "10", "0", "1", "10", "1")
	f.Add([]byte{200, 100, 50, 25}, "2147483647", "2147483647", "2147483647", "2147483647", "86400")
	f.Add([]byte{9, 9, 9}, "-1", "many", "", "1e9", "NaN")
	f.Fuzz(func(t *testing.T, steps []byte, limit, remaining, interval, fill, after string) {
		statuses := []int{200, 200, 400, 429, 503, 502, 0, 200}
		p := Pace{Share: Share{0, len(steps) % 3}}
		now := noon
		var air []Request
		for i, step := range steps {
			now = now.Add(time.Duration(step) * 37 * ms)
			h := headers("X-RateLimit-Limit", limit, "X-RateLimit-Remaining", remaining, "X-RateLimit-Interval-Seconds", interval,
				"X-RateLimit-FillRate", fill, "Retry-After", after)
			if step%5 == 0 {
				h = http.Header{}
			}
			h.Set("X-ANODEID", fmt.Sprint(i%2))
			air = append(air, p.Send(now))
			if step%3 > 0 {
				p.Done(air[0], Answer{Status: statuses[step%8], Header: h, Write: step%2 == 0, Late: step%7 == 0}, now)
				air = air[1:]
			}
			switch m := p.Next(now); {
			case m.At.IsZero() && len(air) == 0:
				t.Fatalf("%s: it waits for an answer, and nobody is in the air", m.Why)
			case m.At.IsZero():
			case m.At.Before(now), m.At.Sub(now) > math.MaxInt32*time.Second/drift*(drift+1):
				t.Fatalf("%s: the next may leave in %v", m.Why, m.At.Sub(now))
			}
		}
	})
}
