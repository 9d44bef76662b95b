package gij

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// newTransport stacks the layers, each a RoundTripper with one concern.
func newTransport(c Config) (t http.RoundTripper, paced *pacer, idle func()) {
	base, idle := c.Base, func() {}
	if base == nil {
		own := newBase(c.TLS)
		base, idle = own, own.CloseIdleConnections
	}
	stop := newLatch()
	paced = newPacer(newGrace(base, c.Timeout, c.Grace, c.Wire), stop, c)
	t = newRetry(paced, stop, c.Retries, c.OnWait)
	if c.ReadOnly {
		t = readOnly{t}
	}
	return t, paced, idle
}

// newBase is a transport that repeats no write by itself. When a kept-alive connection
// breaks, net/http sends a GET, HEAD, OPTIONS or TRACE again, and whatever has an
// Idempotency-Key (never set here); a POST, PUT or DELETE only where no byte of it left
// (Request.isReplayable, persistConn.shouldRetryRequest). HTTP/2 has further reasons of its
// own and stays off.
func newBase(config *tls.Config) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:     config,
		TLSHandshakeTimeout: 30 * time.Second,
		MaxIdleConnsPerHost: 64, // one for each worker; the usual 2 would dial anew for all others
		IdleConnTimeout:     30 * time.Second,
		Protocols:           protocols,
	}
}

// readOnly refuses every method that may change the server, whatever the request says of
// itself.
type readOnly struct{ next http.RoundTripper }

func (r readOnly) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet && req.Method != http.MethodHead {
		return nil, keptBack(unsent(req, "refused: this run only reads", "", nil))
	}
	return r.next.RoundTrip(req)
}
