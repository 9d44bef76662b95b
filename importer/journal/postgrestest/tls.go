package postgrestest

import (
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"testing"
)

// passwords are asked for on loopback, where only TLS is spoken.
const passwords = "local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n"

// StartTLS starts a server as Start does that also listens on loopback, with TLS and this certificate (PEM).
func StartTLS(t testing.TB, certificate, key []byte) *Server {
	t.Helper()
	s := newServer(t)
	s.port = freePort(t)
	s.settings = append(s.settings, "-c ssl=on -c listen_addresses=127.0.0.1", fmt.Sprint("-c port=", s.port))
	for setting, content := range map[string][]byte{"ssl_cert_file": certificate, "ssl_key_file": key, "hba_file": []byte(passwords)} {
		path := filepath.Join(s.folder, setting)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := giveAway(path); err != nil {
			t.Fatal(err)
		}
		s.settings = append(s.settings, "-c "+setting+"="+path)
	}
	s.Resume()
	t.Cleanup(s.Stop)
	return s
}

func freePort(t testing.TB) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// LoopbackURL is that of a schema, for a user, on loopback, with these parameters of the connection.
func (s *Server) LoopbackURL(user, schema string, parameters url.Values) string {
	return fmt.Sprintf("postgres://%s@127.0.0.1:%d/postgres?search_path=%s&%s", user, s.port, schema, parameters.Encode())
}
