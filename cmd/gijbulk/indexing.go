package main

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"

	"gijbulk/importer/engine"
	"gijbulk/importer/gij"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// indexingFlag makes an audit ask for indexing errors.
const indexingFlag = "indexing"

// indexingAsked is how many records are asked at once for the errors of their last indexing. The pace
// is the client's.
const indexingAsked = 4

// indexingErrors asks Jira for the errors of the last indexing of live records, by their ids. Those of
// an integration include what failed in its nested repositories, of which live are all.
func (a *app) indexingErrors(ctx context.Context, client *gij.Client, ids []int64, nested []schema.Record) (map[int64][]string, error) {
	a.log.info("asking for the errors of the last indexing", "records", len(ids))
	failed := make(map[int64][]schema.Record)
	for _, r := range nested {
		if r.IndexingFailed {
			failed[r.Integration] = append(failed[r.Integration], r)
		}
	}
	found := make(map[int64][]string)
	var mu sync.Mutex
	asking, ctx := errgroup.WithContext(ctx)
	asking.SetLimit(indexingAsked)
	for _, id := range ids {
		asking.Go(func() error {
			state, err := client.IndexingStatus(ctx, id)
			if e, ok := errors.AsType[*gij.Error](err); ok && e.Class == schema.ClassRefused { // such as one removed since
				state.Errors, err = []string{"Jira does not tell: " + e.Error()}, nil
			}
			if err != nil {
				return err
			}
			texts := append(state.Errors, engine.NestedErrors(ctx, client, failed[id])...)
			mu.Lock()
			defer mu.Unlock()
			for _, text := range texts {
				found[id] = append(found[id], a.mask.HideSaid(text))
			}
			return nil
		})
	}
	return found, asking.Wait()
}

func (w *workspace) addIndexingErrors(ctx context.Context, plan schema.Plan, live server) (schema.Plan, error) {
	ids := planner.Indexed(plan)
	if len(ids) == 0 {
		return plan, nil
	}
	live, err := w.withNested(ctx, live)
	if err != nil {
		return plan, err
	}
	found, err := w.indexingErrors(ctx, w.target.client, ids, live.nested)
	return planner.AddIndexingErrors(plan, found), err
}
