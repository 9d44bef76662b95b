package journal

import (
	"encoding/json"
	"errors"
	"strconv"

	"gijbulk/schema"
)

// secretJSON is a secret as the file holds it: its reference, or for a literal the
// reference that stands in for it; "" where it is blank on purpose, and null where
// nothing can be said of it.
type secretJSON struct {
	Reference *string `json:"secret"`
}

var errNoReference = errors.New("a secret is not kept as a reference")

// appendValue writes a field's value as JSON. Each state of a value and each of its
// types looks different, but for the two kinds of an empty list, which the field tells
// apart.
func appendValue(b []byte, f schema.Field, v schema.Value) []byte {
	if s, hidden := v.Secret(); hidden || f.Hidden() {
		return appendSecret(b, s)
	}
	switch x := v.Plain().(type) {
	case string:
		return quote(b, x)
	case bool:
		return strconv.AppendBool(b, x)
	case int64:
		return strconv.AppendInt(b, x, 10)
	case []int64:
		return append(append(append(b, '['), v.String()...), ']')
	case []string:
		return list(b, x)
	}
	return append(b, "null"...)
}

func appendSecret(b []byte, s schema.Secret) []byte {
	b = append(b, `{"secret":`...)
	reference := s.Reference()
	switch _, _, ok := schema.SplitReference(reference); {
	case ok:
		b = quote(b, reference)
	case s.Blank():
		b = append(b, `""`...)
	default:
		b = append(b, "null"...)
	}
	return append(b, '}')
}

// readValue reads a value of a field; nothing is an absent one.
func readValue(f schema.Field, raw json.RawMessage) (v schema.Value, err error) {
	if len(raw) == 0 {
		return v, nil
	}
	if f.Hidden() && raw[0] != '{' {
		return v, errNoReference
	}
	switch raw[0] {
	case '"':
		var s string
		err = json.Unmarshal(raw, &s)
		v = schema.Text(s)
	case 't', 'f':
		v = schema.Bool(raw[0] == 't')
	case '[':
		return readList(f, raw)
	case '{':
		return readSecret(raw)
	default:
		var n int64
		err = json.Unmarshal(raw, &n)
		v = schema.Int(n)
	}
	return v, err
}

func readList(f schema.Field, raw json.RawMessage) (schema.Value, error) {
	if f.Shape() == schema.ShapeIDs {
		var ids []int64
		err := json.Unmarshal(raw, &ids)
		return schema.IDs(ids...), err
	}
	var words []string
	err := json.Unmarshal(raw, &words)
	return schema.Words(words...), err
}

func readSecret(raw json.RawMessage) (schema.Value, error) {
	var s secretJSON
	if err := json.Unmarshal(raw, &s); err != nil {
		return schema.Value{}, err
	}
	switch {
	case s.Reference == nil:
		return schema.Hidden(schema.Secret{}), nil
	case *s.Reference == "":
		return schema.Hidden(schema.Literal("", "")), nil
	}
	scheme, target, ok := schema.SplitReference(*s.Reference)
	if !ok {
		return schema.Value{}, errNoReference
	}
	return schema.Hidden(schema.Refer(scheme, target)), nil
}
