package postgrestest

import (
	"bufio"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// Proxy stands between clients and the server, so that a test can cut their connections.
type Proxy struct {
	listener net.Listener
	folder   string

	mu    sync.Mutex
	conns []net.Conn
	step  func()
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

// Watch lets later connections call a function before each statement, and before the end of each answer, is passed
// on. Where the function ends the connections, that is lost.
func (p *Proxy) Watch(step func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.step = step
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
		step := p.step
		p.mu.Unlock()
		for from, to := range map[net.Conn]net.Conn{client: server, server: client} {
			go func() {
				if step == nil {
					_, _ = io.Copy(to, from)
				} else {
					_ = passMessages(to, from, from == server, step)
				}
				_ = to.Close()
			}()
		}
	}
}

// passMessages passes messages on until one side is gone.
func passMessages(to io.Writer, from io.Reader, fromServer bool, step func()) error {
	in := bufio.NewReader(from)
	head := make([]byte, 1+4) // the kind, and a length that counts itself
	begin := 0
	if !fromServer {
		begin = 1 // the first message of a client has no kind
	}
	for {
		if _, err := io.ReadFull(in, head[begin:]); err != nil {
			return err
		}
		body := make([]byte, binary.BigEndian.Uint32(head[1:])-4)
		if _, err := io.ReadFull(in, body); err != nil {
			return err
		}
		if isStep(head[0], fromServer) {
			step()
		}
		if _, err := to.Write(slices.Concat(head[begin:], body)); err != nil {
			return err
		}
		begin = 0
	}
}

// isStep knows messages by their kinds (https://www.postgresql.org/docs/current/protocol-message-formats.html).
func isStep(kind byte, fromServer bool) bool {
	const startup, query, execute, readyForQuery = 0, 'Q', 'E', 'Z'
	if fromServer {
		return kind == readyForQuery
	}
	return kind == startup || kind == query || kind == execute
}
