//go:build unix

package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/creack/pty"

	"gijbulk/importer/sandbox"
)

// session is a gijbulk that runs in a pseudo-terminal of its own.
type session struct {
	*terminal
	t       *testing.T
	command *exec.Cmd
	tty     *os.File
}

// home is a directory with the samples, in which sessions run.
func home(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "samples"), os.DirFS("../../samples")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// sit starts a gijbulk at a terminal.
func sit(t *testing.T, dir string, columns int, environment []string, args ...string) *session {
	t.Helper()
	s := &session{t: t, terminal: newTerminal(columns), command: exec.CommandContext(t.Context(), "gijbulk", args...)}
	s.command.Dir = dir
	s.command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TERM=xterm-256color", "JIRA_TOKEN=the-right-token",
		"ACME_GITHUB_PAT=x", "TZ=UTC"}, environment...)
	var err error
	if s.tty, err = pty.StartWithSize(s.command, s.size(columns)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.tty.Close() })
	go s.watch(s.tty)
	return s
}

func (s *session) size(columns int) *pty.Winsize {
	return &pty.Winsize{Rows: uint16(s.screen.Height()), Cols: uint16(columns)}
}

// turn makes the window narrower or wider.
func (s *session) turn(columns int) {
	s.t.Helper()
	s.resize(columns)
	if err := pty.Setsize(s.tty, s.size(columns)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *session) types(text string) {
	s.t.Helper()
	if _, err := s.tty.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

// ends waits for the end, holds the exit code against the one that is wanted and gives
// the last screen.
func (s *session) ends(code int) string {
	s.t.Helper()
	err := s.command.Wait()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for !s.closed {
		s.changed.Wait()
	}
	if got := s.command.ProcessState.ExitCode(); got != code {
		s.t.Errorf("exit code %d, want %d; the screen:\n%s", got, code, s.lines())
	}
	return normal(s.lines())
}

// busyAfter is a Jira that lets so many writes pass and then wants a minute's pause.
func busyAfter(t *testing.T, writes int64) string {
	t.Helper()
	server, err := sandbox.New(sandbox.Options{Token: "the-right-token"})
	if err != nil {
		t.Fatal(err)
	}
	var seen atomic.Int64
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && seen.Add(1) > writes {
			w.Header().Set("Retry-After", "59")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { web.CloseClientConnections(); web.Close() })
	return web.URL
}

// wideManifest holds names whose width is not the number of their characters.
const wideManifest = `version: 1
integrations:
  - {type: GITHUB, displayName: 東京 Repositories, pat: "env:ACME_GITHUB_PAT"}
  - {type: GITHUB, displayName: "絵文字 👩‍👩‍👧 Family", pat: "env:ACME_GITHUB_PAT"}
  - {type: GITHUB, displayName: Büro für Öffentliches, pat: "env:ACME_GITHUB_PAT"}
`

// refusedManifest names a project that no Jira has, in more records than are listed.
func refusedManifest() string {
	var b strings.Builder
	b.WriteString("integrations:\n  - {type: GITHUB, displayName: fine, pat: env:ACME_GITHUB_PAT}\n")
	for i := range 23 {
		fmt.Fprintf(&b, "  - {type: GITHUB, displayName: 東京 %d, pat: env:ACME_GITHUB_PAT, projectMappingIds: [424242]}\n", i)
	}
	return b.String()
}

func writeFile(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// long is a manifest of which the plan is longer than people read.
func long() string {
	var b strings.Builder
	b.WriteString("type,displayName,pat,origin\n")
	for i := range 60 {
		fmt.Fprintf(&b, "GITHUB,Repository %d,env:ACME_GITHUB_PAT,\n", i)
		if i%3 == 0 {
			fmt.Fprintf(&b, "GITLAB_SERVER,Repository %d,env:ACME_GITHUB_PAT,https://gitlab.example.org\n", i)
		}
	}
	return b.String()
}

// TestScreens tells what a person sees at a terminal of each width.
func TestScreens(t *testing.T) {
	for _, columns := range []int{80, 40} {
		screen := func(name string) string { return fmt.Sprintf("%s-%d", name, columns) }
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			t.Run("plan", func(t *testing.T) {
				dir := home(t)
				writeFile(t, dir, "wide.yaml", wideManifest)
				goldenScreen(t, screen("plan"), sit(t, dir, columns, nil, "import", "wide.yaml", "--sandbox", "--dry-run").ends(exitDrift))
			})
			t.Run("folded", func(t *testing.T) {
				dir := home(t)
				writeFile(t, dir, "long.csv", long())
				goldenScreen(t, screen("folded"), sit(t, dir, columns, nil, "import", "long.csv", "--sandbox", "--dry-run").ends(exitDrift))
			})
			t.Run("prompt", func(t *testing.T) {
				dir := home(t)
				writeFile(t, dir, "wide.yaml", wideManifest)
				s := sit(t, dir, columns, nil, "import", "wide.yaml", "--rate=0", "--jira", busyAfter(t, 100))
				goldenScreen(t, screen("prompt"), s.until(t, `go\s+on\? \[y/N\]`))
				s.types("n\n")
				s.ends(exitRail)
			})
			t.Run("failures", func(t *testing.T) {
				dir := home(t)
				writeFile(t, dir, "refused.yaml", refusedManifest())
				s := sit(t, dir, columns, nil, "import", "refused.yaml", "--sandbox=latency=1ms", "--sandbox-data=jira data.json", "--no-plain-secrets", "--max-failures=99", "--report-dir=r")
				goldenScreen(t, screen("failures"), s.ends(exitFailed))
			})
			t.Run("throttled", func(t *testing.T) {
				dir := home(t)
				writeFile(t, dir, "wide.yaml", wideManifest)
				s := sit(t, dir, columns, nil, "import", "wide.yaml", "--yes", "--rate=0", "--concurrency=1", "--report-dir=r", "--jira", busyAfter(t, 2))
				before := s.until(t, `waiting for the server, \d\d s`)
				s.turn(120 - columns)
				after := s.until(t, map[int]string{80: `server, \d\d s\n`, 40: `server, \d\d s: 2 created`}[columns])
				s.types("\x03")
				goldenScreen(t, screen("throttled"), before+"--- the window is another\n"+after+"--- Ctrl-C\n"+s.ends(exitInterrupted))
			})
		})
	}
}

// TestScreensWithoutColours: neither NO_COLOR nor a dumb terminal gets any, and a dumb
// one no line that is drawn again.
func TestScreensWithoutColours(t *testing.T) {
	for _, tt := range []struct {
		environment string
		colours     bool
		cursor      bool
	}{{"TERM=xterm", true, true}, {"NO_COLOR=1", false, true}, {"TERM=dumb", false, false}} {
		t.Run(tt.environment, func(t *testing.T) {
			dir := home(t)
			s := sit(t, dir, 80, []string{tt.environment}, "import", "samples/integrations.csv", "--sandbox=latency=20ms")
			s.ends(exitDone)
			raw := s.raw.String()
			if got := strings.Contains(raw, "\x1b[3") || strings.Contains(raw, "\x1b[2m"); got != tt.colours {
				t.Errorf("colours: %t, want %t in %q", got, tt.colours, raw)
			}
			if got := strings.Contains(raw, toLineStart); got != tt.cursor {
				t.Errorf("a line that is drawn again: %t, want %t in %q", got, tt.cursor, raw)
			}
		})
	}
}

// TestNoTerminalAtAll: without one, what is written is plain, and nothing is folded.
func TestNoTerminalAtAll(t *testing.T) {
	dir := home(t)
	writeFile(t, dir, "long.csv", long())
	command := exec.CommandContext(t.Context(), "gijbulk", "import", "long.csv", "--sandbox", "--dry-run")
	command.Dir = dir
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "ACME_GITHUB_PAT=x"}
	out, err := command.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != exitDrift {
		t.Fatalf("%v: %s", err, out)
	}
	if n := strings.Count(string(out), "+ create"); n != 80 || strings.Contains(string(out), "\x1b") {
		t.Errorf("%d actions, or an escape, in\n%s", n, out)
	}
}
