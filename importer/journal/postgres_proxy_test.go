package journal

import (
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgproto3"

	"gijbulk/importer/journal/postgrestest"
)

// TestPooling: a proxy that gives the transactions of its clients any connection is refused, one that
// keeps a connection for each client is not.
func TestPooling(t *testing.T) {
	server := postgrestest.Start(t)
	name := server.NewSchema()
	pooled := newPooler(t, server.URL(name), true)
	_, err := Open(t.Context(), pooled, Options{})
	if kind := kindOfError(t, err, pooled); kind != KindPooled {
		t.Errorf("error %v", err)
	}
	j := openURL(t, newPooler(t, server.URL(name), false), Options{})
	l := start(t, j, run("r1"), creates(1)...)
	mustHold(t, l, 0, 1, holder)
	begin(t, l, creates(1)...)
}

// pooler gives its clients process numbers of its own, as pgbouncer does.
type pooler struct {
	t      *testing.T
	url    string
	shared bool // all clients have one connection to the server, each for a transaction

	mu     sync.Mutex
	server *pgproto3.Frontend
}

func newPooler(t *testing.T, serverURL string, shared bool) string {
	folder, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	listener, err := net.Listen("unix", filepath.Join(folder, ".s.PGSQL.5432"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	p := &pooler{t: t, url: serverURL, shared: shared}
	p.server = p.dial()
	go func() {
		for n := uint32(1); ; n++ {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go p.serve(client, n)
		}
	}()
	return "postgres://postgres@/postgres?host=" + url.QueryEscape(folder)
}

func (p *pooler) dial() *pgproto3.Frontend {
	conn, err := pgconn.Connect(p.t.Context(), p.url)
	if err != nil {
		p.t.Error(err)
		return nil
	}
	taken, err := conn.Hijack()
	if err != nil {
		p.t.Error(err)
		return nil
	}
	p.t.Cleanup(func() { _ = taken.Conn.Close() })
	return taken.Frontend
}

func (p *pooler) serve(conn net.Conn, n uint32) {
	defer conn.Close()
	client := pgproto3.NewBackend(conn, conn)
	if _, err := client.ReceiveStartupMessage(); err != nil {
		return
	}
	client.Send(&pgproto3.AuthenticationOk{})
	client.Send(&pgproto3.ParameterStatus{Name: "client_encoding", Value: "UTF8"})
	client.Send(&pgproto3.ParameterStatus{Name: "standard_conforming_strings", Value: "on"})
	client.Send(&pgproto3.BackendKeyData{ProcessID: 1_000_000 + n, SecretKey: []byte{1, 2, 3, 4}})
	client.Send(&pgproto3.ReadyForQuery{TxStatus: 'I'})
	server := p.server
	if !p.shared {
		server = p.dial()
	}
	for idle := client.Flush() == nil; idle; {
		first, err := client.Receive()
		if err != nil {
			return
		}
		if p.shared {
			p.mu.Lock()
		}
		idle = p.transaction(client, server, first)
		if p.shared {
			p.mu.Unlock()
		}
	}
}

// transaction passes messages on until a transaction has ended; false: the client is gone.
func (p *pooler) transaction(client *pgproto3.Backend, server *pgproto3.Frontend, message pgproto3.FrontendMessage) bool {
	for {
		server.Send(message)
		if err := server.Flush(); err != nil {
			return false
		}
		switch message.(type) {
		case *pgproto3.Terminate:
			return false
		case *pgproto3.Sync, *pgproto3.Query:
			if status := passAnswer(client, server); status == 'I' || status == 0 {
				return status == 'I'
			}
		}
		var err error
		if message, err = client.Receive(); err != nil {
			return false
		}
	}
}

func passAnswer(client *pgproto3.Backend, server *pgproto3.Frontend) (status byte) {
	for {
		answer, err := server.Receive()
		if err != nil {
			return 0
		}
		client.Send(answer)
		if ready, is := answer.(*pgproto3.ReadyForQuery); is {
			if client.Flush() != nil {
				return 0
			}
			return ready.TxStatus
		}
	}
}
