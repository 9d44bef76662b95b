package engine

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gijbulk/schema"
)

// Indexer tells how far the first indexing of a live record is.
type Indexer interface {
	Indexing(context.Context, schema.Record) (schema.Indexing, error)
}

// Gentle makes a run wait for the first indexing of what it creates, as the vendor
// advises. The zero value does not wait.
type Gentle struct {
	Indexer Indexer
	AtOnce  int           // first indexings at a time; at least 1
	Timeout time.Duration // how long one is waited for
}

// The first look comes soon, for what is small, and the later ones at leisure.
const (
	firstLook = time.Second
	lastLook  = 30 * time.Second
)

// await waits until the first indexing of a created record has ended, and says what went
// wrong in it. The record is created whatever comes of that.
func (g Gentle) await(ctx context.Context, o schema.Outcome) schema.Outcome {
	ctx, cancel := context.WithTimeoutCause(ctx, g.Timeout, fmt.Errorf("it had not ended after %s (--index-timeout)", g.Timeout))
	defer cancel()
	r := o.Action.Want
	r.ID = o.ID
	for look := firstLook; ; look = min(look*3/2, lastLook) {
		state, err := schema.Indexing{}, pause(ctx, look)
		if err == nil {
			state, err = g.Indexer.Indexing(ctx, r)
		}
		switch {
		case ctx.Err() != nil:
			o.Advice = "its first indexing was not waited for: " + context.Cause(ctx).Error()
			return o
		case err != nil:
			o.Advice = "nobody knows how its first indexing went: " + err.Error()
			return o
		case len(state.Errors) > 0:
			o.Error, o.Advice = "it was created, but its first indexing failed: "+strings.Join(state.Errors, "; "), "see what the git host says to these credentials; the app indexes it again by itself"
			return o
		case state.Ended:
			return o
		}
	}
}
