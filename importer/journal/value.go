package journal

import (
	"encoding/json"

	"gijbulk/schema"
)

// encodeValue encodes a field's value, a secret as its reference; nil where it is absent.
func encodeValue(f schema.Field, v schema.Value) json.RawMessage {
	if !v.IsSet() {
		return nil
	}
	if _, isSecret := v.Secret(); f.Hidden() && !isSecret {
		v = schema.Hidden(schema.Secret{}) // a text in the field of a secret is one
	}
	data, _ := json.Marshal(v.Plain()) // of texts, numbers and lists: never fails
	return data
}

func decodeValue(f schema.Field, data json.RawMessage) (v schema.Value, err error) {
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
		v = decodeText(f, s)
	}
	return v, err
}

// decodeText returns the secret that a text refers to, else the text. A secret of which
// only "[secret]" is known has no value and no reference.
func decodeText(f schema.Field, s string) schema.Value {
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
