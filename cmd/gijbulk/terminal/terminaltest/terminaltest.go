// Package terminaltest is a terminal for tests: what is written to it appears on a screen
// that can be read, and compared with a golden file.
package terminaltest

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/vt"
	"github.com/google/go-cmp/cmp"
)

// Update is the flag -update: golden files are written instead of compared.
var Update = flag.Bool("update", false, "write the golden files instead of comparing them")

// Rows is the height of a [Terminal], so that nothing scrolls away.
const Rows = 130

// Terminal is an emulated terminal. It is safe for concurrent use.
type Terminal struct {
	mu      sync.Mutex
	changed *sync.Cond
	screen  *vt.Emulator
	raw     strings.Builder
	closed  bool
	late    bool
}

// New returns a terminal with so many columns.
func New(columns int) *Terminal {
	t := &Terminal{screen: vt.NewEmulator(columns, Rows)}
	t.changed = sync.NewCond(&t.mu)
	return t
}

// Write shows p on the screen.
func (t *Terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	defer t.changed.Broadcast()
	t.raw.Write(p)
	return t.screen.Write(p)
}

// Watch shows what a program writes to a pseudo-terminal, until the program has ended.
func (t *Terminal) Watch(from io.Reader) {
	_, _ = io.Copy(t, from) // a pseudo-terminal ends with an error
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	t.changed.Broadcast()
}

// Resize changes the number of columns.
func (t *Terminal) Resize(columns int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.screen.Resize(columns, Rows)
}

// Raw is everything that was written, with its control sequences.
func (t *Terminal) Raw() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.raw.String()
}

// Text is what the screen shows.
func (t *Terminal) Text() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text()
}

func (t *Terminal) text() string {
	var lines []string
	for line := range strings.SplitSeq(t.screen.String(), "\n") {
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n") + "\n"
}

// deadline is how long a screen is waited for.
const deadline = time.Minute

// Until waits until the screen matches a pattern, and returns its text. It fails the test
// if [Terminal.Watch] ends before, or after a minute.
func (t *Terminal) Until(test *testing.T, pattern string) string {
	test.Helper()
	wanted := regexp.MustCompile(pattern)
	defer t.giveUpLater().Stop()
	t.mu.Lock()
	defer t.mu.Unlock()
	for !wanted.MatchString(t.text()) {
		if t.closed || t.late {
			test.Fatalf("no screen with %q; the last was\n%s", pattern, t.text())
		}
		t.changed.Wait()
	}
	return t.text()
}

// giveUpLater ends the waiting after the deadline.
func (t *Terminal) giveUpLater() *time.Timer {
	return time.AfterFunc(deadline, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.late = true
		t.changed.Broadcast()
	})
}

// UntilClosed waits until [Terminal.Watch] ends, for a minute at most, and returns the text of
// the last screen.
func (t *Terminal) UntilClosed() string {
	defer t.giveUpLater().Stop()
	t.mu.Lock()
	defer t.mu.Unlock()
	for !t.closed && !t.late {
		t.changed.Wait()
	}
	return t.text()
}

// Golden compares the text of a screen with testdata/screens/NAME.txt.
func Golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "screens", name+".txt")
	if *Update {
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
