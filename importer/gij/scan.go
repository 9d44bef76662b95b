package gij

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// eachMember visits the members of a JSON object. Their values are parts of the text,
// not copies. What is JSON and no object has none; the error is one of syntax.
func eachMember(text []byte, visit func(name string, value json.RawMessage)) error {
	return scan(text, '{', func(d *jsontext.Decoder) error {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		name := token.String() // the token is gone after the next read
		value, err := nextValue(d, text)
		if err == nil {
			visit(name, value)
		}
		return err
	})
}

// firstMember finds a member of a JSON object by its name, as a part of the text; nil where
// there is none. What follows it is not looked at: the text must be JSON.
func firstMember(text []byte, name string) (json.RawMessage, error) {
	var value json.RawMessage
	err := scan(text, '{', func(d *jsontext.Decoder) error {
		token, err := d.ReadToken()
		if err != nil {
			return err
		}
		found := token.String() == name
		if value, err = nextValue(d, text); err == nil && found {
			err = errFound
		}
		return err
	})
	if err == errFound {
		return value, nil
	}
	return nil, err
}

// errFound ends a scan early.
var errFound = errors.New("found")

// elements are those of a JSON list: parts of the text, not copies.
func elements(text []byte) ([]json.RawMessage, error) {
	all := []json.RawMessage{}
	err := scan(text, '[', func(d *jsontext.Decoder) error {
		value, err := nextValue(d, text)
		all = append(all, value)
		return err
	})
	return all, err
}

// scan reads a JSON text of one value, and where it opens as wanted each of its children.
func scan(text []byte, open jsontext.Kind, child func(*jsontext.Decoder) error) error {
	d := newDecoder(bytes.NewBuffer(text))
	if d.PeekKind() != open {
		if err := d.SkipValue(); err != nil {
			return err
		}
		return atEnd(d)
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for {
		switch d.PeekKind() {
		case '}', ']', jsontext.KindInvalid:
			if _, err := d.ReadToken(); err != nil {
				return err
			}
			return atEnd(d)
		}
		if err := child(d); err != nil {
			return err
		}
	}
}

// newDecoder is as lenient as encoding/json.
func newDecoder(r io.Reader) *jsontext.Decoder {
	return jsontext.NewDecoder(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

func nextValue(d *jsontext.Decoder, text []byte) (json.RawMessage, error) {
	value, err := d.ReadValue()
	if err != nil {
		return nil, err
	}
	end := int(d.InputOffset())
	return text[end-len(value) : end : end], nil
}

// atEnd refuses what follows the value.
func atEnd(d *jsontext.Decoder) error {
	_, err := d.ReadToken()
	switch {
	case err == io.EOF:
		return nil
	case err == nil:
		return errors.New("more follows the JSON value")
	}
	return err
}
