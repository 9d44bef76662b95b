package main

import (
	"bytes"
	"cmp"
	"io"
	"sync"

	"github.com/charmbracelet/x/ansi"
)

// screen is standard error. What is written to it comes above a line that shows how far
// the run is, so that log lines and that line never overwrite each other.
type screen struct {
	mu      sync.Mutex
	out     io.Writer
	columns func() int               // of the terminal, asked anew each time: it may be resized
	live    func(columns int) string // the line at the bottom; nil: there is none
	shown   string                   // what stands there now
}

func newScreen(out io.Writer, columns func() int) *screen {
	return &screen{out: out, columns: columns}
}

// Write puts whole lines above the live one.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.live == nil {
		return s.out.Write(p)
	}
	var b bytes.Buffer
	b.WriteString(toLineStart)
	b.Write(p)
	s.shown = s.compose()
	b.WriteString(s.shown)
	// One write, so that nobody sees the screen without its last line.
	if _, err := s.out.Write(b.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// toLineStart empties the line in which the cursor is.
const toLineStart = "\r" + ansi.EraseEntireLine

// show sets the live line, or with nil takes it away.
func (s *screen) show(live func(columns int) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shown != "" {
		_, _ = io.WriteString(s.out, toLineStart)
	}
	s.live, s.shown = live, ""
	s.redraw()
}

// refresh brings the live line up to date.
func (s *screen) refresh() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.redraw()
}

func (s *screen) redraw() {
	if s.live == nil {
		return
	}
	if line := s.compose(); line != s.shown {
		s.shown = line
		_, _ = io.WriteString(s.out, toLineStart+line)
	}
}

// compose leaves the last column free: a cursor that stands behind it is in one line on
// some terminals and in the next on others.
func (s *screen) compose() string {
	columns := cmp.Or(s.columns(), 80) - 1
	return ansi.Truncate(s.live(columns), columns, "…")
}
