package gij

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"gijbulk/importer/gij/pace"
	"gijbulk/schema"
)

// Config says where the target is and how to treat it. Only BaseURL is needed.
type Config struct {
	BaseURL string // of Jira, with its context path if it has one

	// Token is sent as Bearer (a personal access token, Jira 8.14 and later), User and
	// Password as Basic. At most one of the two ways; none is sent where all are empty.
	Token, User, Password string

	Timeout time.Duration // for each request, its answer included; 0 = 2 m
	Grace   time.Duration // how long a request on the wire may go on after its context has ended; 0 = 30 s

	// Wire is when what is on the wire is cut off at once, grace or not: as soon as it has
	// ended. nil = never.
	Wire context.Context

	Retries int           // further attempts at what was not done, or can be repeated; 0 = 5, negative = none
	MaxWait time.Duration // without one accepted request, before the run stops as too busy; 0 = 10 m

	// Rate is a ceiling of our own, in requests a second; 0 = none. SilentRate is the
	// ceiling where Rate is 0 and the server tells no limits; 0 = none.
	Rate, SilentRate float64

	// Share is our part of the server's token bucket where other processes of the same run
	// take from it too; zero = all of it.
	Share Share

	ReadOnly  bool   // refuse every method but GET and HEAD before it leaves
	UserAgent string // "" = gijbulk

	// Base carries out the requests; nil = HTTP/1.1 with proxies from the environment and
	// with TLS. One of your own must not send a request twice, nor change its header.
	Base http.RoundTripper
	TLS  *tls.Config

	// OnWait is told when requests are held back by the server or after a failure,
	// OnRequest of each exchange. Both may be called by several goroutines at once; nil =
	// nobody is told.
	OnWait    func(Wait)
	OnRequest func(Exchange)
}

// Share is our part of what the server allows, where several processes share it.
type Share = pace.Share

// Reason is why a request is held back.
type Reason string

// The reasons.
const (
	ReasonBucket = Reason(pace.Bucket) // the server's token bucket is empty
	ReasonBusy   = Reason(pace.Busy)   // the server answered 429 or 503: nobody leaves
	ReasonRetry  = Reason("retry")     // before another attempt at one call
)

// Wait is a time for which a request is held back. It may turn out shorter.
type Wait struct {
	Reason Reason
	For    time.Duration
}

// Exchange is one request that was made, for logs: nothing of its headers or bodies.
type Exchange struct {
	Method string
	Path   string // below the base URL
	Status int    // 0 where no answer was received
	Took   time.Duration
	Sent   bool // false where it never reached the server
}

// Client talks to one Jira. It may be used by several goroutines at once.
type Client struct {
	base      string      // without a trailing slash
	reads     http.Header // of all requests that read; no layer changes them
	writes    http.Header // of all that write
	transport http.RoundTripper
	pace      *pacer
	idle      func() // closes connections that nobody uses
}

// New makes a client; nothing is sent yet. Its errors never hold the URL's user
// information or the credentials.
func New(c Config) (*Client, error) {
	base, err := cleanBase(c.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("base URL: %w", err)
	}
	login, err := authorization(c)
	if err != nil {
		return nil, err
	}
	if c.Rate < 0 || c.SilentRate < 0 || c.Timeout < 0 || c.Grace < 0 || c.MaxWait < 0 {
		return nil, errors.New("a rate or a time limit is negative")
	}
	c.Timeout = cmp.Or(c.Timeout, 2*time.Minute)
	c.Grace = cmp.Or(c.Grace, 30*time.Second)
	c.Wire = cmp.Or(c.Wire, context.Background())
	c.MaxWait = cmp.Or(c.MaxWait, 10*time.Minute)
	c.Retries = max(0, cmp.Or(c.Retries, 5))
	if c.OnWait == nil {
		c.OnWait = func(Wait) {}
	}
	if c.OnRequest == nil {
		c.OnRequest = func(Exchange) {}
	}
	cl := &Client{base: base}
	cl.reads, cl.writes = headers(login, cmp.Or(c.UserAgent, "gijbulk"))
	cl.transport, cl.pace, cl.idle = newTransport(c)
	return cl, nil
}

