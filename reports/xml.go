package reports

import (
	"encoding/xml"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// xmlWriter writes elements that hold either elements or text, each on a line of its own
// as deep as it lies. Attributes are pairs of a name and a value.
type xmlWriter struct {
	out    io.Writer
	buffer []byte // goes out from time to time
	depth  int
	err    error // the first
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
	if len(x.buffer) > 1<<16 {
		_ = x.flush()
	}
}

// flush gives away what was written. The error is the first of all.
func (x *xmlWriter) flush() error {
	if x.err == nil {
		_, x.err = x.out.Write(x.buffer)
	}
	x.buffer = x.buffer[:0]
	return x.err
}

func (x *xmlWriter) indent() {
	for range x.depth {
		x.raw("  ")
	}
}

func (x *xmlWriter) raw(s string) { x.buffer = append(x.buffer, s...) }

// Write is raw for an encoder.
func (x *xmlWriter) Write(p []byte) (int, error) {
	x.buffer = append(x.buffer, p...)
	return len(p), nil
}

// text escapes a text. Nearly all are plain, and need none of it.
func (x *xmlWriter) text(s string) {
	if isPlain(s) && !strings.ContainsAny(s, `"&'<>`) {
		x.raw(s)
		return
	}
	_ = xml.EscapeText(x, []byte(xmlText(s)))
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
