package document

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"gijbulk/schema"
)

// YAML reads the documents of a YAML text. This file alone knows the YAML library.
type YAML struct {
	data    []byte
	feed    *lineFeed
	decoder *yaml.Decoder
	lines   []int // where each line of data begins
}

// NewYAML begins to read a text, which must not change until the end.
func NewYAML(data []byte) *YAML {
	if at := yaml12.FindIndex(data); at != nil {
		data = slices.Clone(data)
		data[at[1]-1] = '1'
	}
	feed := &lineFeed{rest: data}
	return &YAML{data: data, feed: feed, decoder: yaml.NewDecoder(feed), lines: lineStarts(data)}
}

// Next reads the next document, or gives io.EOF after the last, or an [*Error]. If the root
// is a list, its items are made one at a time, and so are those of the lists that the root
// has under the keys of record lists: a tree of all would double what a large file takes.
func (y *YAML) Next(recordLists ...string) (*Node, error) {
	var doc yaml.Node
	err := guarded(func() error { return y.decoder.Decode(&doc) })
	if err == io.EOF {
		return nil, err
	}
	if err != nil {
		return nil, syntaxError(err, y.feed)
	}
	c := converter{YAML: y, anchored: map[*yaml.Node]*Node{}}
	return c.document(doc.Content[0], recordLists), nil
}

// yaml12 finds the line of a file that declares YAML 1.2. The library refuses it, and reads
// nothing that is in a manifest in another way for it.
var yaml12 = regexp.MustCompile(`\A(?:[ \t]*(?:#.*)?\r?\n)*%YAML[ \t]+1\.2\b`)

// guarded keeps a panic of the parser from ending the program: it has had some, on
// comments in odd places.
func guarded(parse func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the parser gave up: %v", r)
		}
	}()
	return parse()
}

// lineFeed hands a text out line by line. How many lines the parser has taken tells
// where it stopped; its own messages name the line where the enclosing block began, or
// none.
type lineFeed struct {
	rest  []byte
	taken int
	cut   bool // the rest of a line that did not fit is next
	ended bool // the last byte handed out was a line feed
}

func (l *lineFeed) Read(p []byte) (int, error) {
	if len(l.rest) == 0 {
		return 0, io.EOF
	}
	line := l.rest
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i+1]
	}
	n := copy(p, line)
	l.ended = n > 0 && p[n-1] == '\n'
	l.rest = l.rest[n:]
	if !l.cut {
		l.taken++
	}
	l.cut = n < len(line)
	return n, nil
}

func (l *lineFeed) cutOff() bool { return len(l.rest) == 0 && !l.ended }

type converter struct {
	*YAML
	anchored map[*yaml.Node]*Node
	later    []*yaml.Node // lists of records
}

var unfinished = &Node{Flaw: &Error{Code: schema.CodeAliasTooLarge, Message: "the alias refers to a value that contains it",
	Advice: "write the value out"}}

// document converts the root of a document. Where an alias may mean the root or a list of
// records itself, that has to be whole.
func (c *converter) document(root *yaml.Node, recordLists []string) *Node {
	switch {
	case root.Anchor != "":
	case root.Kind == yaml.SequenceNode:
		c.later = append(c.later, root)
	case root.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(root.Content); i += 2 {
			if list := root.Content[i+1]; slices.Contains(recordLists, root.Content[i].Value) && list.Kind == yaml.SequenceNode && list.Anchor == "" {
				c.later = append(c.later, list)
			}
		}
	}
	return c.node(root)
}

// items converts those of a list one after the other, and forgets what it has converted.
func (c *converter) items(list *yaml.Node) iter.Seq[*Node] {
	return func(yield func(*Node) bool) {
		for i, item := range list.Content {
			list.Content[i] = nil
			if !yield(c.node(item)) {
				return
			}
		}
	}
}

func (c *converter) node(n *yaml.Node) *Node {
	if n.Kind == yaml.AliasNode {
		return c.alias(n)
	}
	if n.Anchor != "" {
		c.anchored[n] = unfinished
	}
	out := &Node{Line: n.Line, Column: c.column(n)}
	switch n.Kind {
	case yaml.MappingNode:
		out.Form = schema.FormMap
		out.Members = make([]Member, 0, len(n.Content)/2)
		c.mapping(out, n)
	case yaml.SequenceNode:
		out.Form = schema.FormList
		if slices.Contains(c.later, n) {
			out.Later = c.items(n)
			break
		}
		out.Items = make([]*Node, 0, len(n.Content))
		for _, item := range n.Content {
			out.Items = append(out.Items, c.node(item))
		}
	default:
		c.scalar(out, n)
	}
	if n.Style&yaml.TaggedStyle != 0 && !plainTags[n.ShortTag()] {
		// The tag is not quoted: it may be a password that begins with "!".
		out.Flaw = &Error{Code: schema.CodeSyntax, Message: "a tag that is not known here: a word that begins with !",
			Advice: "put a value that begins with ! in quotes; a secret may be given as env:NAME, file:PATH, keyring:SERVICE/USER or cmd:COMMAND"}
	}
	if n.Anchor != "" {
		c.anchored[n] = out
	}
	return out
}

