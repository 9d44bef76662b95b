package manifest

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

// readYAML walks the documents of a YAML stream. This file alone knows the YAML
// library.
func readYAML(data []byte, w *walk) error {
	if at := yaml12.FindIndex(data); at != nil {
		data[at[1]-1] = '1'
	}
	feed := &lineFeed{rest: data}
	d := yaml.NewDecoder(feed)
	lines := lineStarts(data)
	for !w.pass.left {
		var doc yaml.Node
		err := guarded(func() error { return d.Decode(&doc) })
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return yamlFlaw(err, feed)
		}
		c := converter{data: data, lines: lines, anchored: map[*yaml.Node]*node{}}
		if err := w.document(c.document(doc.Content[0])); err != nil {
			return err
		}
	}
	return nil
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

// cutOff reports whether the text has ended, and not with the end of a line.
func (l *lineFeed) cutOff() bool { return len(l.rest) == 0 && !l.ended }

// converter turns the library's nodes into ours.
type converter struct {
	data     []byte
	lines    []int // where each line of data begins
	anchored map[*yaml.Node]*node
	later    []*yaml.Node // lists of records
	room     nodeRoom
}

var unfinished = &node{flaw: &flaw{code: schema.CodeAliasTooLarge, message: "the alias stands inside of what it stands for",
	advice: "write the value out"}}

// document converts the root of a document, and its lists of records only one item
// after the other: a tree of all of them would double what a large file takes. Where an
// alias may mean the root or the list itself, that has to be whole.
func (c *converter) document(root *yaml.Node) *node {
	switch {
	case root.Anchor != "":
	case root.Kind == yaml.SequenceNode:
		c.later = append(c.later, root)
	case root.Kind == yaml.MappingNode:
		for i := 0; i+1 < len(root.Content); i += 2 {
			if list := root.Content[i+1]; listedKinds[root.Content[i].Value] != "" && list.Kind == yaml.SequenceNode && list.Anchor == "" {
				c.later = append(c.later, list)
			}
		}
	}
	return c.node(root)
}

// items converts those of a list one after the other, and forgets what it has converted.
func (c *converter) items(list *yaml.Node) iter.Seq[*node] {
	return func(yield func(*node) bool) {
		for i, item := range list.Content {
			list.Content[i] = nil
			if !yield(c.node(item)) {
				return
			}
		}
	}
}

func (c *converter) node(n *yaml.Node) *node {
	if n.Kind == yaml.AliasNode {
		return c.alias(n)
	}
	if n.Anchor != "" {
		c.anchored[n] = unfinished
	}
	out := c.room.node()
	out.line, out.column = n.Line, c.column(n)
	switch n.Kind {
	case yaml.MappingNode:
		out.form = schema.FormMap
		out.members = make([]member, 0, len(n.Content)/2)
		c.mapping(out, n)
	case yaml.SequenceNode:
		out.form = schema.FormList
		if slices.Contains(c.later, n) {
			out.later = c.items(n)
			break
		}
		out.items = make([]*node, 0, len(n.Content))
		for _, item := range n.Content {
			out.items = append(out.items, c.node(item))
		}
	default:
		c.scalar(out, n)
	}
	if n.Style&yaml.TaggedStyle != 0 && !plainTags[n.ShortTag()] {
		// The tag is not quoted: it may be a password that begins with "!".
		out.flaw = &flaw{code: schema.CodeSyntax, message: "a tag that is not known here: a word that begins with !",
			advice: "put a value that begins with ! in quotes; a secret may be given as env:NAME, file:PATH, keyring:SERVICE/USER or cmd:COMMAND"}
	}
	if n.Anchor != "" {
		c.anchored[n] = out
	}
	return out
}

var plainTags = map[string]bool{"!!str": true, "!!int": true, "!!float": true, "!!bool": true, "!!null": true, "!!seq": true, "!!map": true, "!!timestamp": true}

// alias is what it stands for, at its own place. Its children are shared, so that the
// tree is never larger than the file.
func (c *converter) alias(n *yaml.Node) *node {
	meant, known := c.anchored[n.Alias]
	if !known { // it stands in a list of records that was not read so far, or passed over
		meant = c.node(n.Alias)
	}
	out := *meant
	out.line, out.column = n.Line, c.column(n)
	return &out
}

func (c *converter) mapping(out *node, n *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], c.node(n.Content[i+1])
		if key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		if key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge" {
			if value.form == schema.FormList && value.flaw == nil {
				out.bases = append(out.bases, value.items...)
			} else {
				out.bases = append(out.bases, value)
			}
			continue
		}
		m := member{name: key.Value, line: n.Content[i].Line, column: c.column(n.Content[i]), value: value}
		if key.Kind != yaml.ScalarNode {
			m.name = "?" // a list or mapping as a key
		}
		out.members = append(out.members, m)
	}
}

func (c *converter) scalar(out *node, n *yaml.Node) {
	const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle
	out.text = n.Value
	out.loose = n.Style&(quoted|yaml.TaggedStyle) == 0
	out.form = schema.FormString
	switch n.ShortTag() {
	case "!!bool":
		out.form = schema.FormBool
	case "!!int", "!!float":
		out.form = schema.FormNumber
	case "!!null":
		out.form = schema.FormNull
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

// yamlFlaws says in our own words what the parser says in the language of grammars. Its
// own message may quote the text, and so a secret.
var yamlFlaws = []struct {
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

func yamlFlaw(err error, feed *lineFeed) *flaw {
	text := err.Error()
	f := &flaw{code: schema.CodeSyntax, line: feed.taken, message: "this is not YAML"}
	exact := false
	for _, known := range yamlFlaws {
		if !strings.Contains(text, known.theirs) {
			continue
		}
		f.message, f.advice = known.message, known.advice
		if m := yamlLine.FindStringSubmatch(text); m != nil && known.exact {
			exact = true
			f.line, _ = strconv.Atoi(m[1])
		}
		if known.cut && feed.cutOff() {
			f.code, f.advice = schema.CodeTruncated, ""
			f.message = "the file ends in the middle of a value: " + f.message
		}
		break
	}
	if !exact {
		f.message += ", here or on the line before"
	}
	return f
}
