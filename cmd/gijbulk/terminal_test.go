package main

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/charmbracelet/x/vt"
	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// terminal is what a person looks at: bytes go in, and a screen comes out.
type terminal struct {
	mu      sync.Mutex
	changed *sync.Cond
	screen  *vt.Emulator
	raw     strings.Builder
	closed  bool
}

// newTerminal is high enough that nothing is scrolled away.
func newTerminal(columns int) *terminal {
	t := &terminal{screen: vt.NewEmulator(columns, 130)}
	t.changed = sync.NewCond(&t.mu)
	return t
}

func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.changed.Broadcast()
	t.raw.Write(p)
	return t.screen.Write(p)
}

// hangUp says that nothing more comes.
func (t *terminal) hangUp() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.changed.Broadcast()
}

func (t *terminal) resize(columns int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.screen.Resize(columns, t.screen.Height())
}

// text is what the screen shows.
func (t *terminal) text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.lines()
}

func (t *terminal) lines() string {
	var lines []string
	for line := range strings.SplitSeq(t.screen.String(), "\n") {
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// normal makes what differs from run to run equal, at the same width.
func normal(text string) string {
	for _, v := range varying {
		text = v.pattern.ReplaceAllString(text, v.same)
	}
	return text
}

// clock is the time of a log line, which is local.
var clock = regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d `)

var varying = []struct {
	pattern *regexp.Regexp
	same    string
}{
	{regexp.MustCompile(`\d{8}-\d{6}-[0-9a-f]{6}`), "20260102-030405-a1b2c3"},
	{regexp.MustCompile(`:[1-6]\d{4}\b`), ":28080"}, // a port
	{regexp.MustCompile(`[0-9a-f]{64}`), strings.Repeat("0f", 32)},
	{regexp.MustCompile(`[0-9a-f]{29}\n[0-9a-f]{35}`), strings.Repeat("0f", 14) + "0\n" + "f" + strings.Repeat("0f", 17)},
	{clock, "03:04:05 "},
	{regexp.MustCompile(`waiting for the server, \d\d s`), "waiting for the server, 59 s"},
}

// until waits for a screen that fits, and gives it with what varies
// made equal.
func (t *terminal) until(test *testing.T, pattern string) string {
	test.Helper()
	wanted := regexp.MustCompile(pattern)
	t.mu.Lock()
	defer t.mu.Unlock()
	for !wanted.MatchString(t.lines()) {
		if t.closed {
			test.Fatalf("no screen with %q; the last was\n%s", pattern, t.lines())
		}
		t.changed.Wait()
	}
	return normal(t.lines())
}

// goldenScreen compares a screen with the one that is kept.
func goldenScreen(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "screens", name+".txt")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// watch copies what a program writes to the terminal, until it has ended.
func (t *terminal) watch(from io.Reader) {
	_, _ = io.Copy(t, from) // a pseudo-terminal ends with an error
	t.hangUp()
}
