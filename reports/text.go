package reports

import (
	"strings"
	"unicode"

	"gijbulk/schema"
)

// oneLine makes a foreign text safe for a terminal: on one line, and without characters
// that move the cursor or change the direction of the text. The joiners stay: they hold
// together an emoji of several parts, and letters of Persian and Indian scripts.
func oneLine(s string) string {
	if isPrintableASCII(s) && !strings.HasPrefix(s, " ") && !strings.HasSuffix(s, " ") && !strings.Contains(s, "  ") {
		return s
	}
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, string(unicode.ReplacementChar))), " ")
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == zeroWidthJoiner || r == zeroWidthNonJoiner {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

// OneLine makes a text of a server safe for a terminal: without escape sequences, on one line.
func OneLine(s string) string { return oneLine(s) }

func isPrintableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
)

// clipped is oneLine for what may be a whole web page.
func clipped(s string) string {
	const longest = 300 // runes
	s = oneLine(s)
	if len(s) <= longest {
		return s
	}
	if runes := []rune(s); len(runes) > longest {
		return string(runes[:longest]) + "…"
	}
	return s
}

// fileLine is a place without its column: that of a record means nothing to a person.
func fileLine(p schema.Place) string {
	p.Column = 0
	return p.String()
}

func joinNonEmpty(separator string, parts ...string) string {
	var there []string
	for _, p := range parts {
		if p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, separator)
}
