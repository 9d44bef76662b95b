package gij

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
)

// eachMember visits the members of a JSON object. Their values are parts of the text,
// not copies; a name is gone after the visit. What is JSON and no object has none; the
// error is one of syntax.
func eachMember(text []byte, visit func(name []byte, value json.RawMessage)) error {
	var buffer [64]byte
	return scan(text, '{', func(d *jsontext.Decoder) error {
		name, value, err := nextMember(d, text, buffer[:0])
		if err == nil {
			visit(name, value)
		}
		return err
	})
}

// firstMember finds a member of a JSON object by its name, as a part of the text; nil where
// there is none. What follows it is not looked at: the text must be JSON.
func firstMember(text []byte, wanted string) (value json.RawMessage, err error) {
	var buffer [64]byte
	err = scan(text, '{', func(d *jsontext.Decoder) error {
		name, next, err := nextMember(d, text, buffer[:0])
		if err == nil && string(name) == wanted {
			value, err = next, errFound
		}
		return err
	})
	if err == errFound {
		return value, nil
	}
	return nil, err
}

func nextMember(d *jsontext.Decoder, text, buffer []byte) (name []byte, value json.RawMessage, err error) {
	quoted, err := d.ReadValue()
	if err != nil {
		return nil, nil, err
	}
	// The decoder accepts invalid UTF-8 here; it is replaced.
	name, _ = jsontext.AppendUnquote(buffer, quoted)
	value, err = nextValue(d, text)
	return name, value, err
}

// errFound ends a scan early.
var errFound = errors.New("found")

func listElements(text []byte) ([]json.RawMessage, error) {
	all := []json.RawMessage{}
	err := scan(text, '[', func(d *jsontext.Decoder) error {
		value, err := nextValue(d, text)
		all = append(all, value)
		return err
	})
	return all, err
}

// scanners are unused decoders. The answer to a write is scanned
// three times, and a new decoder costs more than such a scan.
var scanners = sync.Pool{New: func() any { return new(jsontext.Decoder) }}

func scan(text []byte, open jsontext.Kind, child func(*jsontext.Decoder) error) error {
	d := scanners.Get().(*jsontext.Decoder)
	defer scanners.Put(d)
	reset(d, bytes.NewBuffer(text))
	if d.PeekKind() != open {
		if err := d.SkipValue(); err != nil {
			return err
		}
		return expectEnd(d)
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
			return expectEnd(d)
		}
		if err := child(d); err != nil {
			return err
		}
	}
}

func newDecoder(r io.Reader) *jsontext.Decoder {
	d := new(jsontext.Decoder)
	reset(d, r)
	return d
}

// reset makes a decoder read another text, as leniently as encoding/json does.
func reset(d *jsontext.Decoder, r io.Reader) {
	d.Reset(r, jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
}

func nextValue(d *jsontext.Decoder, text []byte) (json.RawMessage, error) {
	value, err := d.ReadValue()
	if err != nil {
		return nil, err
	}
	end := int(d.InputOffset())
	return text[end-len(value) : end : end], nil
}

func expectEnd(d *jsontext.Decoder) error {
	_, err := d.ReadToken()
	switch {
	case err == io.EOF:
		return nil
	case err == nil:
		return errors.New("more follows the JSON value")
	}
	return err
}
