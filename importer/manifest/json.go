package manifest

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

func readJSON(data []byte, w *walk) error {
	p := &jsonParser{}
	p.reset(data, 1)
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
// show keys that are there twice. encoding/json would read the same text twice or thrice
// to give its tokens.
type jsonParser struct {
	data    []byte
	decoder jsontext.Decoder
	depth   int
	nodes   nodePool
	// The last place asked for; places are asked for in ascending order.
	offset, line, lineStart int
}

// nodePool allocates nodes many at a time.
type nodePool struct{ nodes []document.Node }

// node gives an empty node. A reused one keeps the capacity of its lists: the records of a
// file are often alike.
func (p *nodePool) node() *document.Node {
	const chunk = 64
	if len(p.nodes) == cap(p.nodes) {
		p.nodes = make([]document.Node, 0, chunk)
	}
	p.nodes = p.nodes[:len(p.nodes)+1]
	n := &p.nodes[len(p.nodes)-1]
	*n = document.Node{Items: n.Items[:0], Members: n.Members[:0]}
	return n
}

// reset lets nodes be used again: those that were given are not valid any more.
func (p *nodePool) reset() { p.nodes = p.nodes[:0] }

// reset begins a text, whose first line has this number. Nodes of the text before are
// not valid any more.
func (p *jsonParser) reset(data []byte, line int) {
	// Of what is twice, and of halves of surrogate pairs, we tell ourselves.
	p.decoder.Reset(bytes.NewBuffer(data), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	p.nodes.reset()
	p.data, p.depth = data, 0
	p.offset, p.line, p.lineStart = 0, line, 0
}

func (p *jsonParser) next() (*document.Node, error) {
	if p.start() == len(p.data) {
		return nil, io.EOF
	}
	return p.value()
}

// start is the offset of the next token. Commas and colons are none; between documents
// they have no place.
func (p *jsonParser) start() int {
	at := int(p.decoder.InputOffset())
	for at < len(p.data) {
		switch p.data[at] {
		case ' ', '\t', '\r', '\n':
		case ',', ':':
			if p.depth == 0 {
				return at
			}
		default:
			return at
		}
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

func (p *jsonParser) token() (jsontext.Token, []byte, error) {
	at := p.start()
	token, err := p.decoder.ReadToken()
	if err != nil {
		return jsontext.Token{}, nil, p.flaw(err)
	}
	return token, p.data[at:p.decoder.InputOffset()], nil
}

func (p *jsonParser) value() (*document.Node, error) {
	n := p.nodes.node()
	n.Line, n.Column = p.place(p.start())
	token, raw, err := p.token()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		n.Form = schema.FormMap
		return n, p.nested(n)
	case '[':
		n.Form = schema.FormList
		return n, p.nested(n)
	case '"':
		n.Form, n.Text = schema.FormString, token.String()
		if lossy(n.Text, raw) {
			n.Flaw = &document.Error{Code: schema.CodeBadEncoding, Message: `the text contains half of a \u pair`, Advice: "write the character itself"}
		}
	case '0':
		n.Form, n.Text = schema.FormNumber, token.String()
	case 't', 'f':
		n.Form, n.Text = schema.FormBool, token.String()
	default:
		n.Form, n.Text = schema.FormNull, "null"
	}
	return n, nil
}

func (p *jsonParser) nested(n *document.Node) error {
	p.depth++
	defer func() { p.depth-- }()
	if p.depth > deepest {
		return &document.Error{Code: schema.CodeSyntax, Line: n.Line, Column: n.Column, Message: "the text is nested too deeply",
			Advice: "a manifest is a list of records with plain fields"}
	}
	for p.more() {
		if err := p.child(n); err != nil {
			return err
		}
	}
	_, _, err := p.token() // the closing bracket, or what is wrong
	return err
}

func (p *jsonParser) more() bool {
	switch p.decoder.PeekKind() {
	case '}', ']', jsontext.KindInvalid:
		return false
	}
	return true
}

func (p *jsonParser) child(n *document.Node) error {
	var m document.Member
	if n.Form == schema.FormMap {
		m.Line, m.Column = p.place(p.start())
		key, _, err := p.token()
		if err != nil {
			return err
		}
		m.Name = key.String() // the decoder takes nothing but a text for a key
	}
	value, err := p.value()
	if err != nil {
		return err
	}
	if n.Form == schema.FormMap {
		m.Value = value
		n.Members = append(n.Members, m)
	} else {
		n.Items = append(n.Items, value)
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
		f := &document.Error{Code: schema.CodeTruncated, Message: "the text ends in the middle of a value"}
		f.Line, f.Column = p.place(len(p.data))
		return f
	}
	f := &document.Error{Code: schema.CodeSyntax, Message: "this is not JSON from here on", Advice: "check commas, brackets and quotes here and just before"}
	at := p.start()
	before := bytes.TrimRight(p.data[:at], " \t\r\n")
	if bytes.HasSuffix(before, []byte(",")) && at < len(p.data) && (p.data[at] == '}' || p.data[at] == ']') {
		f.Message, f.Advice = "a comma stands before the closing bracket", "remove the comma"
	}
	f.Line, f.Column = p.place(at)
	return f
}
