package convert

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gijbulk/schema"
)

// JSONShape says how a tool's answers look.
type JSONShape struct {
	Lists []string // the keys of an object that hold the repositories, or an object that does
	Marks []string // a repository has one of these, and other tools' have not all
	Named bool     // an object maps the names of repositories to them

	// Page reads what an answer tells beside its list: a key on a line and its value.
	Page func(p *Page, line int, key string, value json.RawMessage)

	// Around reads an object that holds a list, without the list.
	Around func(fields map[string]json.RawMessage)
}

// EachJSON reads the repositories of a JSON text into values of a type and visits them:
// a list, an object that holds one, repositories one after the other, and several of
// these in a row, as tools write that fetch page after page.
func EachJSON[T any](l *Listing, shape JSONShape, visit func(r *Row, v *T)) error {
	w := &jsonWalk{listing: l, shape: shape, text: l.Text, decoder: json.NewDecoder(bytes.NewReader(l.Text)), lines: lines{text: l.Text}}
	w.element = func() error {
		var v T
		line, start := w.here()
		err := w.decoder.Decode(&v)
		var wrong *json.UnmarshalTypeError
		if err != nil && !errors.As(err, &wrong) {
			return w.broken(err)
		}
		raw := w.text[start:w.decoder.InputOffset()]
		r := l.Add(line)
		r.Title = w.name
		if w.page != nil {
			w.page.Rows++
		}
		switch {
		case wrong != nil && wrong.Field == "" || bytes.Equal(raw, []byte("null")):
			r.Skip = "it is not an object"
		case wrong != nil:
			r.Skip = fmt.Sprintf("%s has the wrong type (%s)", strings.ToLower(wrong.Field[:1])+wrong.Field[1:], wrong.Value)
		default:
			if l.WantsFields() {
				r.Field = jsonFields(raw)
			}
			visit(r, &v)
		}
		return nil
	}
	return w.documents()
}

type jsonWalk struct {
	listing *Listing
	shape   JSONShape
	text    []byte
	decoder *json.Decoder
	lines   lines
	page    *Page
	name    string // of the repository that comes, where an object maps names to them
	element func() error
	known   bool // the first repository has been looked at
}

func (w *jsonWalk) documents() error {
	for {
		var err error
		switch w.next() {
		case 0:
			return nil
		case '[':
			err = w.list(0)
		case '{':
			err = w.object(0)
		default:
			line, _ := w.here()
			var value json.RawMessage
			if err = w.broken(w.decoder.Decode(&value)); err == nil {
				err = w.listing.Foreign(line, "found a single value instead of a list")
			}
		}
		if err != nil {
			return err
		}
	}
}

// within visits the items of the list or object that comes. The outermost one is a page.
func (w *jsonWalk) within(depth int, each func() error) error {
	if depth == 0 {
		line, _ := w.here()
		w.page = &Page{place: w.listing.Place(line)}
	}
	if _, err := w.decoder.Token(); err != nil {
		return w.broken(err)
	}
	for w.decoder.More() {
		if err := each(); err != nil {
			return err
		}
	}
	_, err := w.decoder.Token()
	if depth == 0 {
		w.listing.Pages = append(w.listing.Pages, *w.page)
		w.page = nil
	}
	return w.broken(err)
}

func (w *jsonWalk) key() (string, error) {
	token, err := w.decoder.Token()
	key, _ := token.(string)
	return key, w.broken(err)
}

func (w *jsonWalk) list(depth int) error {
	first, ofPages := true, false
	return w.within(depth, func() error {
		next := w.next()
		if first {
			first, ofPages = false, depth == 0 && next == '{' && w.holdsList()
		}
		switch {
		case next == '[' && depth < 2:
			return w.list(depth + 1)
		case next == '{' && ofPages:
			return w.object(depth + 1)
		}
		return w.repository()
	})
}

func (w *jsonWalk) repository() error {
	if err := w.checkMarks(); err != nil {
		return err
	}
	return w.element()
}

func (w *jsonWalk) object(depth int) error {
	if w.shape.Named {
		return w.byName(depth)
	}
	if !w.holdsList() {
		return w.repository()
	}
	fields := map[string]json.RawMessage{}
	err := w.within(depth, func() error {
		key, err := w.key()
		if err != nil {
			return err
		}
		switch next := w.next(); {
		case slices.Contains(w.shape.Lists, key) && next == '[':
			return w.list(depth + 1)
		case slices.Contains(w.shape.Lists, key) && next == '{' && depth < deepest:
			return w.object(depth + 1)
		}
		var value json.RawMessage
		line, _ := w.here()
		if err = w.decoder.Decode(&value); err == nil && w.shape.Page != nil && w.page != nil {
			w.shape.Page(w.page, line, key, value)
		}
		fields[key] = value
		return w.broken(err)
	})
	if err == nil && w.shape.Around != nil {
		w.shape.Around(fields)
	}
	return err
}

