package gij

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

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
	state, err := parseIndexing(a.body)
	if err != nil {
		return schema.Indexing{}, c.foreign(a, "the indexing status cannot be read", NeedBaseURL, err)
	}
	for i, text := range state.Errors {
		state.Errors[i] = a.masked(text)
	}
	return state, nil
}

// parseIndexing reads the indexing status in both of the app's forms: errors as an object of texts by
// operation, or among messages that are a list.
func parseIndexing(body []byte) (schema.Indexing, error) {
	var status struct {
		Finished   *bool                      `json:"finished"`
		Completion float64                    `json:"completionPercentage"`
		Errors     map[string]json.RawMessage `json:"errors"`
		Count      int                        `json:"errorsCount"`
		Messages   json.RawMessage            `json:"messages"`
	}
	if err := json.Unmarshal(body, &status); err != nil {
		return schema.Indexing{}, err
	}
	state := schema.Indexing{Ended: status.Completion >= 100}
	if status.Finished != nil {
		state.Ended = *status.Finished
	}
	for _, name := range slices.Sorted(maps.Keys(status.Errors)) {
		state.Errors = append(state.Errors, name+": "+wordsOf(status.Errors[name]))
	}
	if first(status.Messages) == '[' {
		listed, err := listedErrors(status.Messages)
		if err != nil {
			return state, err
		}
		state.Errors = append(state.Errors, listed...)
	}
	if status.Count > 0 && len(state.Errors) == 0 {
		state.Errors = []string{"the app counts errors and does not name them"}
	}
	return state, nil
}

// listedErrors are those among the messages of an operation. error is a text, or says whether the
// message is one.
func listedErrors(messages json.RawMessage) ([]string, error) {
	var list []struct {
		Message string          `json:"message"`
		Error   json.RawMessage `json:"error"`
		Details string          `json:"details"`
	}
	if err := json.Unmarshal(messages, &list); err != nil {
		return nil, err
	}
	var errors []string
	for _, m := range list {
		text := asText(m.Error)
		if text == "" && string(m.Error) != "true" {
			continue
		}
		var parts []string
		for _, part := range []string{m.Message, text, m.Details} {
			if part != "" && !slices.Contains(parts, part) {
				parts = append(parts, part)
			}
		}
		errors = append(errors, strings.Join(parts, ": "))
	}
	return errors, nil
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
