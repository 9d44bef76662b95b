package gij

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
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
// date, and has ended too. That of an integration is its scan: its nested repositories are
// indexed later.
func (c *Client) Indexing(ctx context.Context, r schema.Record) (schema.Indexing, error) {
	state, err := c.IndexingStatus(ctx, r.ID)
	if err != nil || !state.Ended || len(state.Errors) > 0 || r.Kind() != schema.KindIntegration {
		return state, err
	}
	state.Last, err = c.lastIndexed(ctx, r.ID)
	state.Ended = state.Last > 0
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
		return schema.Indexing{}, c.stopUnexpected(a, "the indexing status cannot be read", NeedBaseURL, err)
	}
	for i, text := range state.Errors {
		state.Errors[i] = a.masked(text)
	}
	return state, nil
}

// reindexPath starts an indexing. Without a repoId it starts that of everything: no such request is
// ever made.
const reindexPath = appPath + "2.0/reindex"

// Reindex asks the app to index a live record again. The highest priority comes first.
func (c *Client) Reindex(ctx context.Context, id int64, priority int) error {
	if id <= 0 || priority < 1 {
		return unsent(request{method: http.MethodPost, path: reindexPath}, "a reindex needs the id of a live record and a priority of at least 1", "", nil)
	}
	body := fmt.Appendf(nil, `{"repoId":%d,"priority":%d}`, id, priority)
	if a := c.send(ctx, request{http.MethodPost, reindexPath, body, sets, ""}); a.failure != nil {
		return a.failure
	}
	return nil
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
		state.Errors = append(state.Errors, name+": "+jsonText(status.Errors[name]))
	}
	if firstByte(status.Messages) == '[' {
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

func jsonText(raw json.RawMessage) string {
	if s := asText(raw); s != "" {
		return s
	}
	return string(raw)
}

// lastIndexed is when an indexing of an integration last ended; 0 where none has.
func (c *Client) lastIndexed(ctx context.Context, id int64) (int64, error) {
	a, err := c.get(ctx, integrationPath+"/"+strconv.FormatInt(id, 10))
	if err != nil {
		return 0, err
	}
	items, err := decodeItems(schema.KindIntegration, a.body)
	if err != nil || len(items) != 1 {
		return 0, c.stopUnexpected(a, "the integration cannot be read", NeedBaseURL, err)
	}
	var shown struct {
		LastIndexed json.RawMessage `json:"lastIndexedDate"`
	}
	if err := json.Unmarshal(items[0], &shown); err != nil {
		return 0, c.stopUnexpected(a, "the integration cannot be read", NeedBaseURL, err)
	}
	moment, _ := asInt(shown.LastIndexed)
	return max(0, moment), nil
}