func (w *jsonWalk) byName(depth int) error {
	defer func() { w.name = "" }()
	return w.within(depth, func() (err error) {
		if w.name, err = w.key(); err != nil {
			return err
		}
		if w.next() == '{' {
			return w.repository()
		}
		return w.element()
	})
}

// deepest is how many objects may be around a list: those of GraphQL are in a connection,
// in a field of what was asked for, in data.
const deepest = 4

// GraphQLKeys are what leads to the repositories in an answer to a query of GraphQL.
var GraphQLKeys = []string{"data", "organization", "user", "viewer", "repositoryOwner", "search", "repositories", "nodes", "edges"}

// holdsList looks ahead whether the object that comes has one of the keys for lists.
func (w *jsonWalk) holdsList() bool {
	_, start := w.here()
	d := json.NewDecoder(bytes.NewReader(w.text[start:]))
	if _, err := d.Token(); err != nil {
		return false
	}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return false
		}
		if key, _ := token.(string); slices.Contains(w.shape.Lists, key) {
			return true
		}
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			return false
		}
	}
	return false
}

func (w *jsonWalk) checkMarks() error {
	if w.known {
		return nil
	}
	w.known = true
	line, start := w.here()
	var first map[string]json.RawMessage
	if json.NewDecoder(bytes.NewReader(w.text[start:])).Decode(&first) != nil {
		return nil // it is told where it is decoded
	}
	for _, mark := range w.shape.Marks {
		if _, ok := first[mark]; ok {
			return nil
		}
	}
	if said := errorAnswer(first); said != "" {
		return w.listing.Problem(line, "this is the answer of a service to a failed request, not a listing: "+schema.Quote(said), "create the listing again")
	}
	return w.listing.Foreign(line, "the first repository has none of the keys "+strings.Join(w.shape.Marks, ", "))
}

func errorAnswer(keys map[string]json.RawMessage) string {
	for _, key := range []string{"message", "error", "error_description", "errors"} {
		var said string
		var list []struct{ Message string }
		var nested struct{ Message string }
		raw := keys[key]
		switch {
		case raw == nil:
		case json.Unmarshal(raw, &said) == nil && said != "":
			return said
		case json.Unmarshal(raw, &list) == nil && len(list) > 0 && list[0].Message != "":
			return list[0].Message
		case json.Unmarshal(raw, &nested) == nil && nested.Message != "":
			return nested.Message
		}
	}
	return ""
}

func (w *jsonWalk) next() byte {
	_, start := w.here()
	if start >= len(w.text) {
		return 0
	}
	return w.text[start]
}

func (w *jsonWalk) here() (line, offset int) {
	at := int(w.decoder.InputOffset())
	for at < len(w.text) && strings.IndexByte(" \t\r\n,:", w.text[at]) >= 0 {
		at++
	}
	return w.lines.until(at), at
}

// broken says what is wrong with the JSON; the decoder's own words quote the text.
func (w *jsonWalk) broken(err error) error {
	if err == nil {
		return nil
	}
	offset := int(w.decoder.InputOffset())
	p := w.listing.Problem(0, "this is not JSON from here on", "create the listing again")
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		offset = len(w.text)
		p.Message = "the text ends in the middle of a value"
	case errors.As(err, &syntax):
		offset = w.errorOffset()
	}
	count := lines{text: w.text}
	p.Place.Line, p.Place.Column = count.until(offset), count.column(offset)
	return p
}

// errorOffset is the offset of what is wrong in the value that comes. The decoder counts from
// where it last filled its buffer.
func (w *jsonWalk) errorOffset() int {
	_, start := w.here()
	var value json.RawMessage
	var syntax *json.SyntaxError
	if errors.As(json.Unmarshal(w.text[start:], &value), &syntax) {
		return start + max(0, int(syntax.Offset)-1)
	}
	return start
}

func jsonFields(raw []byte) func(string) (string, bool) {
	var whole map[string]any
	return func(name string) (string, bool) {
		if whole == nil {
			d := json.NewDecoder(bytes.NewReader(raw))
			d.UseNumber()
			if d.Decode(&whole) != nil {
				whole = map[string]any{}
			}
		}
		return fieldIn(whole, name)
	}
}

func fieldIn(whole map[string]any, name string) (string, bool) {
	var value any = whole
	for part := range strings.SplitSeq(name, ".") {
		inner, _ := value.(map[string]any)
		next, ok := inner[part]
		if !ok {
			return "", false
		}
		value = next
	}
	switch v := value.(type) {
	case nil:
		return "", true
	case []any:
		items := make([]string, 0, len(v))
		for _, item := range v {
			items = append(items, fmt.Sprint(item))
		}
		return schema.JoinList(items), true
	case map[string]any:
		return "", false
	}
	return fmt.Sprint(value), true
}
