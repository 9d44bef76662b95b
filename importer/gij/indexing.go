package gij

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"gijbulk/schema"
)

// indexPath tells how far an indexing is.
const indexPath = appPath + "1.0/index.json"

// Indexing asks how far the first indexing of a live record is. It has ended when the app
// says that it is finished and, for an integration, shows when it last was: before an
// indexing has begun the app may call it finished as well. One that went wrong shows no
// date, and has ended too.
func (c *Client) Indexing(ctx context.Context, r schema.Record) (schema.Indexing, error) {
	state, err := c.IndexingStatus(ctx, r.ID)
	if err != nil || !state.Ended || len(state.Errors) > 0 || r.Kind() == schema.KindRepository {
		return state, err
	}
	state.Ended, err = c.indexedOnce(ctx, r.ID)
	return state, err
}

// IndexingStatus asks what the app says about the latest indexing of a live record: its errors, and
// whether it is finished, which may mean that it has not begun.
func (c *Client) IndexingStatus(ctx context.Context, id int64) (schema.Indexing, error) {
	a, err := c.get(ctx, indexPath+"?repoId="+strconv.FormatInt(id, 10))
	if err != nil {
		return schema.Indexing{}, err
	}
	var status struct {
		Finished bool                       `json:"finished"`
		Errors   map[string]json.RawMessage `json:"errors"`
	}
	if err := json.Unmarshal(a.body, &status); err != nil {
		return schema.Indexing{}, c.foreign(a, "the indexing status cannot be read", NeedBaseURL, err)
	}
	state := schema.Indexing{Ended: status.Finished}
	for _, name := range slices.Sorted(maps.Keys(status.Errors)) {
		state.Errors = append(state.Errors, a.masked(name+": "+wordsOf(status.Errors[name])))
	}
	return state, nil
}

// wordsOf is a JSON text without its quotes, and any other value as it is written.
func wordsOf(raw json.RawMessage) string {
	if s := asText(raw); s != "" {
		return s
	}
	return string(raw)
}

// indexedOnce reports whether an integration shows when it was last indexed.
func (c *Client) indexedOnce(ctx context.Context, id int64) (bool, error) {
	a, err := c.get(ctx, integrationPath+"/"+strconv.FormatInt(id, 10))
	if err != nil {
		return false, err
	}
	items, err := decodeItems(schema.KindIntegration, a.body)
	if err != nil || len(items) != 1 {
		return false, c.foreign(a, "the integration cannot be read", NeedBaseURL, err)
	}
	var shown struct {
		LastIndexed json.RawMessage `json:"lastIndexedDate"`
	}
	if err := json.Unmarshal(items[0], &shown); err != nil {
		return false, c.foreign(a, "the integration cannot be read", NeedBaseURL, err)
	}
	moment, ok := asInt(shown.LastIndexed)
	return ok && moment > 0, nil
}
