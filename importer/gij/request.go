package gij

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"gijbulk/schema"
)

// addRequest makes the body of an add request: every field of the record that the API
// knows, in the API's order. What the record leaves out is left out; what is there is
// sent, "" and false included. This is the one place that reads secrets.
func addRequest(r schema.Record) ([]byte, error) {
	if r.Type() == "" {
		return nil, errors.New("type: a create needs one")
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	sep := byte('{')
	for _, f := range r.Fields() {
		if f.Tool() {
			continue
		}
		v, err := wireValue(r.Get(f))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		b.WriteByte(sep)
		sep = ','
		fmt.Fprintf(&b, "%q:", f.String())
		if err := enc.Encode(v); err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		b.Truncate(b.Len() - 1) // Encode ends with a newline
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// wireValue is a value as it is sent. JSON holds text, not bytes: what is not UTF-8 would
// arrive as something else, and for a secret nobody would ever see why it is wrong.
func wireValue(v schema.Value) (any, error) {
	var s string
	switch x := v.Plain().(type) {
	case string:
		s = x
	case []int64:
		return append([]int64{}, x...), nil // an empty list, where nil would be sent as null
	default:
		return x, nil
	}
	if secret, ok := v.Secret(); ok {
		if !secret.Known() {
			return nil, fmt.Errorf("the secret %s is not resolved", secret.Reference())
		}
		s = secret.Reveal()
	}
	if !utf8.ValidString(s) {
		return nil, errors.New("the value is not valid UTF-8; store it as UTF-8")
	}
	return s, nil
}
