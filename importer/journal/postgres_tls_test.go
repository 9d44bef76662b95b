package journal

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gijbulk/importer/journal/postgrestest"
)

// authority signs the certificates of servers.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	file        string // PEM
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "gijbulk test"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotAfter: time.Now().Add(time.Hour)}
	a := authority{template, newECKey(t), filepath.Join(t.TempDir(), "ca.pem")}
	if err := os.WriteFile(a.file, a.sign(t, template, a.key), 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

func newECKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a authority) sign(t *testing.T, template *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// startTLS starts a server whose certificate is for one address.
func startTLS(t *testing.T, a authority, address net.IP) *postgrestest.Server {
	t.Helper()
	private := newECKey(t)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), IPAddresses: []net.IP{address}, NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	return postgrestest.StartTLS(t, a.sign(t, template, private), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// TestDatabaseTLS: who the server is, is checked as the URL wants it, and no error shows the password.
func TestDatabaseTLS(t *testing.T) {
	const password = "the-right-password"
	ours, theirs := newAuthority(t), newAuthority(t)
	server := startTLS(t, ours, net.IPv4(127, 0, 0, 1))
	schema := server.NewSchema()
	server.Query("CREATE USER gijbulk PASSWORD '" + password + "'; GRANT ALL ON SCHEMA " + schema + " TO gijbulk")
	for _, c := range []struct {
		name, password string
		parameters     url.Values
		kind           ErrorKind // KindOther: none
		says           string
	}{
		{"a known authority", password, url.Values{"sslmode": {"verify-full"}, "sslrootcert": {ours.file}}, KindOther, ""},
		{"another authority", password, url.Values{"sslmode": {"verify-full"}, "sslrootcert": {theirs.file}}, KindUntrusted, "certificate signed by unknown authority"},
		{"another authority of an address that is not checked", password, url.Values{"sslmode": {"verify-ca"}, "sslrootcert": {theirs.file}}, KindUntrusted, "unknown authority"},
		{"no authority's file", password, url.Values{"sslmode": {"verify-full"}, "sslrootcert": {"missing.pem"}}, KindURL, "missing.pem"},
		{"a wrong password", "the-wrong-password", url.Values{"sslmode": {"verify-full"}, "sslrootcert": {ours.file}}, KindLogin, ""},
		{"without TLS, which the server refuses", password, url.Values{"sslmode": {"disable"}}, KindLogin, "no encryption"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("PGPASSWORD", c.password)
			url := server.LoopbackURL("gijbulk", schema, c.parameters)
			if c.kind == KindOther {
				j := openURL(t, url, Options{})
				mustHold(t, reopened(t, j), 0, 1, holder)
				if encrypted := server.Query("SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'gijbulk'"); strings.TrimSpace(encrypted) != "t" {
					t.Errorf("encrypted: %s", encrypted)
				}
				return
			}
			_, err := Open(t.Context(), url, Options{})
			if kind := kindOfError(t, err, url); kind != c.kind || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), c.password) {
				t.Errorf("kind %q: %v", kind, err)
			}
		})
	}
}

// TestDatabaseTLSOfAnotherHost: verify-full checks the address, and verify-ca does not.
func TestDatabaseTLSOfAnotherHost(t *testing.T) {
	ours := newAuthority(t)
	server := startTLS(t, ours, net.IPv4(192, 0, 2, 1))
	server.Query("CREATE USER gijbulk PASSWORD 'the-right-password'; CREATE SCHEMA gijbulk AUTHORIZATION gijbulk")
	t.Setenv("PGPASSWORD", "the-right-password")
	t.Setenv("PGSSLROOTCERT", ours.file)
	openURL(t, server.LoopbackURL("gijbulk", "gijbulk", url.Values{"sslmode": {"verify-ca"}}), Options{})
	full := server.LoopbackURL("gijbulk", "gijbulk", url.Values{"sslmode": {"verify-full"}})
	_, err := Open(t.Context(), full, Options{})
	if kind := kindOfError(t, err, full); kind != KindUntrusted || !strings.Contains(err.Error(), "valid for 192.0.2.1, not 127.0.0.1") || strings.Contains(err.Error(), "the-right-password") {
		t.Errorf("kind %q: %v", kind, err)
	}
}

// TestDatabaseWithoutTLS: a server that does not speak TLS is not sent the password.
func TestDatabaseWithoutTLS(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		request := make([]byte, 8) // for TLS
		_, _ = io.ReadFull(conn, request)
		_, _ = conn.Write([]byte("N"))
		rest, _ := io.ReadAll(conn)
		sent <- string(rest)
	}()
	t.Cleanup(func() { _ = listener.Close() })
	t.Setenv("PGPASSWORD", "the-right-password")
	place := "postgres://gijbulk@" + listener.Addr().String() + "/gijbulk?sslmode=require"
	_, err = Open(t.Context(), place, Options{})
	if kind := kindOfError(t, err, place); kind != KindConnection || !strings.Contains(err.Error(), "refused TLS") {
		t.Errorf("kind %q: %v", kind, err)
	}
	if rest := <-sent; rest != "" {
		t.Errorf("sent: %q", rest)
	}
}
