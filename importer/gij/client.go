package gij

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"net/http"
	"time"

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

	// Mask hides secrets in what the server says, where it becomes a text of an error; nil =
	// nothing is hidden. It is given a text whole, before that is folded and cut.
	Mask func(string) string

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
	base  string // without a trailing slash
	sends carrier
	pace  *pacer
	idle  func() // closes connections that nobody uses
}

// New makes a client; nothing is sent yet. Its errors never hold the URL's user
// information or the credentials.
func New(c Config) (*Client, error) {
	to, err := newTarget(c)
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
	if c.Mask == nil {
		c.Mask = func(s string) string { return s }
	}
	if c.OnWait == nil {
		c.OnWait = func(Wait) {}
	}
	if c.OnRequest == nil {
		c.OnRequest = func(Exchange) {}
	}
	cl := &Client{base: to.base.String()}
	cl.sends, cl.pace, cl.idle = newTransport(c, to)
	return cl, nil
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

// send makes one call, with all its attempts. Where a target that never answered cannot be reached,
// its URL may be wrong, or it may be down.
func (c *Client) send(ctx context.Context, r request) answer {
	a := c.sends.carry(ctx, r)
	if e := a.failure; e != nil && e.Class == schema.ClassNotDone && e.Status == 0 && !a.overdue && !c.pace.answered.Load() {
		never := *e
		never.Need = NeedHost
		a.failure = &never
	}
	return a
}

func (c *Client) get(ctx context.Context, path string) (answer, error) {
	a := c.send(ctx, request{method: http.MethodGet, path: path, effect: reads})
	if a.failure != nil {
		return a, a.failure
	}
	return a, nil
}

func (c *Client) stopUnexpected(a answer, text string, need Need, err error) *Error {
	e := a.stop(schema.StopTarget, text, need)
	e.Err = a.maskedError(err)
	c.pace.gate.close(e)
	return e
}
