// Package githost asks git hosts what the integrations of a manifest will find there: whose
// credential a record has, when it expires, and which repositories its path and filter list.
//
// Start with [New], and [Client.Probe] or, for lists as converters read them, [Client.List].
// Each kind of host is a file with one small type, a host: it knows the host's calls and nothing
// else. What they share is in session.go (one request, with its limits and its safety), probe.go
// (one login for each credential, one request for each list), list.go (lists as hosts write
// them) and findings.go (what is reported).
//
// Only reads are sent. A credential goes to the host of its own record and nowhere else:
// a redirect or a next page on another host is refused. An answer is what is seen from here;
// Jira may be in another network.
package githost

import (
	"cmp"
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
	"sync"
	"time"

	"gijbulk/schema"
)

// Config says how hosts are asked. The zero value works.
type Config struct {
	Timeout       time.Duration // of each request, its answer included; 0: 30 s
	MaxWait       time.Duration // the longest wait for a host's rate limit; 0: 10 m
	ExpiryWarning time.Duration // credentials that expire within it are reported; 0: 30 days
	UserAgent     string        // "": gijbulk

	// HostMap sends the requests for a host to another URL, by the host's name.
	HostMap map[string]*url.URL

	// Base carries out the requests; nil: the network, with proxies from the environment and
	// with TLS. One of your own must not follow redirects.
	Base http.RoundTripper
	TLS  *tls.Config

	// Mask hides secrets in what a host says; nil: nothing is hidden.
	Mask func(string) string

	// OnWait is told that requests to a host wait for its rate limit, OnRecord that one more
	// record has been checked, OnPage that one more page of a list has been read. All may be
	// called by several goroutines at once; nil: not called.
	OnWait   func(host string, until time.Time)
	OnRecord func()
	OnPage   func()
}

// Client asks git hosts. It may be used by several goroutines at once.
type Client struct {
	config            Config
	checked, trusting http.Client // the second does not verify certificates

	mu    sync.Mutex
	gates map[string]*gate // by host
}

// New makes a client; nothing is sent yet.
func New(c Config) *Client {
	c.Timeout = cmp.Or(c.Timeout, 30*time.Second)
	c.MaxWait = cmp.Or(c.MaxWait, 10*time.Minute)
	c.ExpiryWarning = cmp.Or(c.ExpiryWarning, 30*24*time.Hour)
	c.UserAgent = cmp.Or(c.UserAgent, "gijbulk")
	if c.Mask == nil {
		c.Mask = func(s string) string { return s }
	}
	if c.OnWait == nil {
		c.OnWait = func(string, time.Time) {}
	}
	if c.OnRecord == nil {
		c.OnRecord = func() {}
	}
	if c.OnPage == nil {
		c.OnPage = func() {}
	}
	if c.TLS == nil {
		c.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	trusting := c.TLS.Clone()
	trusting.InsecureSkipVerify = true // where a record has disableSslVerification, as Jira does
	return &Client{config: c, gates: make(map[string]*gate),
		checked:  http.Client{Transport: c.transport(c.TLS), CheckRedirect: stayOnHost},
		trusting: http.Client{Transport: c.transport(trusting), CheckRedirect: stayOnHost}}
}

func (c Config) transport(config *tls.Config) http.RoundTripper {
	if c.Base != nil {
		return c.Base
	}
	return &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: config, ForceAttemptHTTP2: true,
		MaxIdleConnsPerHost: atOnce, IdleConnTimeout: time.Minute}
}

// Close closes the connections that no request uses.
func (c *Client) Close() {
	c.checked.CloseIdleConnections()
	c.trusting.CloseIdleConnections()
}

// Identity is what a host says about a credential.
type Identity struct {
	User    string
	Expires time.Time // zero: never, or the host does not say
	Scopes  []string  // nil: the host does not say

	id string // of the user, where lists need it
}

// Repository is one that a record lists.
type Repository struct {
	Name string // the path of its URL without .git; what the host calls it where it has no URL
	URL  string // "" where the host's answer has none
}

// host is one kind of git host.
type host interface {
	// who asks whose credential it is, when it expires and what it may do.
	who(context.Context, *session) (Identity, error)
	// list requests all that a query lists, page by page.
	list(context.Context, *session, query) (answers, error)
	// key is the member of an answer that has the repositories; "" where the answer is the list itself.
	key() string
	// repository is one element of an answer.
	repository(map[string]any) Repository
}

// query is what a record asks a host to list, without its filter. Equal queries are sent once.
type query struct{ path, origin, collection string }

// answers are the documents that a query was answered with, each in its pages, as the host
// wrote them.
type answers struct {
	documents [][]any
	partial   string // why the host has left something out; "" where it says nothing of the kind
	user      string // whose credential it is, where only the list says so
}

// Problem is why a host does not list what was asked for.
type Problem struct {
	Code    schema.Code
	Field   schema.Field // that the problem is about; NoField: the credential
	Message string
	Advice  string // "": the general one of the code
}

// Error is what is wrong.
func (p *Problem) Error() string { return p.Message }
