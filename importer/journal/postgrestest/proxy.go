package postgrestest

import (
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
)

// Proxy stands between clients and the server, so that a test can cut their connections.
type Proxy struct {
	listener net.Listener
	folder   string

	mu    sync.Mutex
	conns []net.Conn
}

// NewProxy starts a proxy that ends with the test.
func (s *Server) NewProxy() *Proxy {
	s.t.Helper()
	folder, err := os.MkdirTemp("", "pg")
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = os.RemoveAll(folder) })
	listener, err := net.Listen("unix", filepath.Join(folder, filepath.Base(s.Socket())))
	if err != nil {
		s.t.Fatal(err)
	}
	p := &Proxy{listener: listener, folder: folder}
	s.t.Cleanup(p.Close)
	go p.accept(s.Socket())
	return p
}

// URL is that of a schema, through the proxy.
func (p *Proxy) URL(schema string) string {
	return "postgres://postgres@/postgres?host=" + url.QueryEscape(p.folder) + "&search_path=" + schema
}

// Cut ends all connections; new ones can be made.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range p.conns {
		_ = conn.Close()
	}
	p.conns = nil
}

// Close ends all connections, and takes no new ones: the server is gone.
func (p *Proxy) Close() {
	_ = p.listener.Close()
	p.Cut()
}

func (p *Proxy) accept(socket string) {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", socket)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		p.mu.Unlock()
		for from, to := range map[net.Conn]net.Conn{client: server, server: client} {
			go func() {
				_, _ = io.Copy(to, from)
				_ = to.Close()
			}()
		}
	}
}
