package gij

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"gijbulk/schema"
)

// reply is the frame of the app's answers as they really come: success is a boolean or a
// string, integration an object or a list, and that list may be called integrations. What
// a create of a repository is answered with has no frame, only an id.
type reply struct {
	Success      json.RawMessage `json:"success"`
	Integration  json.RawMessage `json:"integration"`
	Integrations json.RawMessage `json:"integrations"`
	Repository   json.RawMessage `json:"repository"`
	Repositories json.RawMessage `json:"repositories"`
	ID           json.RawMessage `json:"id"`
}

// success tells whether the call worked, and whether the answer says so at all.
func (r reply) success() (ok, said bool) {
	word := strings.ToLower(strings.Trim(string(r.Success), `"`))
	return word == "true", word == "true" || word == "false"
}

// items are what an answer holds of a kind.
func (r reply) items(kind schema.Kind) ([]json.RawMessage, error) {
	several, one := r.Integrations, r.Integration
	if kind == schema.KindRepository {
		several, one = r.Repositories, r.Repository
	}
	for _, raw := range []json.RawMessage{several, one} {
		switch first(raw) {
		case '{':
			return []json.RawMessage{raw}, nil
		case '[':
			items := []json.RawMessage{}
			return items, json.Unmarshal(raw, &items)
		}
	}
	return nil, errors.New("the answer does not hold them")
}

// decodeList decodes the list of live integrations. It is whole or it is an error: a
// record that is missing from it would be created a second time.
func decodeList(body []byte) ([]schema.Record, error) {
	items, err := decodeItems(schema.KindIntegration, body)
	if err != nil {
		return nil, err
	}
	return decodeRecords(schema.KindIntegration, items)
}

func decodeItems(kind schema.Kind, body []byte) ([]json.RawMessage, error) {
	var r reply
	if err := json.Unmarshal(body, &r); err != nil {
		return nil, err
	}
	return r.items(kind)
}

func decodeRecords(kind schema.Kind, items []json.RawMessage) ([]schema.Record, error) {
	records := make([]schema.Record, len(items))
	for i, raw := range items {
		var err error
		if records[i], err = decodeRecord(kind, raw); err != nil {
			return nil, fmt.Errorf("%s %d of %d: %w", kind, i+1, len(items), err)
		}
	}
	return records, nil
}

// decodeAdded finds the id in the answer to an add.
func decodeAdded(body []byte) (int64, error) {
	// The usual answer is read in one go, and any other as leniently as need be.
	var usual struct {
		Integration struct {
			ID json.RawMessage `json:"id"`
		} `json:"integration"`
	}
	if err := json.Unmarshal(body, &usual); err == nil && usual.Integration.ID != nil {
		return decodeID(usual.Integration.ID)
	}
	var r reply
	if err := json.Unmarshal(body, &r); err != nil {
		return 0, err
	}
	items, err := r.items(schema.KindIntegration)
	if err != nil {
		items, err = r.items(schema.KindRepository)
	}
	switch {
	case err != nil && r.ID != nil:
		return decodeID(r.ID)
	case err != nil:
		return 0, err
	case len(items) != 1:
		return 0, fmt.Errorf("the answer holds %d in place of one", len(items))
	}
	return decodeItemID(items[0])
}

func decodeID(raw json.RawMessage) (int64, error) {
	id, ok := asInt(raw)
	if !ok || id <= 0 {
		return 0, errors.New("it has no usable id")
	}
	return id, nil
}

// decodeRecord decodes one live record. Fields that it does not show, shows as null or in
// a type that they do not have are left out: what is not shown cannot be compared. What
// identifies it must be there.
func decodeRecord(kind schema.Kind, raw json.RawMessage) (schema.Record, error) {
	var m map[string]json.RawMessage
	if err := json.Unmarshal(raw, &m); err != nil || m == nil {
		return schema.Record{}, errors.New("it is not an object")
	}
	if t := m["integrationType"]; asText(t) != "" { // what a request calls type
		m["type"] = t
	}
	values := map[schema.Field]schema.Value{}
	for _, f := range schema.Fields() {
		// The server never shows secrets; should one do so, it is not ours to carry about.
		if field, ok := m[f.String()]; ok && !f.Tool() && !f.Hidden() && kind.Takes(f) {
			values[f] = decodeValue(f.Shape(), field)
		}
	}
	if kind == schema.KindRepository {
		values[schema.FieldKind] = schema.Text(string(kind))
	}
	r := schema.NewRecord(values)
	switch {
	case kind == schema.KindRepository && r.Origin() == "":
		return schema.Record{}, errors.New("it has no origin")
	case kind == schema.KindIntegration && r.Type() == "":
		return schema.Record{}, errors.New("it has no type")
	}
	var err error
	r.ID, err = decodeID(m["id"])
	return r, err
}

func decodeItemID(raw json.RawMessage) (int64, error) {
	var item struct {
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(raw, &item); err != nil {
		return 0, err
	}
	return decodeID(item.ID)
}

// decodeValue gives the unset value for null and for what does not have the shape.
func decodeValue(shape schema.Shape, raw json.RawMessage) schema.Value {
	if bytes.Equal(raw, []byte("null")) {
		return schema.Value{}
	}
	switch shape {
	case schema.ShapeBool:
		var b bool
		if json.Unmarshal(raw, &b) == nil {
			return schema.Bool(b)
		}
	case schema.ShapeInt:
		if n, ok := asInt(raw); ok {
			return schema.Int(n)
		}
	case schema.ShapeIDs:
		if ids, ok := asInts(raw); ok {
			return schema.IDs(ids...)
		}
	default:
		var s string
		if json.Unmarshal(raw, &s) == nil {
			return schema.Text(s)
		}
	}
	return schema.Value{}
}

// asInt reads a whole number that is written as a number or in a string.
func asInt(raw json.RawMessage) (int64, bool) {
	s := string(raw)
	if text := asText(raw); text != "" {
		s = text
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

func asInts(raw json.RawMessage) ([]int64, bool) {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil, false
	}
	ids := make([]int64, len(items))
	for i, item := range items {
		var ok bool
		if ids[i], ok = asInt(item); !ok {
			return nil, false
		}
	}
	return ids, true
}
