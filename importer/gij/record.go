package gij

import (
	"encoding/json"
	"errors"

	"gijbulk/schema"
)

// recordDecoder decodes live records. It remembers values that it has decoded before,
// since thousands of records repeat a few: they share one.
type recordDecoder struct {
	texts, lists map[string]schema.Value // by their JSON
}

// remembered bounds each of its memories; a list that repeats nothing must not double
// what it takes.
const remembered = 4096

// decodeRecord decodes one live record.
func decodeRecord(kind schema.Kind, raw json.RawMessage) (schema.Record, error) {
	return new(recordDecoder).decode(kind, raw)
}

// decode decodes one live record. Fields that it does not show, shows as null or in
// a type that they do not have are left out: what is not shown cannot be compared. What
// identifies it must be there.
func (d *recordDecoder) decode(kind schema.Kind, raw json.RawMessage) (schema.Record, error) {
	var values schema.Values
	var id, typed json.RawMessage
	err := eachMember(raw, func(name string, value json.RawMessage) {
		switch f, known := schema.FieldNamed(name); {
		case name == "id":
			id = value
		case name == "integrationType": // what a request calls type
			typed = value
		// The server never shows secrets; should one do so, it is not ours to carry about.
		case known && !f.Tool() && !f.Hidden() && kind.Takes(f):
			values[f] = d.value(f.Shape(), value)
		}
	})
	if err != nil || first(raw) != '{' {
		return schema.Record{}, errors.New("it is not an object")
	}
	if t := d.value(schema.ShapeText, typed); t.Text() != "" && kind.Takes(schema.FieldType) {
		values[schema.FieldType] = t
	}
	if kind == schema.KindRepository {
		values[schema.FieldKind] = schema.Text(string(kind))
	}
	r := values.Record()
	switch {
	case kind == schema.KindRepository && r.Origin() == "":
		return schema.Record{}, errors.New("it has no origin")
	case kind == schema.KindIntegration && r.Type() == "":
		return schema.Record{}, errors.New("it has no type")
	}
	r.ID, err = decodeID(id)
	return r, err
}

// value gives the unset value for null and for what does not have the shape.
func (d *recordDecoder) value(shape schema.Shape, raw json.RawMessage) schema.Value {
	switch shape {
	case schema.ShapeBool:
		switch string(raw) {
		case "true":
			return schema.Bool(true)
		case "false":
			return schema.Bool(false)
		}
	case schema.ShapeInt:
		if n, ok := asInt(raw); ok {
			return schema.Int(n)
		}
	case schema.ShapeIDs:
		return recall(&d.lists, raw, idsOf)
	default:
		if first(raw) == '"' {
			return recall(&d.texts, raw, textOf)
		}
	}
	return schema.Value{}
}

func idsOf(raw json.RawMessage) schema.Value {
	if ids, ok := asInts(raw); ok {
		return schema.IDs(ids...)
	}
	return schema.Value{}
}

func textOf(raw json.RawMessage) schema.Value { return schema.Text(asText(raw)) }

// recall gives the value of a JSON text, from memory where it can.
func recall(known *map[string]schema.Value, raw json.RawMessage, decode func(json.RawMessage) schema.Value) schema.Value {
	if v, ok := (*known)[string(raw)]; ok {
		return v
	}
	if *known == nil || len(*known) >= remembered {
		*known = make(map[string]schema.Value)
	}
	v := decode(raw)
	(*known)[string(raw)] = v
	return v
}
