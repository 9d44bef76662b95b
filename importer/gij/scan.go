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
	var room [64]byte
	return scan(text, '{', func(d *jsontext.Decoder) error {
		name, value, err := nextMember(d, text, room[:0])
		if err == nil {
			visit(name, value)
		}
		return err
	})
}

// firstMember finds a member of a JSON object by its name, as a part of the text; nil where
// there is none. What follows it is not looked at: the text must be JSON.
func firstMember(text []byte, wanted string) (value json.RawMessage, err error) {
	var room [64]byte
	err = scan(text, '{', func(d *jsontext.Decoder) error {
		name, next, err := nextMember(d, text, room[:0])
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

// nextMember reads a member of an object; its name is put into the room.
func nextMember(d *jsontext.Decoder, text, room []byte) (name []byte, value json.RawMessage, err error) {
	quoted, err := d.ReadValue()
	if err != nil {
		return nil, nil, err
	}
	// What is no valid UTF-8 in it was let in, and is replaced.
	name, _ = jsontext.AppendUnquote(room, quoted)
	value, err = nextValue(d, text)
	return name, value, err
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

// scanners are decoders that nobody uses at this time. The answer to a write is scanned
// three times, and a new decoder costs more than such a scan.
var scanners = sync.Pool{New: func() any { return new(jsontext.Decoder) }}

// scan reads a JSON text of one value, and where it opens as wanted each of its children.
func scan(text []byte, open jsontext.Kind, child func(*jsontext.Decoder) error) error {
	d := scanners.Get().(*jsontext.Decoder)
	defer scanners.Put(d)
	begin(d, bytes.NewBuffer(text))
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

func newDecoder(r io.Reader) *jsontext.Decoder {
	d := new(jsontext.Decoder)
	begin(d, r)
	return d
}

// begin makes a decoder read another text, as leniently as encoding/json does.
func begin(d *jsontext.Decoder, r io.Reader) {
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
