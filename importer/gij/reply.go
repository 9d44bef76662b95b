package gij

import (
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
	Success      json.RawMessage
	Integration  json.RawMessage
	Integrations json.RawMessage
	Repository   json.RawMessage
	Repositories json.RawMessage
	ID           json.RawMessage
	InitDate     json.RawMessage
}

// success tells whether the call worked, and whether the answer says so at all.
func (r reply) success() (ok, said bool) {
	word := strings.ToLower(strings.Trim(string(r.Success), `"`))
	return word == "true", word == "true" || word == "false"
}

func parseReply(body []byte) (r reply, err error) {
	err = eachMember(body, func(name []byte, raw json.RawMessage) {
		switch string(lowerASCII(name)) {
		case "success":
			r.Success = raw
		case "integration":
			r.Integration = raw
		case "integrations":
			r.Integrations = raw
		case "repository":
			r.Repository = raw
		case "repositories":
			r.Repositories = raw
		case "id":
			r.ID = raw
		case "initdate":
			r.InitDate = raw
		}
	})
	return r, err
}

// lowerASCII changes a name in its place. Those that are sought are of ASCII letters.
func lowerASCII(name []byte) []byte {
	for i, c := range name {
		if 'A' <= c && c <= 'Z' {
			name[i] = c + 'a' - 'A'
		}
	}
	return name
}

func (r reply) candidates(kind schema.Kind) []json.RawMessage {
	if kind == schema.KindRepository {
		return []json.RawMessage{r.Repositories, r.Repository}
	}
	return []json.RawMessage{r.Integrations, r.Integration}
}

func (r reply) items(kind schema.Kind) ([]json.RawMessage, error) {
	for _, raw := range r.candidates(kind) {
		switch firstByte(raw) {
		case '{':
			return []json.RawMessage{raw}, nil
		case '[':
			return listElements(raw)
		}
	}
	return nil, errNoList
}

func decodeItems(kind schema.Kind, body []byte) ([]json.RawMessage, error) {
	r, err := parseReply(body)
	if err != nil {
		return nil, err
	}
	return r.items(kind)
}

func (r reply) addedID() (id, initDate int64, err error) {
	items, err := r.items(schema.KindIntegration)
	if err != nil {
		items, err = r.items(schema.KindRepository)
	}
	switch {
	case err != nil && r.ID != nil:
		initDate, _ = asInt(r.InitDate)
		id, err = decodeID(r.ID)
		return id, initDate, err
	case err != nil:
		return 0, 0, err
	case len(items) != 1:
		return 0, 0, fmt.Errorf("the answer holds %d in place of one", len(items))
	}
	shown, _ := firstMember(items[0], "initDate")
	initDate, _ = asInt(shown)
	id, err = decodeItemID(items[0])
	return id, initDate, err
}

var errNoID = errors.New("it has no usable id")

func decodeID(raw json.RawMessage) (int64, error) {
	id, ok := asInt(raw)
	if !ok || id <= 0 {
		return 0, errNoID
	}
	return id, nil
}

func decodeItemID(raw json.RawMessage) (int64, error) {
	id, err := firstMember(raw, "id")
	if err != nil {
		return 0, err
	}
	return decodeID(id)
}

func asInt(raw json.RawMessage) (int64, bool) {
	s := string(raw)
	if firstByte(raw) == '"' {
		s = asText(raw)
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
