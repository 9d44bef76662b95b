package gij

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"gijbulk/schema"
)

// These tests go over loopback, through net/http's own transport.

func TestRedirectsAreNotFollowed(t *testing.T) {
	var strangers atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		for _, where := range []string{other.URL, ""} { // another host, and the same
			var requests atomic.Int64
			jira := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				w.Header().Set("Location", where+"/moved"+r.URL.Path)
				w.WriteHeader(status)
			}))
			c := newClient(t, Config{BaseURL: jira.URL, Token: "canary"})
			var e *Error
			if _, err := c.Myself(t.Context()); !errors.As(err, &e) || e.Class != stop || !strings.Contains(string(e.Need), where+"/moved") {
				t.Errorf("%d: %v", status, err)
			}
			c = newClient(t, Config{BaseURL: jira.URL, Token: "canary"})
			if out := c.Do(t.Context(), create("x")); out.Status != schema.StatusUnprocessed || out.Stop != schema.StopTarget {
				t.Errorf("%d: %+v", status, out)
			}
			if requests.Load() != 2 {
				t.Errorf("%d: %d requests", status, requests.Load())
			}
			jira.Close()
		}
	}
	if strangers.Load() != 0 {
		t.Errorf("another host got %d requests", strangers.Load())
	}
}

// TestAWriteLeavesInOnePiece: a body that net/http does not know for bytes in memory would
// follow its header in a system call, and often a packet, of its own.
func TestAWriteLeavesInOnePiece(t *testing.T) {
	jira := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(w, added)
	}))
	defer jira.Close()
	var pieces atomic.Int64
	base := newBase(nil)
	base.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		return &countedConn{conn, &pieces}, err
	}
	defer base.CloseIdleConnections()
	c := newClient(t, Config{BaseURL: jira.URL, Base: base})
	for n := range int64(3) {
		if out := c.Do(t.Context(), create("x")); out.Status != schema.StatusCreated || pieces.Load() != n+1 {
			t.Errorf("%d pieces for %d writes: %+v", pieces.Load(), n+1, out)
		}
	}
}

type countedConn struct {
	net.Conn
	pieces *atomic.Int64
}

func (c *countedConn) Write(p []byte) (int, error) {
	c.pieces.Add(1)
	return c.Conn.Write(p)
}

// A kept-alive connection that closes upon the request is the case in which net/http would
// send a GET again. A PUT and a DELETE it takes for as unsafe as a POST.
func TestBrokenWriteIsNotResent(t *testing.T) {
	for _, action := range []schema.Action{create("x"), update(rename("x")), update(disable(true)), remove()} {
		for _, how := range []string{"unread", "read", "half an answer"} {
			breakWrite(t, action, how)
		}
	}
}

func breakWrite(t *testing.T, action schema.Action, how string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var writes atomic.Int64
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go breakUponWrite(conn, how, &writes)
		}
	}()
	c := newClient(t, Config{BaseURL: "http://" + listener.Addr().String(), Retries: -1})
	if _, err := c.List(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	out := c.Do(t.Context(), action)
	if out.Status != schema.StatusUnknown || out.Attempts != 1 || writes.Load() != 1 {
		t.Errorf("%s, %s: %d writes arrived: %+v", action.Op, how, writes.Load(), out)
	}
}

// breakUponWrite serves GETs on one connection and closes it at the first write.
func breakUponWrite(conn net.Conn, how string, writes *atomic.Int64) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for {
		req, err := http.ReadRequest(r)
		if err != nil {
			return
		}
		if req.Method == "GET" {
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(emptyList), emptyList)
			continue
		}
		writes.Add(1)
		if how != "unread" {
			_, _ = io.Copy(io.Discard, req.Body)
		}
		if how == "half an answer" {
			fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(added), added[:20])
		}
		return
	}
}

func TestConnectionRefused(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	listener.Close()
	c := newClient(t, Config{BaseURL: base, Retries: -1})
	var e *Error
	if _, err := c.Myself(t.Context()); !errors.As(err, &e) || e.Class != notDone || e.Stop != "" || e.Need != NeedHost {
		t.Errorf("%v", err)
	}
	if out := c.Do(t.Context(), create("x")); out.Status != schema.StatusFailed || !out.Temporary || out.Attempts != 0 {
		t.Errorf("%+v", out)
	}
	if all, _ := c.Requests(); all != 0 {
		t.Errorf("%d requests left", all)
	}
}

func TestTLSFailuresStop(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"name":"x"}`) })
	secure := httptest.NewUnstartedServer(handler)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	plain := httptest.NewServer(handler)
	defer plain.Close()
	for name, base := range map[string]string{
		"unknown authority":    secure.URL,
		"http behind https://": "https://" + strings.TrimPrefix(plain.URL, "http://"),
	} {
		c := newClient(t, Config{BaseURL: base})
		var e *Error
		if _, err := c.Myself(t.Context()); !errors.As(err, &e) || e.Class != stop || e.Stop != schema.StopTarget || e.Need == "" {
			t.Errorf("%s: %v", name, err)
		}
		if all, _ := c.Requests(); all != 0 {
			t.Errorf("%s: %d requests left", name, all)
		}
	}
	c := newClient(t, Config{BaseURL: secure.URL, TLS: secure.Client().Transport.(*http.Transport).TLSClientConfig})
	if _, err := c.Myself(t.Context()); err != nil {
		t.Errorf("with the authority: %v", err)
	}
}

// Proxies come from the environment, as for every other tool on the machine, and HTTP/2
// stays off.
func TestBaseTransport(t *testing.T) {
	base := newBase(nil)
	if reflect.ValueOf(base.Proxy).Pointer() != reflect.ValueOf(http.ProxyFromEnvironment).Pointer() {
		t.Error("the proxy does not come from the environment")
	}
	if base.Protocols.HTTP2() || base.Protocols.UnencryptedHTTP2() || !base.Protocols.HTTP1() {
		t.Errorf("protocols %v", base.Protocols)
	}
}

func TestProxyRefusals(t *testing.T) {
	for status, want := range map[int]schema.Class{http.StatusProxyAuthRequired: stop, http.StatusBadGateway: unknown} {
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		to, err := url.Parse(proxy.URL)
		if err != nil {
			t.Fatal(err)
		}
		base := newBase(nil)
		base.Proxy = http.ProxyURL(to)
		c := newClient(t, Config{BaseURL: "http://jira.invalid", Base: base})
		if out := c.Do(t.Context(), create("x")); out.Class != want || out.HTTP != status {
			t.Errorf("%d: %+v", status, out)
		}
		proxy.Close()
	}
}
