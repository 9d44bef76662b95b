package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"gijbulk/schema"
)

// Reindexer starts the indexing of live records, and shows how far it is.
type Reindexer interface {
	Indexer
	Reindex(ctx context.Context, id int64, priority int) error
}

// Reindex asks a server to index live records again.
type Reindex struct {
	Target   Reindexer
	Priority int
	Wait     bool          // until each indexing has ended
	Timeout  time.Duration // with Wait: how long they are waited for

	// Refused says what an error means: whether it concerns that record alone, and whether it is
	// temporary.
	Refused func(error) (alone, temporary bool)
}

// Run asks for one record after the other; those without an id, or that are decided already, are left
// as they are. What concerns the whole run ends it, and is its error.
func (r Reindex) Run(ctx context.Context, records []schema.Reindexed) error {
	last := make(map[int64]int64) // when each was indexed before
	for i := range records {
		if records[i].Status != "" {
			continue
		}
		if err := r.ask(ctx, &records[i], last); err != nil {
			return err
		}
	}
	if !r.Wait {
		return nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, r.Timeout, errTooSlow)
	defer cancel()
	for interval := firstInterval; ; interval = min(interval*3/2, longestInterval) {
		if open, err := r.look(ctx, records, last); err != nil || open == 0 {
			return r.ended(ctx, records, err)
		}
		if err := pause(ctx, interval); err != nil {
			return r.ended(ctx, records, err)
		}
	}
}

var errTooSlow = errors.New("the indexing took too long")

func (r Reindex) ask(ctx context.Context, record *schema.Reindexed, last map[int64]int64) error {
	err := context.Cause(ctx)
	if err == nil && r.Wait {
		var before schema.Indexing
		before, err = r.Target.Indexing(ctx, live(record))
		last[record.ID] = before.Last
	}
	if err == nil {
		err = r.Target.Reindex(ctx, record.ID, r.Priority)
	}
	if err == nil {
		record.Status = schema.ReindexAsked
		return nil
	}
	alone, temporary := r.Refused(err)
	if !alone {
		return err
	}
	record.Status, record.Temporary, record.Error = schema.ReindexFailed, temporary, err.Error()
	return nil
}

// look asks how far each indexing is that has not ended, and counts those that still have not.
func (r Reindex) look(ctx context.Context, records []schema.Reindexed, last map[int64]int64) (open int, err error) {
	for i := range records {
		record := &records[i]
		if record.Status != schema.ReindexAsked {
			continue
		}
		state, err := r.Target.Indexing(ctx, live(record))
		switch {
		case err != nil:
			return open, err
		case state.Ended && len(state.Errors) > 0:
			record.Status, record.Error = schema.ReindexFailed, "its indexing failed: "+strings.Join(state.Errors, "; ")
			record.Advice = schema.IndexingAdvice(state.Errors)
		case state.Ended && (record.Want.Kind() == schema.KindRepository || state.Last > last[record.ID]):
			record.Status = schema.ReindexIndexed
		default:
			open++
		}
	}
	return open, nil
}

// ended judges what was not seen to end: where the time is over, those records failed.
func (r Reindex) ended(ctx context.Context, records []schema.Reindexed, err error) error {
	if err == nil || !errors.Is(context.Cause(ctx), errTooSlow) {
		return err
	}
	for i := range records {
		if record := &records[i]; record.Status == schema.ReindexAsked {
			record.Status, record.Error = schema.ReindexFailed, fmt.Sprintf("its indexing had not ended after %s", r.Timeout)
		}
	}
	return nil
}

func live(record *schema.Reindexed) schema.Record {
	r := record.Want
	r.ID = record.ID
	return r
}
