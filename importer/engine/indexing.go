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

// Indexing makes a run wait for the first indexing of what it creates, as the vendor
// advises. The zero value does not wait.
type Indexing struct {
	Indexer Indexer
	AtOnce  int           // first indexings at a time; at least 1
	Timeout time.Duration // how long one is waited for
}

// The first look comes soon, for what is small, and the later ones at intervals that grow.
const (
	firstLook = time.Second
	lastLook  = 30 * time.Second
)

// awaitIndexing waits until the first indexing of a created record has ended. One that fails is
// a failure of the record, which stays on the server. What was created is recorded before; where it
// cannot be, there is no wait, and the caller, who records the outcome in any case, meets the same error.
func (r *Run) awaitIndexing(ctx context.Context, o schema.Outcome) schema.Outcome {
	if r.Indexing.Indexer == nil || o.Status != schema.StatusCreated || r.ledger.end(ctx, o) != nil {
		return o
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.Indexing.Timeout, fmt.Errorf("it had not ended after %s", r.Indexing.Timeout))
	defer cancel()
	created := r.ledger.action(o.N).Want
	created.ID = o.ID
	for look := firstLook; ; look = min(look*3/2, lastLook) {
		state, err := schema.Indexing{}, pause(ctx, look)
		if err == nil {
			state, err = r.Indexing.Indexer.Indexing(ctx, created)
		}
		switch {
		case ctx.Err() != nil:
			o.Advice = "its first indexing was not waited for: " + context.Cause(ctx).Error()
			return o
		case err != nil:
			o.Advice = "how its first indexing went is not known: " + err.Error()
			return o
		case len(state.Errors) > 0:
			o.Status = schema.StatusFailed
			o.Error = fmt.Sprintf("it was created with id %d, but its first indexing failed: %s", o.ID, strings.Join(state.Errors, "; "))
			o.Advice = "check what the git host answers to these credentials, and correct the record: the app indexes it again automatically"
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
