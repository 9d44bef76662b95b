package gij

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"gijbulk/schema"
)

// A list may come from a node of a cluster that is behind, or from a cache, and may be empty for
// once: it alone never proves that a record is not there.
const (
	listTries    = 7 // lists at most, over half a minute
	certainAfter = 3 // lists in a row that lack a record which cannot be asked for
	askedAtMost  = 10
	firstPause   = time.Second
	longestPause = 8 * time.Second
)

// Read is List, and also gives the repositories inside integrations.
func (c *Client) Read(ctx context.Context, expected map[int64]schema.Kind, kinds ...schema.Kind) ([]schema.Record, []schema.Record, error) {
	pause := firstPause
	lists := make(map[int64]int) // in a row that lack an id
	for n := 1; ; n++ {
		records, nested, err := c.read(ctx, kinds)
		if err != nil {
			return nil, nil, err
		}
		lacking := lacks(records, expected, kinds)
		lists = countLists(lists, lacking)
		there, certain, err := c.lookFor(ctx, lacking, expected)
		switch {
		case err != nil:
			return nil, nil, err
		case there == 0 && (certain || slices.Min(slices.Collect(maps.Values(lists))) >= certainAfter):
			return records, nested, nil
		case n == listTries:
			return nil, nil, behindError(there, lists)
		}
		expected = withShown(expected, records)
		if e := c.pace.gate.sleep(ctx, request{method: http.MethodGet, path: integrationPath, effect: reads}, pause, nil); e != nil {
			return nil, nil, e
		}
		pause = min(2*pause, longestPause)
	}
}

// behindError is about a record that the server has, or else about one that not all lists lack.
func behindError(there int64, lists map[int64]int) error {
	what := "the server has"
	if there == 0 {
		what = "another list shows"
		there = slices.MinFunc(slices.Collect(maps.Keys(lists)), func(a, b int64) int { return cmp.Compare(lists[a], lists[b]) })
	}
	return &Error{Class: schema.ClassNotDone, Method: http.MethodGet, Path: integrationPath,
		Text: fmt.Sprintf("the list lacks id %d, which %s: a cache or another node of the cluster is behind", there, what),
		Need: "run the same command again later"}
}

// withShown adds what a list shows that is not believed: the next one has to show it too.
func withShown(expected map[int64]schema.Kind, records []schema.Record) map[int64]schema.Kind {
	expected = maps.Clone(expected)
	for i := range records {
		expected[records[i].ID] = records[i].Kind()
	}
	return expected
}

func lacks(records []schema.Record, expected map[int64]schema.Kind, kinds []schema.Kind) []int64 {
	lacking := maps.Clone(expected)
	for i := range records {
		delete(lacking, records[i].ID)
	}
	maps.DeleteFunc(lacking, func(_ int64, k schema.Kind) bool { return !slices.Contains(kinds, k) })
	ids := slices.Sorted(maps.Keys(lacking))
	slices.Reverse(ids)
	return ids
}

func countLists(before map[int64]int, lacking []int64) map[int64]int {
	lists := make(map[int64]int, len(lacking))
	for _, id := range lacking {
		lists[id] = before[id] + 1
	}
	return lists
}

// lookFor asks for some of the records that a list lacks. there is one that the server has; without
// one, certain says that it has none of them. A repository cannot be asked for.
func (c *Client) lookFor(ctx context.Context, ids []int64, kinds map[int64]schema.Kind) (there int64, certain bool, err error) {
	certain = len(ids) <= askedAtMost
	for _, id := range ids[:min(len(ids), askedAtMost)] {
		if kinds[id] != schema.KindIntegration {
			certain = false
			continue
		}
		a, err := c.getOptional(ctx, fmt.Sprintf("%s/%d", integrationPath, id), "")
		switch {
		case err == nil:
			return id, false, nil
		case a.failure.Class != schema.ClassRefused:
			return 0, false, err
		case !a.saysNotFound():
			certain = false
		}
	}
	return 0, certain, nil
}
