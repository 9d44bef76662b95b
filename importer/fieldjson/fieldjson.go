// Package fieldjson is the JSON of records' fields where they are kept: [Encode] and [Decode] give
// back every value as it was, but for secrets, of which only the reference is kept.
package fieldjson

import (
	"encoding/json"
	"fmt"

	"gijbulk/schema"
)

// Encode encodes a record's fields by their names; that of a record without fields is empty.
func Encode(r schema.Record) map[string]json.RawMessage {
	fields := make(map[string]json.RawMessage)
	for f, v := range r.All() {
		fields[f.String()] = EncodeValue(f, v)
	}
	return fields
}

// Decode makes a record of fields by their names.
func Decode(fields map[string]json.RawMessage) (schema.Record, error) {
	values := make([]schema.FieldValue, 0, len(fields))
	for name, data := range fields {
		f, v, err := DecodeNamed(name, data)
		if err != nil {
			return schema.Record{}, err
		}
		values = append(values, schema.FieldValue{Field: f, Value: v})
	}
	return schema.RecordOf(values), nil
}

// DecodeNamed decodes a value of the field of this name.
func DecodeNamed(name string, data json.RawMessage) (schema.Field, schema.Value, error) {
	f, known := schema.FieldNamed(name)
	if !known {
		return f, schema.Value{}, fmt.Errorf("unknown field %q", name)
	}
	v, err := DecodeValue(f, data)
	if err != nil {
		return f, v, fmt.Errorf("%s: %w", f, err)
	}
	return f, v, nil
}

// EncodeValue encodes a field's value, a secret as its reference; nil where it is absent.
func EncodeValue(f schema.Field, v schema.Value) json.RawMessage {
	if !v.IsSet() {
		return nil
	}
	if _, isSecret := v.Secret(); f.Hidden() && !isSecret {
		v = schema.Hidden(schema.Secret{}) // a text in the field of a secret is one
	}
	data, _ := json.Marshal(v.Plain()) // of texts, numbers and lists: never fails
	return data
}

// DecodeValue decodes a value of a field; nothing is an absent one.
func DecodeValue(f schema.Field, data json.RawMessage) (v schema.Value, err error) {
	if len(data) == 0 {
		return v, nil
	}
	switch f.Shape() {
	case schema.ShapeBool:
		var b bool
		err = json.Unmarshal(data, &b)
		v = schema.Bool(b)
	case schema.ShapeInt:
		var n int64
		err = json.Unmarshal(data, &n)
		v = schema.Int(n)
	case schema.ShapeIDs:
		var ids []int64
		err = json.Unmarshal(data, &ids)
		v = schema.IDs(ids...)
	case schema.ShapeWords:
		var words []string
		err = json.Unmarshal(data, &words)
		v = schema.Words(words...)
	default:
		var s string
		err = json.Unmarshal(data, &s)
		v = textOf(f, s)
	}
	return v, err
}

// textOf is a text, or the secret that it refers to. One of which only "[secret]" is
// known has no value and no reference.
func textOf(f schema.Field, s string) schema.Value {
	if f.Shape() == schema.ShapeSecret {
		if scheme, target, ok := schema.SplitReference(s); ok {
			return schema.Hidden(schema.Refer(scheme, target))
		}
		switch {
		case f.Hidden() && s == "":
			return schema.Hidden(schema.Literal("", ""))
		case f.Hidden(), s == schema.Secret{}.String():
			return schema.Hidden(schema.Secret{})
		}
	}
	return schema.Text(s)
}
