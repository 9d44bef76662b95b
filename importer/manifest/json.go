package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"gijbulk/schema"
)

// readJSON walks the documents of a JSON text: one, or several in a row.
func readJSON(data []byte, w *walk) error {
	p := newJSONParser(data, 1)
	for !w.pass.left {
		root, err := p.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := w.document(root); err != nil {
			return err
		}
	}
	return nil
}

// deepest is how deeply values may be nested; a manifest needs four levels.
const deepest = 1000

// jsonParser builds nodes from the decoder's tokens, which alone tell places, and
// show keys that are there twice.
type jsonParser struct {
	data    []byte
	decoder *json.Decoder
	depth   int
	// The last place asked for; places are asked for in ascending order.
	offset, line, lineStart int
}

func newJSONParser(data []byte, line int) *jsonParser {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	return &jsonParser{data: data, decoder: d, line: line}
}

// next reads the next value of the text, or gives io.EOF after the last.
func (p *jsonParser) next() (*node, error) {
	if p.start() == len(p.data) {
		return nil, io.EOF
	}
	return p.value()
}

// start is the offset of the next token. Commas and colons are none; between documents
// they have no place.
func (p *jsonParser) start() int {
	skipped := " \t\r\n"
	if p.depth > 0 {
		skipped += ",:"
	}
	at := int(p.decoder.InputOffset())
	for at < len(p.data) && strings.IndexByte(skipped, p.data[at]) >= 0 {
		at++
	}
	return at
}

// place tells line and column of an offset.
func (p *jsonParser) place(offset int) (line, column int) {
	passed := p.data[p.offset:offset]
	if last := bytes.LastIndexByte(passed, '\n'); last >= 0 {
		p.line += bytes.Count(passed, []byte("\n"))
		p.lineStart = p.offset + last + 1
	}
	p.offset = offset
	return p.line, offset - p.lineStart + 1
}

func (p *jsonParser) token() (json.Token, []byte, error) {
	at := p.start()
	token, err := p.decoder.Token()
	if err != nil {
		return nil, nil, p.flaw(err)
	}
	return token, p.data[at:p.decoder.InputOffset()], nil
}

func (p *jsonParser) value() (*node, error) {
	n := &node{}
	n.line, n.column = p.place(p.start())
	token, raw, err := p.token()
	if err != nil {
		return nil, err
	}
	switch token := token.(type) {
	case json.Delim:
		return n, p.nested(n, token)
	case string:
		n.form, n.text = schema.FormString, token
		if lossy(token, raw) {
			n.flaw = &flaw{code: schema.CodeBadEncoding, message: `the text holds half of a \u pair`, advice: "write the character itself"}
		}
	case json.Number:
		n.form, n.text = schema.FormNumber, token.String()
	case bool:
		n.form, n.text = schema.FormBool, string(raw)
	default:
		n.form, n.text = schema.FormNull, "null"
	}
	return n, nil
}

func (p *jsonParser) nested(n *node, open json.Delim) error {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > deepest {
		return &flaw{code: schema.CodeSyntax, line: n.line, column: n.column, message: "the text is nested too deeply",
			advice: "a manifest is a list of records with plain fields"}
	}
	n.form = schema.FormList
	if open == '{' {
		n.form = schema.FormMap
	}
	for p.decoder.More() {
		if err := p.child(n); err != nil {
			return err
		}
	}
	_, _, err := p.token() // the closing bracket
	return err
}

func (p *jsonParser) child(n *node) error {
	var m member
	if n.form == schema.FormMap {
		m.line, m.column = p.place(p.start())
		key, _, err := p.token()
		if err != nil {
			return err
		}
		m.name, _ = key.(string) // the decoder takes nothing else for a key
	}
	value, err := p.value()
	if err != nil {
		return err
	}
	if n.form == schema.FormMap {
		m.value = value
		n.members = append(n.members, m)
	} else {
		n.items = append(n.items, value)
	}
	return nil
}

// lossy reports whether the decoder put U+FFFD where the text said something else: half
// of a surrogate pair.
func lossy(s string, raw []byte) bool {
	return strings.ContainsRune(s, utf8.RuneError) && !bytes.ContainsRune(raw, utf8.RuneError) &&
		!bytes.Contains(bytes.ToLower(raw), []byte(`\ufffd`))
}

// flaw says in our own words what stopped the decoder, whose message quotes the text.
func (p *jsonParser) flaw(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		f := &flaw{code: schema.CodeTruncated, message: "the text ends in the middle of a value"}
		f.line, f.column = p.place(len(p.data))
		return f
	}
	f := &flaw{code: schema.CodeSyntax, message: "this is not JSON from here on", advice: "check commas, brackets and quotes here and just before"}
	at := p.start()
	before := bytes.TrimRight(p.data[:at], " \t\r\n")
	if bytes.HasSuffix(before, []byte(",")) && at < len(p.data) && (p.data[at] == '}' || p.data[at] == ']') {
		f.message, f.advice = "a comma stands before the closing bracket", "remove the comma"
	}
	f.line, f.column = p.place(at)
	return f
}
