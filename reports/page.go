package reports

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"gijbulk/schema"
)

// Page is the layout of a text for people. Its zero value is a file: lines of any length,
// without colors, and nothing folded.
type Page struct {
	Columns  int  // width in cells; a longer line is broken between words; 0 = never
	Coloured bool // with ANSI colors; no meaning is in them alone
	Folded   bool // of more than twenty actions of a kind in a plan, the rest is counted

	OneByOne bool // all lost repositories are named, and nested repositories are not folded into one line for each rule and change

	// HeldWarnings says what shows the warnings of a run, where they were not printed: its summary counts them.
	HeldWarnings string

	// Flags are the flags of the options that texts are about. Where one is missing, the text does
	// without it.
	Flags map[schema.Option]string
}

// tone is what a piece of text is, which decides its color.
type tone uint8

const (
	good tone = iota
	changed
	bad
	advice
	aside
)

func (t tone) style() ansi.Style {
	switch t {
	case good:
		return ansi.NewStyle().ForegroundColor(ansi.Green)
	case changed:
		return ansi.NewStyle().ForegroundColor(ansi.Yellow)
	case bad:
		return ansi.NewStyle().ForegroundColor(ansi.Red)
	case advice:
		return ansi.NewStyle().ForegroundColor(ansi.Cyan)
	}
	return ansi.NewStyle().Faint()
}

func (p Page) paint(t tone, s string) string {
	if !p.Coloured {
		return s
	}
	return t.style().Styled(s)
}

func (p Page) flag(o schema.Option, format string) string {
	if p.Flags[o] == "" {
		return ""
	}
	return fmt.Sprintf(format, p.Flags[o])
}

// mostPaths is how many lost repositories are named at one action.
func (p Page) mostPaths() int {
	if p.OneByOne {
		return math.MaxInt
	}
	return longestList
}

// hangingIndent is how far a broken line goes on to the right of where it began.
const hangingIndent = 4

// line writes a line that begins after indent blanks. It is broken between words, by
// their width on a terminal (that of 東 is two), and never inside one: a path or an
// address stays in one piece.
func (p Page) line(w io.Writer, indent int, s string) {
	margin := strings.Repeat(" ", indent)
	if p.Columns <= 0 || indent+ansi.StringWidth(s) <= p.Columns {
		fmt.Fprint(w, margin, s, "\n")
		return
	}
	at, gap := 0, 0 // cells used in this line, and blanks before the next word
	for i, word := range strings.Split(s, " ") {
		if i > 0 {
			gap++
		}
		if word == "" {
			continue
		}
		width := ansi.StringWidth(word)
		switch {
		case at == 0:
			fmt.Fprint(w, margin, word)
			at = indent + width
		case at+gap+width > p.Columns && at > indent+hangingIndent:
			fmt.Fprint(w, "\n", margin, strings.Repeat(" ", hangingIndent), word)
			at = indent + hangingIndent + width
		default:
			fmt.Fprint(w, strings.Repeat(" ", gap), word)
			at += gap + width
		}
		gap = 0
	}
	fmt.Fprintln(w)
}
