package terminal

import (
	"strings"
	"testing"

	"gijbulk/cmd/gijbulk/terminal/terminaltest"
)

// TestResizedScreen: the status line fits the terminal as it is now.
func TestResizedScreen(t *testing.T) {
	var columns int
	term := terminaltest.New(80)
	s := NewScreen(term, func() int { return columns })
	s.setStatus(func(columns int) string { return strings.Repeat("東", columns) })
	for _, tt := range []struct{ columns, known, want int }{{80, 80, 39}, {20, 20, 9}, {100, 0, 39}} {
		columns = tt.known
		term.Resize(tt.columns)
		s.refresh()
		if want := strings.Repeat("東", tt.want) + "…\n"; term.Text() != want {
			t.Errorf("%d columns: %q, want %q", tt.columns, term.Text(), want)
		}
	}
	s.setStatus(nil)
	if term.Text() != "\n" {
		t.Errorf("%q is left", term.Text())
	}
}
