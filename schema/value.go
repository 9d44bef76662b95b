package schema

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Value is the value of a field that is there; the zero Value is that of an absent
// one. An empty text or list is a value: it is there on purpose, and sent.
//
// Three words are what there is of it for each field of each record. Texts are most of
// them, and booleans all alike; what is rare lies elsewhere.
type Value struct {
	text string
	kind *any // aText, or the value itself: bool, int64, []int64, []string or Secret; nil: absent
}

// isText says that a value is a text, which is kept apart.
type isText struct{}

// The kinds that all values of them share. They are never changed.
var (
	aText = new(any(isText{}))
	aYes  = new(any(true))
	aNo   = new(any(false))
)

func boxed(v any) Value { return Value{kind: &v} }

// held is the value itself, isText{} for a text and nil where it is absent.
func (v Value) held() any {
	if v.kind == nil {
		return nil
	}
	return *v.kind
}

// Text makes a text value.
func Text(s string) Value { return Value{s, aText} }

// IsText reports whether the value is a text; a secret is none.
func (v Value) IsText() bool { return v.kind == aText }

func (v Value) isBool() bool { return v.kind == aYes || v.kind == aNo }

// Bool makes a boolean value.
func Bool(b bool) Value {
	if b {
		return Value{kind: aYes}
	}
	return Value{kind: aNo}
}

// Int makes an integer value.
func Int(n int64) Value { return boxed(n) }

// IDs makes a list of ids, sorted and without repetition: the order of project ids
// means nothing to the server.
func IDs(ids ...int64) Value {
	sorted := append(make([]int64, 0, len(ids)), ids...)
	slices.Sort(sorted)
	return boxed(slices.Compact(sorted))
}

// Words makes a list of texts.
func Words(words ...string) Value {
	return boxed(append(make([]string, 0, len(words)), words...))
}

// Hidden makes a secret value.
func Hidden(s Secret) Value { return boxed(s) }

// IsSet reports whether the field is there.
func (v Value) IsSet() bool { return v.kind != nil }

// Text is the text, or "" for any other value.
func (v Value) Text() string { return v.text }

// Bool is the boolean, or false for any other value.
func (v Value) Bool() bool { return v.kind == aYes }

// Int is the integer, or 0 for any other value.
func (v Value) Int() int64 { n, _ := v.held().(int64); return n }

// IDs is the list of ids, or nil for any other value. It must not be changed.
func (v Value) IDs() []int64 { ids, _ := v.held().([]int64); return ids }

// Words is the list of texts, or nil for any other value. It must not be changed.
func (v Value) Words() []string { w, _ := v.held().([]string); return w }

// Secret is the secret and whether the value is one. A username that was written
// as plain text is a text, not a secret.
func (v Value) Secret() (Secret, bool) { s, ok := v.held().(Secret); return s, ok }

// Blank reports whether the value is there and empty on purpose.
func (v Value) Blank() bool {
	switch x := v.held().(type) {
	case []int64:
		return len(x) == 0
	case []string:
		return len(x) == 0
	case Secret:
		return x.Blank()
	}
	return v.IsText() && v.text == ""
}

// Equal compares two values; secrets are equal when they stand for the same
// reference or the same literal.
func (v Value) Equal(w Value) bool {
	switch x := v.held().(type) {
	case isText:
		return w.IsText() && v.text == w.text
	case []int64:
		y, ok := w.held().([]int64)
		return ok && slices.Equal(x, y)
	case []string:
		y, ok := w.held().([]string)
		return ok && slices.Equal(x, y)
	case Secret:
		y, ok := w.held().(Secret)
		return ok && x.equal(y)
	case bool:
		y, ok := w.held().(bool)
		return ok && x == y
	case int64:
		y, ok := w.held().(int64)
		return ok && x == y
	}
	return !w.IsSet()
}

// String shows the value to a person: a secret by its reference, never by what it is.
func (v Value) String() string {
	switch x := v.held().(type) {
	case bool:
		return strconv.FormatBool(x)
	case int64:
		return strconv.FormatInt(x, 10)
	case []int64:
		var b []byte
		for i, id := range x {
			if i > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendInt(b, id, 10)
		}
		return string(b)
	case []string:
		return strings.Join(x, ",")
	case Secret:
		if x.Blank() {
			return ""
		}
		return cmp.Or(x.Reference(), hiddenText)
	}
	return v.text
}

// Plain is the value as encoders of data take it (string, bool, int64, []int64,
// []string), or nil where it is absent; a secret is its reference, or "[secret]".
func (v Value) Plain() any {
	if _, hidden := v.held().(Secret); hidden || v.IsText() {
		return v.String()
	}
	return v.held()
}
