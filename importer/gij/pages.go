package gij

import (
	"encoding/json"
	"errors"
	"slices"

	"gijbulk/schema"
)

const (
	// pagePath is not documented; clients of version 6 use it.
	pagePath = repositoryPath + "/all"
	// pageSize is the most that a page may hold; asking for more is a bad request.
	pageSize = 100
)

var errListChanged = errors.New("the list changed while it was read")

// pageCollector collects the pages of a list. Each begins with the last record of the previous one:
// if a record was removed or added in between, another record is there.
type pageCollector struct {
	items     []json.RawMessage
	ids       []int64
	announced int // how many there are in all; -1 where it is not said
}

func (b *pageCollector) nextOffset() int { return max(0, len(b.items)-1) }

// addPage takes a page in, and reports whether the list is whole now: when as many came as
// were announced, or, where none were, when a page brings nothing more. It fails with
// errListChanged where the pages do not fit together.
func (b *pageCollector) addPage(body []byte) (whole bool, err error) {
	page, total, err := decodePage(body)
	if err != nil {
		return false, err
	}
	ids, err := decodeIDs(page)
	if err != nil {
		return false, err
	}
	if len(b.items) > 0 {
		if total != b.announced || len(ids) == 0 || ids[0] != b.ids[len(b.ids)-1] {
			return false, errListChanged
		}
		page, ids = page[1:], ids[1:]
	}
	b.items, b.ids, b.announced = append(b.items, page...), append(b.ids, ids...), total
	switch {
	case total < 0:
		whole = len(page) == 0
	case len(b.items) > total, len(b.items) < total && len(page) == 0:
		return false, errListChanged
	default:
		whole = len(b.items) == total
	}
	if whole && !distinct(b.ids) {
		return false, errListChanged
	}
	return whole, nil
}

func distinct(ids []int64) bool {
	sorted := slices.Sorted(slices.Values(ids))
	return len(slices.Compact(sorted)) == len(ids)
}

func decodePage(body []byte) (items []json.RawMessage, total int, err error) {
	if items, err = decodeItems(schema.KindRepository, body); err != nil {
		return nil, 0, err
	}
	var frame struct {
		Total json.RawMessage `json:"total"`
	}
	if err := json.Unmarshal(body, &frame); err != nil {
		return nil, 0, err
	}
	if n, ok := asInt(frame.Total); ok && n >= 0 {
		return items, int(n), nil
	}
	return items, -1, nil
}

func decodeIDs(items []json.RawMessage) ([]int64, error) {
	ids := make([]int64, len(items))
	for i, raw := range items {
		var err error
		if ids[i], err = decodeItemID(raw); err != nil {
			return nil, err
		}
	}
	return ids, nil
}
