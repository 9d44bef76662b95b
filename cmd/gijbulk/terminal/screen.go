package terminal

import (
	"bytes"
	"cmp"
	"io"
	"sync"

	"github.com/charmbracelet/x/ansi"
)

// Screen writes to a terminal that may have a status line at the bottom. What is written
// appears above that line, so that log lines and the status line never overwrite each
// other. It is safe for concurrent use.
type Screen struct {
	mu      sync.Mutex
	out     io.Writer
	columns func() int
	status  func(columns int) string // nil: there is no status line
	drawn   string                   // the status line as the terminal shows it
}

// NewScreen writes to out. columns is the width of the terminal, or 0 where it is not
// known; it is asked whenever the status line is drawn, because a terminal can be resized.
func NewScreen(out io.Writer, columns func() int) *Screen {
	return &Screen{out: out, columns: columns}
}

// Write writes whole lines above the status line.
func (s *Screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.status == nil {
		return s.out.Write(p)
	}
	s.drawn = s.statusLine()
	// A single write, so that the terminal never shows the lines without the status line.
	if _, err := s.out.Write(bytes.Join([][]byte{[]byte(eraseLine), p, []byte(s.drawn)}, nil)); err != nil {
		return 0, err
	}
	return len(p), nil
}

const eraseLine = "\r" + ansi.EraseEntireLine

func (s *Screen) setStatus(status func(columns int) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.drawn != "" {
		_, _ = io.WriteString(s.out, eraseLine)
	}
	s.status, s.drawn = status, ""
	s.draw()
}

func (s *Screen) refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.draw()
}

func (s *Screen) draw() {
	if s.status == nil {
		return
	}
	if line := s.statusLine(); line != s.drawn {
		s.drawn = line
		_, _ = io.WriteString(s.out, eraseLine+line)
	}
}

// statusLine leaves the last column free: a cursor behind it is in the same line on some
// terminals and in the next on others.
func (s *Screen) statusLine() string {
	columns := cmp.Or(s.columns(), 80) - 1
	return ansi.Truncate(s.status(columns), columns, "…")
}