var plainTags = map[string]bool{"!!str": true, "!!int": true, "!!float": true, "!!bool": true, "!!null": true, "!!seq": true, "!!map": true, "!!timestamp": true}

// alias is what it stands for, at its own place. Its children are shared, so that the
// tree is never larger than the file.
func (c *converter) alias(n *yaml.Node) *Node {
	meant, known := c.anchored[n.Alias]
	if !known { // it stands in a list of records that was not read so far, or passed over
		meant = c.node(n.Alias)
	}
	out := *meant
	out.Line, out.Column = n.Line, c.column(n)
	return &out
}

func (c *converter) mapping(out *Node, n *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], c.node(n.Content[i+1])
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge" {
			if value.Form == schema.FormList && value.Flaw == nil {
				out.Bases = append(out.Bases, value.Items...)
			} else {
				out.Bases = append(out.Bases, value)
			}
			continue
		}
		m := Member{Name: key.Value, Line: n.Content[i].Line, Column: c.column(n.Content[i]), Value: value}
		if key.Kind != yaml.ScalarNode {
			m.Name = "?" // a list or mapping as a key
		}
		out.Members = append(out.Members, m)
	}
}

func (c *converter) scalar(out *Node, n *yaml.Node) {
	const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	out.Text = n.Value
	out.Loose = n.Style&(quoted|yaml.TaggedStyle) == 0
	out.Form = schema.FormString
	switch n.ShortTag() {
	case "!!bool":
		out.Form = schema.FormBool
	case "!!int", "!!float":
		out.Form = schema.FormNumber
	case "!!null":
		out.Form = schema.FormNull
	}
}

// column counts in bytes; the library counts characters.
func (c *converter) column(n *yaml.Node) int {
	if n.Line < 1 || n.Line > len(c.lines) {
		return n.Column
	}
	line := c.data[c.lines[n.Line-1]:]
	at := 0
	for range n.Column - 1 {
		_, size := utf8.DecodeRune(line[at:])
		at += size
	}
	return at + 1
}

// lineStarts finds the lines as YAML counts them: U+0085, U+2028 and U+2029 end one too.
func lineStarts(data []byte) []int {
	starts := []int{0}
	for i, b := range data {
		switch rest := data[i:]; {
		case b == '\n',
			b == '\r' && !bytes.HasPrefix(rest, []byte("\r\n")):
			starts = append(starts, i+1)
		case b == 0xc2 && bytes.HasPrefix(rest, []byte("\u0085")):
			starts = append(starts, i+2)
		case b == 0xe2 && (bytes.HasPrefix(rest, []byte("\u2028")) || bytes.HasPrefix(rest, []byte("\u2029"))):
			starts = append(starts, i+3)
		}
	}
	return starts
}

// syntaxErrors says in our own words what the parser says in the language of grammars. Its
// own message may quote the text, and so a secret.
var syntaxErrors = []struct {
	theirs, message, advice string
	exact                   bool // its line number is right; others name where the enclosing block begins
	cut                     bool // so it ends too where the file was cut off
}{
	{"found unexpected end of stream", "the quoted text that begins here is never closed", "close the quote", true, true},
	{"could not find expected ':'", "a field has no colon", "write field: value", true, true},
	{"did not find expected ','", "a bracket is not closed, or a comma is missing", "close the bracket", false, true},
	{"mapping values are not allowed", "a colon stands where none may stand", "put a value that holds a colon and a blank in quotes; indent with care", true, false},
	{"did not find expected key", "this line does not fit what is before it", "check the indentation, and quotes inside the value", false, false},
	{"did not find expected '-' indicator", "this line does not fit the list before it", `begin each record with "- ", and indent its fields alike`, false, false},
	{"cannot start any token", "a value begins with a character that YAML keeps for itself", "put the value in quotes", true, false},
	{"violates indentation", "a tab is used to indent", "indent with blanks", true, false},
	{"unknown escape character", `a \ in double quotes begins no escape that YAML knows`, `write \\, or use single quotes`, true, false},
	{"Unicode character escape", `a \u in double quotes is no character of its own`, "write the character itself", true, false},
	{"unknown anchor", "an alias names an anchor that is not there", "a value that begins with * belongs in quotes", false, false},
	{"control characters", "the text holds a control character", "remove it", false, false},
	{"exceeded max depth", "the text is nested too deeply", "a manifest is a list of records with plain fields", false, false},
}

var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

func syntaxError(err error, feed *lineFeed) *Error {
	text := err.Error()
	f := &Error{Code: schema.CodeSyntax, Line: feed.taken, Message: "this is not YAML"}
	exact := false
	for _, known := range syntaxErrors {
		if !strings.Contains(text, known.theirs) {
			continue
		}
		f.Message, f.Advice = known.message, known.advice
		if m := yamlLine.FindStringSubmatch(text); m != nil && known.exact {
			exact = true
			f.Line, _ = strconv.Atoi(m[1])
		}
		if known.cut && feed.cutOff() {
			f.Code, f.Advice = schema.CodeTruncated, ""
			f.Message = "the file ends in the middle of a value: " + f.Message
		}
		break
	}
	if !exact {
		f.Message += ", here or on the line before"
	}
	return f
}
