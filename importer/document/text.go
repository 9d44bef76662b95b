package document

import (
	"bufio"
	"bytes"
	"cmp"
	"io"
	"strings"
	"unicode/utf8"

	"gijbulk/schema"
)

// headSize is how many bytes of a text are looked at before it is read.
const headSize = 64 << 10

// Text is a file as UTF-8, and how it was encoded.
type Text struct {
	*bufio.Reader
	Encoding schema.Encoding
	BOM      bool // it began with a byte order mark
}

// Open gives a file as UTF-8: encodings undone (named is that of a file without a byte order mark;
// where it is [schema.UTF8], UTF-16 is detected), lone carriage returns read as line ends,
// without NUL bytes. A breach is an [*Error] of its Read, after all that came before it, so
// that the records before it can still be read. At least 64 KiB can be peeked at.
func Open(r io.Reader, named schema.Encoding) (*Text, error) {
	raw := bufio.NewReaderSize(r, headSize)
	head, err := raw.Peek(headSize)
	if len(head) == 0 && err != nil && err != io.EOF {
		return nil, err
	}
	if kind := binaryKind(head); kind != "" {
		return nil, &Error{Code: schema.CodeFileBinary, Message: "the file is not text: it is " + kind,
			Advice: "save it as CSV (UTF-8), YAML or JSON"}
	}
	encoding := encodingOf(head, named)
	if encoding.refused != "" {
		return nil, &Error{Code: schema.CodeBadEncoding, Message: "the file is encoded as " + encoding.refused, Advice: saveAsUTF8, Option: schema.OptionEncoding}
	}
	src, err := encoding.decode(raw)
	if err != nil {
		return nil, err
	}
	c := &checked{src: src, encoding: encoding.name, buf: make([]byte, headSize)}
	t := bufio.NewReaderSize(c, headSize)
	head, _ = t.Peek(headSize) // an error comes again when it is read
	if bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		t = bufio.NewReaderSize(oldMac{t}, headSize)
	}
	return &Text{t, encoding.name, encoding.mark > 0}, nil
}

// checked passes UTF-8 on and ends with an error at the first byte that is none.
type checked struct {
	src      io.Reader
	encoding schema.Encoding // but for UTF-8, U+FFFD stands for something that the decoder could not read
	buf      []byte
	ready    []byte // checked, not yet handed out
	rest     []byte // of a rune that the last chunk cut in two
	feeds    int    // line feeds and
	returns  int    // carriage returns so far; the latter only where there are no feeds
	err      error
}

func (c *checked) Read(p []byte) (int, error) {
	if len(c.ready) == 0 {
		if c.err != nil {
			return 0, c.err
		}
		c.fill()
	}
	n := copy(p, c.ready)
	c.ready = c.ready[n:]
	return n, nil
}

func (c *checked) fill() {
	kept := copy(c.buf, c.rest)
	n, err := c.src.Read(c.buf[kept:])
	chunk := c.buf[:kept+n]
	good := c.wellFormed(chunk)
	c.rest = chunk[good:]
	if len(c.rest) > 0 && (err != nil || utf8.FullRune(c.rest)) {
		err = c.breach(chunk[:good])
	}
	if i := bytes.IndexByte(chunk[:good], 0); i >= 0 {
		good = i
		err = &Error{Code: schema.CodeFileBinary, Line: c.lineAfter(chunk[:i]),
			Message: "the file is not text: it contains a NUL byte", Advice: "save it as CSV (UTF-8), YAML or JSON"}
	}
	c.ready, c.err = chunk[:good], err
	c.count(c.ready)
}

func (c *checked) decoded() bool { return c.encoding != schema.UTF8 }

// wellFormed is the length of the longest beginning of b that is UTF-8.
func (c *checked) wellFormed(b []byte) int {
	if utf8.Valid(b) && (!c.decoded() || !bytes.ContainsRune(b, utf8.RuneError)) {
		return len(b)
	}
	for i := 0; ; {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && (size <= 1 || c.decoded()) {
			return i
		}
		i += size
	}
}

func (c *checked) breach(before []byte) error {
	name := cmp.Or(strings.ToUpper(string(c.encoding)), "UTF-8")
	return &Error{Code: schema.CodeBadEncoding, Line: c.lineAfter(before), Message: "the text is not " + name + " from here on", Advice: saveAsUTF8, Option: schema.OptionEncoding}
}

func (c *checked) lineAfter(b []byte) int {
	if feeds := c.feeds + bytes.Count(b, []byte("\n")); feeds > 0 {
		return feeds + 1
	}
	return c.returns + bytes.Count(b, []byte("\r")) + 1
}

func (c *checked) count(b []byte) {
	c.feeds += bytes.Count(b, []byte("\n"))
	if c.feeds == 0 {
		c.returns += bytes.Count(b, []byte("\r"))
	}
}

type oldMac struct{ src io.Reader }

func (m oldMac) Read(p []byte) (int, error) {
	n, err := m.src.Read(p)
	for i := range p[:n] {
		if p[i] == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}