func cleanBase(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil {
		var bad *url.Error
		if errors.As(err, &bad) {
			err = bad.Err // bad itself shows the whole URL
		}
		return "", err
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("it must begin with http:// or https://")
	case u.Host == "" || u.Hostname() == "":
		return "", errors.New("it has no host")
	case u.User != nil:
		return "", errors.New("it holds credentials; give them by JIRA_TOKEN, or JIRA_USER and JIRA_PASSWORD")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return "", errors.New("it must end with the host or the context path, without ? and #")
	}
	return strings.TrimRight(u.String(), "/"), nil
}

func authorization(c Config) (string, error) {
	for _, part := range []struct{ name, value string }{{"token", c.Token}, {"user", c.User}, {"password", c.Password}} {
		if strings.ContainsFunc(part.value, unicode.IsControl) {
			return "", fmt.Errorf("the %s holds a line break or another control character", part.name)
		}
	}
	switch {
	case c.Token != "" && (c.User != "" || c.Password != ""):
		return "", errors.New("both a token and a user or password are given; give one of the two")
	case c.Token != "":
		return "Bearer " + c.Token, nil
	case c.User == "" && c.Password == "":
		return "", nil
	case c.User == "" || strings.Contains(c.User, ":"):
		return "", errors.New("the user is empty or holds a colon, which Basic credentials cannot carry")
	}
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(c.User, c.Password)
	return r.Header.Get("Authorization"), nil
}

// headers are those of reads and of writes.
func headers(login, agent string) (reads, writes http.Header) {
	reads = http.Header{"Accept": {"application/json"}, "User-Agent": {agent}}
	if login != "" {
		reads.Set("Authorization", login)
	}
	writes = reads.Clone()
	writes.Set("Content-Type", "application/json")
	writes.Set("X-Atlassian-Token", "no-check")
	return reads, writes
}

// BaseURL is the target, without a trailing slash.
func (c *Client) BaseURL() string { return c.base }

// Close closes the connections that no request uses. The client may be used again.
func (c *Client) Close() { c.idle() }

// Requests counts the requests that left so far, attempts included, and those of them
// that may have changed the server.
func (c *Client) Requests() (all, writes int) {
	return int(c.pace.all.Load()), int(c.pace.writes.Load())
}

// send makes one call, with all its attempts.
func (c *Client) send(ctx context.Context, r request) (answer, *trail) {
	t := &trail{effect: r.effect, lists: r.lists}
	req, err := http.NewRequestWithContext(withTrail(ctx, t), r.method, c.base+r.path, bytes.NewReader(r.body))
	if err != nil {
		return answer{failure: &Error{Method: r.method, Path: r.path, Text: "the request cannot be made", Err: err}}, t
	}
	req.Header = c.reads
	if r.effect.writes() {
		req.Header = c.writes
	}
	a := answerOf(c.transport.RoundTrip(req))
	if e := a.failure; e != nil && e.Class == schema.ClassNotDone && e.Status == 0 && !c.pace.answered.Load() {
		never := *e
		never.Stop, never.Hint = schema.StopTarget, hintURL+"; behind a proxy "+hintProxy
		a.failure = &never
	}
	return a, t
}

// get makes a read.
func (c *Client) get(ctx context.Context, path string) (answer, error) {
	a, _ := c.send(ctx, request{method: http.MethodGet, path: path, effect: reads})
	if a.failure != nil {
		return a, a.failure
	}
	return a, nil
}

// foreign ends the run over an answer that this target should not have given.
func (c *Client) foreign(a answer, text, hint string, err error) *Error {
	e := a.stop(schema.StopTarget, text, hint)
	e.Err = err
	c.pace.stop.close(e)
	return e
}
