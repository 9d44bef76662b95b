// Package postgrestest runs PostgreSQL for tests: [Start] starts a server of the test's own, on a Unix
// socket in a folder that only it and the server's account can reach.
package postgrestest

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// Server is a running server.
type Server struct {
	t        testing.TB
	programs string // the folder of its programs
	settings []string
	folder   string // of its socket, its log and its data
	port     int
	schemas  atomic.Int32
}

// Missing says why no server can be started here; "" where one can.
func Missing() string {
	if findPrograms() == "" {
		return "no PostgreSQL server is installed: Debian's package is postgresql"
	}
	if err := as(new(exec.Cmd)); err != nil {
		return "PostgreSQL does not run as root, and no other account is there for it: " + err.Error()
	}
	return ""
}

// Start starts a server that ends with the test, or skips the test where none can be started. Further
// settings are those of the program postgres. What is stored outlives the server, not the machine,
// unless they say so.
func Start(t testing.TB, settings ...string) *Server {
	t.Helper()
	s := newServer(t, settings...)
	s.Resume()
	t.Cleanup(s.Stop)
	return s
}

const usualPort = 5432

func newServer(t testing.TB, settings ...string) *Server {
	t.Helper()
	if why := Missing(); why != "" {
		t.Skip(why)
	}
	// Not below t.TempDir: the path of a socket must be short.
	folder, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := giveAway(folder); err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, programs: findPrograms(), folder: folder, port: usualPort, settings: append([]string{"-c fsync=off"}, settings...)}
	s.run("initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8")
	return s
}

// findPrograms finds the newest version that Debian has installed, or else what the path has.
func findPrograms() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		slices.Sort(found)
		return filepath.Dir(found[len(found)-1])
	}
	program, err := exec.LookPath("initdb")
	if err != nil {
		return ""
	}
	return filepath.Dir(program)
}

// Resume starts the server again after Stop or Kill, and returns once it answers.
func (s *Server) Resume() {
	s.t.Helper()
	s.run("pg_ctl", "start", "-D", s.data(), "-l", filepath.Join(s.folder, "log"), "-w", "-s", "-o",
		"-c listen_addresses='' -c unix_socket_directories='"+s.folder+"' "+strings.Join(s.settings, " "))
}

// Stop ends the server at once, with all its connections.
func (s *Server) Stop() {
	_ = s.command("pg_ctl", "stop", "-D", s.data(), "-m", "immediate", "-w", "-s").Run()
}

// Kill ends the processes of the server by SIGKILL.
func (s *Server) Kill() {
	s.t.Helper()
	first, err := os.ReadFile(filepath.Join(s.data(), "postmaster.pid"))
	if err != nil {
		s.t.Fatal(err)
	}
	main, _, _ := strings.Cut(string(first), "\n")
	for _, pid := range append([]string{main}, strings.Fields(s.Query("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()"))...) {
		number, err := strconv.Atoi(pid)
		if err != nil {
			s.t.Fatal(err)
		}
		process, err := os.FindProcess(number)
		if err != nil {
			continue
		}
		_ = process.Kill()
		defer awaitEnd(process) // a new server refuses to start while a part of the old one runs
	}
}

func awaitEnd(process *os.Process) {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for process.Signal(syscall.Signal(0)) == nil {
		<-tick.C
	}
}

// NewSchema makes an empty schema, which is made faster than a database, and returns its name.
func (s *Server) NewSchema() string {
	s.t.Helper()
	name := fmt.Sprint("test", s.schemas.Add(1))
	s.Query("CREATE SCHEMA " + name)
	return name
}

// URL is that of a schema, for the user postgres.
func (s *Server) URL(schema string) string {
	return "postgres://postgres@/postgres?host=" + url.QueryEscape(s.folder) + "&search_path=" + schema
}

// Socket is where the server listens.
func (s *Server) Socket() string { return filepath.Join(s.folder, fmt.Sprint(".s.PGSQL.", s.port)) }

// Query runs statements and returns their rows, unaligned.
func (s *Server) Query(statements string) string {
	s.t.Helper()
	return s.run("psql", "-h", s.folder, "-p", strconv.Itoa(s.port), "-U", "postgres", "-d", "postgres", "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-c", statements)
}

func (s *Server) data() string { return filepath.Join(s.folder, "data") }

func (s *Server) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.programs, program), args...)
	cmd.Dir, cmd.Env = s.folder, []string{"LC_ALL=C"}
	for _, setting := range os.Environ() {
		if !strings.HasPrefix(setting, "PG") && !strings.HasPrefix(setting, "LC_ALL=") {
			cmd.Env = append(cmd.Env, setting)
		}
	}
	_ = as(cmd) // Missing has tried it
	return cmd
}

func (s *Server) run(program string, args ...string) string {
	s.t.Helper()
	// A file, because the server would keep a pipe open.
	out, err := os.CreateTemp(s.folder, "out")
	if err != nil {
		s.t.Fatal(err)
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd := s.command(program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	failed := cmd.Run()
	said, err := os.ReadFile(out.Name())
	if failed != nil || err != nil {
		s.t.Fatalf("%s: %v\n%s", program, failed, said)
	}
	return string(said)
}
