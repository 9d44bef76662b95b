package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gijbulk/schema"
)

// Indexer shows how far the first indexing of a live record is.
type Indexer interface {
	Indexing(context.Context, schema.Record) (schema.Indexing, error)
}

// IndexingWait makes a run wait for the first indexing of what it creates, as the vendor
// advises. The zero value does not wait.
type IndexingWait struct {
	Indexer Indexer
	AtOnce  int           // first indexings at a time; at least 1
	Timeout time.Duration // how long one is waited for
}

// The first check is early, for small repositories; later intervals grow.
const (
	firstInterval   = time.Second
	longestInterval = 30 * time.Second
)

// awaitIndexing makes a failed first indexing a failure of the record, which stays on the server. The
// create is recorded first; where it cannot be, the caller, who records every outcome, gets the same error.
func (r *Run) awaitIndexing(ctx context.Context, o schema.Outcome) schema.Outcome {
	if r.Indexing.Indexer == nil || o.Status != schema.StatusCreated || r.ledger.recordOutcomes(ctx, o) != nil {
		return o
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.Indexing.Timeout, fmt.Errorf("it had not ended after %s", r.Indexing.Timeout))
	defer cancel()
	created := r.ledger.action(o.N).Want
	created.ID = o.ID
	for look := firstInterval; ; look = min(look*3/2, longestInterval) {
		state, err := schema.Indexing{}, pause(ctx, look)
		if err == nil {
			state, err = r.Indexing.Indexer.Indexing(ctx, created)
		}
		switch {
		case ctx.Err() != nil:
			o.Advice = "its first indexing may still be running: " + context.Cause(ctx).Error()
			return o
		case err != nil:
			o.Advice = "the result of its first indexing is not known: " + err.Error()
			return o
		case len(state.Errors) > 0:
			o.Status = schema.StatusFailed
			o.Error = fmt.Sprintf("it was created with id %d, but its first indexing failed: %s", o.ID, strings.Join(state.Errors, "; "))
			o.Advice = schema.IndexingAdvice(state.Errors)
			return o
		case state.Ended:
			return o
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
