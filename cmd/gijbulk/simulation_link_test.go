package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// The limits that commands of a simulation get.
const (
	simTimeout = 5 * time.Second
	simSettle  = time.Second
)

// simLink connects one command with the server. What happens to a request follows from the seed of the
// command and from the request itself, not from the order in which goroutines send: a story can be
// repeated, and shortened without changing what is left of it.
type simLink struct {
	w *simWorld
	c *simCommand
}

// simFault is what happens to one request.
type simFault struct {
	id            string // names it when a story is shortened
	kind          string // "": nothing
	before, after time.Duration
	works         bool          // the server does the work although the answer is an error
	late          time.Duration // slow: when the work is done, after the request has left
	header        http.Header
	creates       *simAttempt // nil: nothing
}

var simNone = []string{""}

// simFaults are the faults of each class that concerns single requests.
var simFaults = map[string][]string{
	"net":      {"refused", "dropped", "lost", "cut"},
	"5xx":      {"500", "502", "503", "504", "busy", "429"},
	"refusals": {"rejected", "rejected", "forbidden"},
	"slow":     {"slow"},
	"late":     {"late"},
	"list":     {"cached", "empty"},
}

// simMethods are the methods that the faults of a class concern; the others concern all.
var simMethods = map[string]string{"list": http.MethodGet, "refusals": http.MethodPost}

// fault decides what happens to a request.
func (l *simLink) fault(r *http.Request, body []byte) simFault {
	key := r.Method + " " + r.URL.RequestURI() + " " + string(body)
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(key))
	n := l.c.sent[key]
	l.c.sent[key]++
	random := rand.New(rand.NewPCG(l.c.seed, hash.Sum64()+uint64(n)))
	f := simFault{id: fmt.Sprintf("%d %s %s %x#%d", l.c.step, r.Method, r.URL.Path, hash.Sum64()&0xffff, n)}
	f.before, f.after = simLatency(random), simLatency(random)
	kinds := l.kinds(r.Method, n)
	hit, kind := random.Float64() < l.c.chance, kinds[random.IntN(len(kinds))]
	f.works, f.late = random.IntN(2) == 0, time.Duration(random.Int64N(int64(l.c.timeout*9/10)))
	if kind == "late" {
		f.late += l.c.timeout
	}
	if seconds := random.IntN(4); kind == "429" || kind == "503" && seconds > 0 {
		f.header = http.Header{"Retry-After": {strconv.Itoa(max(1, seconds))}}
	}
	if hit && kind != "" && !l.w.skip[f.id] {
		f.kind = kind
		l.w.overdue = l.w.overdue || kind == "late"
		l.w.fired = append(l.w.fired, f.id)
	}
	return f
}

// kinds are the faults that the nth request of its kind may have.
func (l *simLink) kinds(method string, n int) []string {
	kinds, ofCreates := simNone, l.w.story.createFaults(n)
	switch {
	case ofCreates != nil && method == http.MethodPost:
		return ofCreates
	case ofCreates != nil:
		return simNone
	}
	for _, class := range simClassNames() {
		if m := simMethods[class]; l.w.has(class) && (m == "" || m == method) {
			kinds = append(slices.Clip(kinds), simFaults[class]...)
		}
	}
	return kinds
}

// simLatency is to the nanosecond, so that no two requests arrive at once.
func simLatency(random *rand.Rand) time.Duration {
	return time.Millisecond + time.Duration(random.Int64N(int64(60*time.Millisecond)))
}

// RoundTrip implements http.RoundTripper.
func (l *simLink) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	l.w.mu.Lock()
	f, dead := l.fault(r, body), l.c.dead
	f.creates = l.w.send(l.c, r, body)
	l.w.mu.Unlock()
	answer, err := l.exchange(r, body, f, dead)
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	if f.creates != nil {
		l.w.answered(f.creates, f.kind, err == nil)
	}
	return answer, err
}

