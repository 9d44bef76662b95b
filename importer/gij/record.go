package gij

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"gijbulk/schema"
)

// recordDecoder decodes live records. It remembers values that it has decoded before,
// since thousands of records repeat a few: they share one.
type recordDecoder struct {
	texts, lists map[string]schema.Value // by their JSON
	names        map[string]string       // of members, likewise
}

// remembered bounds each of its memories; a list that repeats nothing must not double
// what it takes.
const remembered = 4096

func decodeRecord(kind schema.Kind, raw json.RawMessage) (schema.Record, error) {
	p, err := new(recordDecoder).nextRecord(kind, newDecoder(bytes.NewBuffer(raw)))
	if err != nil || p == nil {
		return schema.Record{}, errNoObject
	}
	return p.record()
}

var errNoObject = errors.New("it is not an object")

// nextRecord returns nil where the next value is no record; the error is one of syntax.
func (d *recordDecoder) nextRecord(kind schema.Kind, in *jsontext.Decoder) (*parts, error) {
	if in.PeekKind() != '{' {
		return nil, in.SkipValue()
	}
	if _, err := in.ReadToken(); err != nil {
		return nil, err
	}
	p := &parts{kind: kind, decoder: d, badID: errNoID}
	for in.PeekKind() != '}' {
		quoted, err := in.ReadValue()
		if err != nil {
			return nil, err
		}
		name := recall(&d.names, json.RawMessage(quoted), asText)
		value, err := in.ReadValue()
		if err != nil {
			return nil, err
		}
		p.add(name, json.RawMessage(value))
	}
	_, err := in.ReadToken()
	return p, err
}

// parts are those of a live record. What it does not show, shows as null or in a type that
// the field does not have is not among them: what is not shown cannot be compared.
type parts struct {
	kind    schema.Kind
	decoder *recordDecoder
	values  []schema.FieldValue
	id      int64
	badID   error
	made    int64 // initDate
	indexed int64 // lastIndexedDate
	failed  bool  // state is ERROR
	typed   schema.Value
	inside  bool  // an integration
	folder  int64 // the id of that
}

func (p *parts) add(name string, value json.RawMessage) {
	switch f, known := schema.FieldNamed(name); {
	case name == "id":
		p.id, p.badID = decodeID(value)
	case name == "initDate":
		p.made, _ = asInt(value)
	case name == "lastIndexedDate":
		p.indexed, _ = asInt(value)
	case name == "state": // of a nested repository: QUEUED, SCANNING, UPDATED or ERROR
		p.failed = strings.EqualFold(asText(value), "ERROR")
	case name == "integrationType": // what a request calls type
		p.typed = p.decoder.value(schema.ShapeText, value)
	case name == "trackedFolderId":
		p.inside = string(value) != "null" && string(value) != "0"
		p.folder, _ = asInt(value)
	// The server never shows secrets; should one do so, it is not ours to carry about.
	case known && !f.Tool() && !f.Hidden() && p.kind.Takes(f):
		p.set(f, p.decoder.value(f.Shape(), value))
	}
}

// set replaces a field: a member may occur twice in what a server sends.
func (p *parts) set(f schema.Field, v schema.Value) {
	p.values = slices.DeleteFunc(p.values, func(fv schema.FieldValue) bool { return fv.Field == f })
	p.values = append(p.values, schema.FieldValue{Field: f, Value: v})
}

// tracked reports whether a repository is inside an integration. The vendor's examples
// show trackedFolderId and integrationType of those, and of plain ones neither.
func (p *parts) tracked() bool {
	return p.kind == schema.KindRepository && (p.inside || p.typed.Text() != "")
}

// record puts the parts together. What identifies it must be there.
func (p *parts) record() (schema.Record, error) {
	if p.typed.Text() != "" && p.kind.Takes(schema.FieldType) {
		p.set(schema.FieldType, p.typed)
	}
	if p.kind == schema.KindRepository {
		p.set(schema.FieldKind, schema.Text(string(p.kind)))
	}
	r := schema.RecordOf(slices.Concat(p.values)) // in a list of the right length, since all are kept
	switch {
	case p.kind == schema.KindRepository && r.Origin() == "":
		return schema.Record{}, errors.New("it has no origin")
	case p.kind == schema.KindIntegration && r.Type() == "":
		return schema.Record{}, errors.New("it has no type")
	}
	r.ID, r.InitDate, r.Indexed = p.id, p.made, p.indexed
	return r, p.badID
}

// nested puts the parts of a nested repository together: what identifies it and what can be changed. One without an
// id stays without.
func (p *parts) nested() schema.Record {
	fields := make([]schema.FieldValue, 0, len(p.values)+1)
	for _, fv := range p.values {
		if fv.Field == schema.FieldOrigin || fv.Field.Settable() {
			fields = append(fields, fv)
		}
	}
	r := schema.RecordOf(append(fields, schema.FieldValue{Field: schema.FieldKind, Value: kindNested}))
	if p.badID == nil {
		r.ID = p.id
	}
	r.InitDate, r.Indexed, r.IndexingFailed, r.Integration = p.made, p.indexed, p.failed, p.folder
	return r
}

var kindNested = schema.Text(string(schema.KindNested))

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
		if firstByte(raw) == '"' {
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

// recall gives what a JSON text stands for, from memory where it can.
func recall[V any](known *map[string]V, raw json.RawMessage, decode func(json.RawMessage) V) V {
	if v, ok := (*known)[string(raw)]; ok {
		return v
	}
	if *known == nil || len(*known) >= remembered {
		*known = make(map[string]V)
	}
	v := decode(raw)
	(*known)[string(raw)] = v
	return v
}
