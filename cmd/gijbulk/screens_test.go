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
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/creack/pty"

	"gijbulk/cmd/gijbulk/terminal/terminaltest"
	"gijbulk/importer/sandbox"
)

// session is a gijbulk that runs in a pseudo-terminal of its own.
type session struct {
	*terminaltest.Terminal
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
	s := &session{t: t, Terminal: terminaltest.New(columns), command: exec.CommandContext(t.Context(), "gijbulk", args...)}
	s.command.Dir = dir
	s.command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TERM=xterm-256color", "JIRA_TOKEN=the-right-token",
		"ACME_GITHUB_PAT=x", "TZ=UTC"}, environment...)
	var err error
	if s.tty, err = pty.StartWithSize(s.command, size(columns)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.tty.Close() })
	go s.Watch(s.tty)
	return s
}

func size(columns int) *pty.Winsize {
	return &pty.Winsize{Rows: terminaltest.Rows, Cols: uint16(columns)}
}

// turn makes the window narrower or wider.
func (s *session) turn(columns int) {
	s.t.Helper()
	s.Resize(columns)
	if err := pty.Setsize(s.tty, size(columns)); err != nil {
		s.t.Fatal(err)
	}
}

func (s *session) types(text string) {
	s.t.Helper()
	if _, err := s.tty.WriteString(text); err != nil {
		s.t.Fatal(err)
	}
}

// until waits for a screen that matches.
func (s *session) until(pattern string) string {
	s.t.Helper()
	return normal(s.Until(s.t, pattern))
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
	screen := s.UntilClosed()
	if got := s.command.ProcessState.ExitCode(); got != code {
		s.t.Errorf("exit code %d, want %d; the screen:\n%s", got, code, screen)
	}
	return normal(screen)
}

// normal makes what differs from run to run equal, at the same width.
func normal(text string) string {
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.same)
	}
	return text
}

var varying = []struct {
	pattern *regexp.Regexp
	same    string
}{
	{regexp.MustCompile(`\d{8}-\d{6}-[0-9a-f]{6}`), "20260102-030405-a1b2c3"},
	{regexp.MustCompile(`:[1-6]\d{4}\b`), ":28080"}, // a port
	{regexp.MustCompile(`[0-9a-f]{64}`), strings.Repeat("0f", 32)},
	{regexp.MustCompile(`[0-9a-f]{29}\n[0-9a-f]{35}`), strings.Repeat("0f", 14) + "0\n" + "f" + strings.Repeat("0f", 17)},
	{regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d `), "03:04:05 "}, // of a log line, which is local
	{regexp.MustCompile(`waiting for the server, \d\d s`), "waiting for the server, 59 s"},
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
  - {type: GITHUB, displayName: 東京 Repositories, pat: "env:ACME_GITHUB_PAT", global: true}
  - {type: GITHUB, displayName: "絵文字 👩‍👩‍👧 Family", pat: "env:ACME_GITHUB_PAT", global: true}
  - {type: GITHUB, displayName: Büro für Öffentliches, pat: "env:ACME_GITHUB_PAT", global: true}
`

// refusedManifest names a project that no Jira has, in more records than are listed.
func refusedManifest() string {
	var b strings.Builder
	b.WriteString("integrations:\n  - {type: GITHUB, displayName: fine, pat: env:ACME_GITHUB_PAT, global: true}\n")
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
	b.WriteString("type,displayName,pat,origin,global\n")
	for i := range 60 {
		fmt.Fprintf(&b, "GITHUB,Repository %d,env:ACME_GITHUB_PAT,,yes\n", i)
		if i%3 == 0 {
			fmt.Fprintf(&b, "GITLAB_SERVER,Repository %d,env:ACME_GITHUB_PAT,https://gitlab.example.org,yes\n", i)
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
				terminaltest.Golden(t, screen("plan"), sit(t, dir, columns, nil, "import", "wide.yaml", "--sandbox", "--dry-run").ends(exitDrift))
			})
			t.Run("folded", func(t *testing.T) {
				dir := home(t)
				writeFile(t, dir, "long.csv", long())
				terminaltest.Golden(t, screen("folded"), sit(t, dir, columns, nil, "import", "long.csv", "--sandbox", "--dry-run").ends(exitDrift))
			})
			t.Run("prompt", func(t *testing.T) {
				dir := home(t)
				writeFile(t, dir, "wide.yaml", wideManifest)
				s := sit(t, dir, columns, nil, "import", "wide.yaml", "--rate=0", "--jira", busyAfter(t, 100))
				terminaltest.Golden(t, screen("prompt"), s.until(`continue\?\s+\[y/N\]`))
				s.types("n\n")
				s.ends(exitUnsafe)
			})
			t.Run("failures", func(t *testing.T) {
				dir := home(t)
				writeFile(t, dir, "refused.yaml", refusedManifest())
				s := sit(t, dir, columns, nil, "import", "refused.yaml", "--sandbox=latency=1ms", "--sandbox-data=jira data.json", "--no-plain-secrets", "--max-failures=99", "--report-dir=r")
				terminaltest.Golden(t, screen("failures"), s.ends(exitFailed))
			})
			t.Run("throttled", func(t *testing.T) {
				dir := home(t)
				writeFile(t, dir, "wide.yaml", wideManifest)
				s := sit(t, dir, columns, nil, "import", "wide.yaml", "--yes", "--rate=0", "--concurrency=1", "--report-dir=r", "--jira", busyAfter(t, 2))
				before := s.until(`waiting for the server, \d\d s`)
				s.turn(120 - columns)
				after := s.until(map[int]string{80: `server, \d\d s\n`, 40: `server, \d\d s: 2 created`}[columns])
				s.types("\x03")
				terminaltest.Golden(t, screen("throttled"), before+"--- the window is another\n"+after+"--- Ctrl-C\n"+s.ends(exitInterrupted))
			})
		})
	}
}

// TestInterruptedPrompt: who presses Ctrl-C at the question can resume the run, and is asked again.
func TestInterruptedPrompt(t *testing.T) {
	dir := home(t)
	writeFile(t, dir, "wide.yaml", wideManifest)
	jira := busyAfter(t, 100)
	s := sit(t, dir, 80, nil, "import", "wide.yaml", "--rate=0", "--report-dir=r", "--jira", jira)
	s.until(`continue\?\s+\[y/N\]`)
	s.types("\x03")
	s.ends(exitInterrupted)
	report := string(mustRead(t, filepath.Join(dir, "r", "report.json")))
	if !strings.Contains(report, `"complete": false`) || strings.Count(report, `"unprocessed",`) != 3 {
		t.Errorf("its report is\n%s", report)
	}
	again := sit(t, dir, 80, nil, "resume", "last", "--jira", jira)
	again.until(`continue\?\s+\[y/N\]`)
	again.types("y\n")
	if screen := again.ends(exitDone); !strings.Contains(screen, "3 created") {
		t.Errorf("the resumed run shows\n%s", screen)
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
			raw := s.Raw()
			if got := strings.Contains(raw, "\x1b[3") || strings.Contains(raw, "\x1b[2m"); got != tt.colours {
				t.Errorf("colours: %t, want %t in %q", got, tt.colours, raw)
			}
			if got := strings.Contains(raw, "\r\x1b[2K"); got != tt.cursor {
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