// exchange is a request with what happens to it.
func (l *simLink) exchange(r *http.Request, body []byte, f simFault, dead bool) (*http.Response, error) {
	if dead || f.kind == "refused" {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	if err := simSleep(r.Context(), f.before); err != nil {
		return nil, err
	}
	answer, err := l.arrive(r, body, f)
	if err == nil {
		err = simSleep(r.Context(), f.after)
	}
	if err != nil {
		return nil, err
	}
	return answer, nil
}

func simSleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return &net.OpError{Op: "read", Net: "tcp", Err: context.Cause(ctx)}
	case <-time.After(d):
		return nil
	}
}

var errSimReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

// arrive is what happens when a request has reached the server. The process may die before and after
// the work. A request that was on the wire when it died may still be carried out.
func (l *simLink) arrive(r *http.Request, body []byte, f simFault) (*http.Response, error) {
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	l.w.boundary(l.c)
	if l.c.dead && !f.works {
		return nil, errSimReset
	}
	l.said(r, f)
	switch f.kind {
	case "dropped":
		return nil, errSimReset
	case "alike":
		l.w.foreignAlike(f.creates.key)
		return nil, errSimReset
	case "rejected":
		return simResponse(r, http.StatusBadRequest, http.Header{"Content-Type": {"application/json"}}, []byte(`{"success":"false","message":"the host refuses the credentials"}`)), nil
	case "forbidden":
		return simResponse(r, http.StatusForbidden, nil, []byte("<html><title>Forbidden</title><body>firewall</body></html>")), nil
	case "429":
		return simResponse(r, http.StatusTooManyRequests, f.header, []byte("rate limit")), nil
	case "busy":
		return simResponse(r, http.StatusServiceUnavailable, nil, []byte(`{"errorMessages":["starting"],"status-code":503}`)), nil
	case "slow", "late":
		restores := l.w.restores
		time.AfterFunc(f.late, func() {
			l.w.mu.Lock()
			defer l.w.mu.Unlock()
			if l.w.restores > restores {
				return // a restore ends what the server works on
			}
			if l.c.over {
				l.w.forgetBefore()
			}
			l.work(r, body, f)
		})
		return nil, errSimReset
	case "500", "502", "503", "504":
		if f.works {
			l.work(r, body, f)
			l.w.boundary(l.c)
		}
		status, _ := strconv.Atoi(f.kind)
		return simResponse(r, status, f.header, []byte("<html><title>Error</title><body>proxy</body></html>")), nil
	}
	response := l.work(r, body, f)
	if f.kind == "copied" {
		l.w.foreignAlike(f.creates.key)
	}
	l.w.boundary(l.c)
	if l.c.dead || f.kind == "lost" {
		return nil, errSimReset
	}
	return response, nil
}

// work lets the server carry out a request.
func (l *simLink) work(r *http.Request, body []byte, f simFault) *http.Response {
	if r.Method != http.MethodGet {
		l.c.writes++
	}
	l.c.fault = f.kind
	next := l.w.server.next
	answer := l.w.server.handle(l.c, r.Method, r.URL, body)
	l.c.fault = ""
	if f.creates != nil {
		f.creates.made = l.w.server.records[next]
	}
	text := []byte("<html><body>not found</body></html>")
	if answer.body != nil {
		text, _ = json.Marshal(answer.body)
	}
	response := simResponse(r, answer.status, nil, text)
	if f.kind == "cut" {
		response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(text[:len(text)/2]), simBroken{}))
	}
	return response
}

type simBroken struct{}

func (simBroken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func simResponse(r *http.Request, status int, header http.Header, body []byte) *http.Response {
	if header == nil {
		header = http.Header{}
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)), Request: r}
}

// said adds a request to the story: every write, and reads with a fault.
func (l *simLink) said(r *http.Request, f simFault) {
	if r.Method == http.MethodGet && f.kind == "" {
		return
	}
	what := f.kind
	switch {
	case f.kind == "slow" || f.kind == "late":
		what += " (done after " + f.late.String() + ")"
	case f.kind != "" && f.works:
		what += " (done)"
	}
	l.w.say("%s %s %s", r.Method, r.URL.RequestURI(), what)
}
