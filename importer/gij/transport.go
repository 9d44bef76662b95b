package gij

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

// carrier carries out requests. The layers of the transport are carriers, each with one
// concern. They pass on plain data, and only the lowest makes a request of net/http of it:
// one for each layer to wrap and copy was a tenth of what a write cost.
type carrier interface {
	carry(context.Context, request) answer
}

func newTransport(c Config, to target) (t carrier, paced *pacer, idle func()) {
	base, idle := c.Base, func() {}
	if base == nil {
		own := newBase(c.TLS)
		base, idle = own, own.CloseIdleConnections
	}
	gate := newGate()
	paced = newPacer(newGrace(base, to, c), gate, c)
	t = newRetry(paced, gate, c.Retries, c.OnWait)
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
type readOnly struct{ next carrier }

func (o readOnly) carry(ctx context.Context, r request) answer {
	if r.method != http.MethodGet && r.method != http.MethodHead {
		return keptBack(r, unsent(r, "refused: this run only reads", "", nil))
	}
	return o.next.carry(ctx, r)
}
