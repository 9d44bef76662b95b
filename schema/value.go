package schema

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Value is the value of a field that is present; the zero Value is that of an absent
// one. An empty text or list is a value: it is deliberate, and sent.
type Value struct {
	v any // string, bool, int64, []int64, []string or Secret; nil: absent
}

// Text makes a text value.
func Text(s string) Value { return Value{s} }

// IsText reports whether the value is a text; a secret is none.
func (v Value) IsText() bool { _, ok := v.v.(string); return ok }

// Bool makes a boolean value.
func Bool(b bool) Value { return Value{b} }

// Int makes an integer value.
func Int(n int64) Value { return Value{n} }

// IDs makes a list of ids, sorted and without repetition: the order of project ids
// means nothing to the server.
func IDs(ids ...int64) Value {
	sorted := append(make([]int64, 0, len(ids)), ids...)
	slices.Sort(sorted)
	return Value{slices.Compact(sorted)}
}

// Words makes a list of texts.
func Words(words ...string) Value {
	return Value{append(make([]string, 0, len(words)), words...)}
}

// Hidden makes a secret value.
func Hidden(s Secret) Value { return Value{s} }

// IsSet reports whether the field is present.
func (v Value) IsSet() bool { return v.v != nil }

// Text is the text, or "" for any other value.
func (v Value) Text() string { s, _ := v.v.(string); return s }

// Bool is the boolean, or false for any other value.
func (v Value) Bool() bool { b, _ := v.v.(bool); return b }

// Int is the integer, or 0 for any other value.
func (v Value) Int() int64 { n, _ := v.v.(int64); return n }

// IDs is the list of ids, or nil for any other value. It must not be changed.
func (v Value) IDs() []int64 { ids, _ := v.v.([]int64); return ids }

// Words is the list of texts, or nil for any other value. It must not be changed.
func (v Value) Words() []string { w, _ := v.v.([]string); return w }

// Secret is the secret and whether the value is one. A username that was written
// as plain text is a text, not a secret.
func (v Value) Secret() (Secret, bool) { s, ok := v.v.(Secret); return s, ok }

// Blank reports whether the value is present and deliberately empty.
func (v Value) Blank() bool {
	switch x := v.v.(type) {
	case string:
		return x == ""
	case []int64:
		return len(x) == 0
	case []string:
		return len(x) == 0
	case Secret:
		return x.Blank()
	}
	return false
}

// Equal compares two values; secrets are equal when they have the same reference or the
// same literal.
func (v Value) Equal(w Value) bool {
	switch x := v.v.(type) {
	case []int64:
		y, ok := w.v.([]int64)
		return ok && slices.Equal(x, y)
	case []string:
		y, ok := w.v.([]string)
		return ok && slices.Equal(x, y)
	case Secret:
		y, ok := w.v.(Secret)
		return ok && x.equal(y)
	}
	switch w.v.(type) {
	case []int64, []string:
		return false
	}
	return v == w
}

// String shows the value to a person: a secret by its reference, never by its value.
func (v Value) String() string {
	switch x := v.v.(type) {
	case string:
		return x
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
	return ""
}

// Plain is the value as encoders of data take it (string, bool, int64, []int64,
// []string), or nil where it is absent; a secret is its reference, or "[secret]".
func (v Value) Plain() any {
	if _, is := v.Secret(); is {
		return v.String()
	}
	return v.v
}
