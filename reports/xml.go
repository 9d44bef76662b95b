package reports

import (
	"bufio"
	"encoding/xml"
	"strings"
	"unicode"
	"unicode/utf8"
)

// xmlWriter writes elements that hold either elements or text, each on a line of its own
// as deep as it lies. Attributes are pairs of a name and a value.
type xmlWriter struct {
	out   *bufio.Writer // keeps the first error
	depth int
}

func (x *xmlWriter) open(name string, attributes ...string) {
	x.start(name, attributes)
	x.raw("\n")
	x.depth++
}

func (x *xmlWriter) close(name string) {
	x.depth--
	x.indent()
	x.end(name)
}

// leaf is an element of text alone, or of nothing.
func (x *xmlWriter) leaf(name, text string, attributes ...string) {
	x.start(name, attributes)
	x.text(text)
	x.end(name)
}

func (x *xmlWriter) start(name string, attributes []string) {
	x.indent()
	x.raw("<")
	x.raw(name)
	for i := 0; i+1 < len(attributes); i += 2 {
		x.raw(" ")
		x.raw(attributes[i])
		x.raw(`="`)
		x.text(attributes[i+1])
		x.raw(`"`)
	}
	x.raw(">")
}

func (x *xmlWriter) end(name string) {
	x.raw("</")
	x.raw(name)
	x.raw(">\n")
}

func (x *xmlWriter) indent() {
	for range x.depth {
		x.raw("  ")
	}
}

func (x *xmlWriter) raw(s string) { _, _ = x.out.WriteString(s) }

// text escapes a text. Nearly all are plain, and need none of it.
func (x *xmlWriter) text(s string) {
	if isPlain(s) && !strings.ContainsAny(s, `"&'<>`) {
		x.raw(s)
		return
	}
	_ = xml.EscapeText(x.out, []byte(xmlText(s)))
}

// xmlText replaces what no XML document may hold, escaped or not.
func xmlText(s string) string {
	bad := func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r", r) || r == 0xFFFE || r == 0xFFFF
	}
	if utf8.ValidString(s) && !strings.ContainsFunc(s, bad) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if bad(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
}
