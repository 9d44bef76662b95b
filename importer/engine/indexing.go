package engine

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

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
	r.ledger.markWaited(o.N)
	run := ctx
	ctx, cancel := context.WithTimeoutCause(ctx, r.Indexing.Timeout, fmt.Errorf("it had not ended after %s", r.Indexing.Timeout))
	defer cancel()
	x := firstIndexing{run: r, record: r.ledger.action(o.N).Want, progress: Indexing{N: o.N}}
	x.record.ID = o.ID
	x.show(x.progress)
	failed, errors, err := x.wait(ctx)
	ended := err == nil && len(errors) == 0
	o.Scanned = ended || x.progress.Scanned && run.Err() == nil // a resume waits again
	switch {
	case len(errors) > 0:
		o.Status = schema.StatusFailed
		o.Error = fmt.Sprintf("it was created with id %d, but %s: %s", o.ID, failed, strings.Join(errors, "; "))
		o.Advice = schema.IndexingAdvice(errors)
	case ctx.Err() != nil:
		o.Advice = "its first indexing may still be running" + x.progress.suffix() + ": " + context.Cause(ctx).Error()
	case err != nil:
		o.Advice = "the result of its first indexing is not known: " + err.Error()
	}
	x.progress.Ended = true
	x.show(x.progress)
	return o
}

// awaitEarlier waits for the first indexings that no worker waited for to their end: of creates whose answers were lost,
// and of those of an earlier process that died or was interrupted meanwhile.
func (r *Run) awaitEarlier(ctx context.Context) error {
	if r.Indexing.Indexer == nil {
		return nil
	}
	var waiting errgroup.Group
	waiting.SetLimit(max(1, r.Indexing.AtOnce))
	for _, n := range r.ledger.notWaitedFor() {
		waiting.Go(func() error {
			o := r.ledger.latestOutcome(n)
			if !o.Inferred {
				o.Advice = "" // of the earlier process
			}
			return r.ledger.recordOutcomes(ctx, r.awaitIndexing(ctx, o))
		})
	}
	return cmp.Or(waiting.Wait(), context.Cause(ctx))
}

// firstIndexing is the first indexing of a new record: of an integration first its scan, which adds its
// nested repositories, and then theirs.
type firstIndexing struct {
	run      *Run
	record   schema.Record
	progress Indexing
}

func (x *firstIndexing) show(now Indexing) {
	x.progress = now
	x.run.ledger.step(Step{Indexing: &now})
}

// wait returns what failed, with what the app says about it.
func (x *firstIndexing) wait(ctx context.Context) (failed string, errors []string, err error) {
	err = poll(ctx, func() (done bool, err error) {
		state, err := x.run.Indexing.Indexer.Indexing(ctx, x.record)
		errors = state.Errors
		return state.Ended || len(errors) > 0, err
	})
	if err != nil || len(errors) > 0 || x.record.Kind() != schema.KindIntegration {
		return "its first indexing failed", errors, err
	}
	bad, err := x.waitNested(ctx)
	if err != nil || len(bad) == 0 {
		return "", nil, err
	}
	failed = fmt.Sprintf("the first indexing of %d of its %d nested repositories failed", len(bad), x.progress.Of)
	return failed, NestedErrors(ctx, x.run.Indexing.Indexer, bad), nil
}

// waitNested returns the nested repositories whose indexing failed. One list does not prove that it has
// all of them: two in a row must agree.
func (x *firstIndexing) waitNested(ctx context.Context) (failed []schema.Record, err error) {
	read, before := time.Now(), -1
	x.show(Indexing{N: x.progress.N, Scanned: true})
	err = poll(ctx, func() (done bool, err error) {
		var live []schema.Record
		if live, read, err = x.run.nested.since(ctx, read, x.record.ID); err != nil {
			return false, err
		}
		var indexed int
		indexed, failed = countIndexed(live)
		x.show(Indexing{N: x.progress.N, Scanned: true, Indexed: indexed, Of: len(live)})
		done = indexed == len(live) && len(live) == before
		before = len(live)
		return done, nil
	})
	return failed, err
}

// countIndexed counts the nested repositories that are indexed, and lists those that could not be. A
// disabled one is not waited for.
func countIndexed(nested []schema.Record) (indexed int, failed []schema.Record) {
	for _, r := range nested {
		if r.IndexingFailed {
			failed = append(failed, r)
		}
		if r.IndexingFailed || r.Indexed > 0 || r.Get(schema.FieldDisabled).Bool() {
			indexed++
		}
	}
	return indexed, failed
}

// mostNestedErrors is for how many nested repositories the app is asked what went wrong: where hundreds
// fail, they fail for one reason.
const mostNestedErrors = 3

// NestedErrors are what the app says about nested repositories whose indexing failed, of the first few.
func NestedErrors(ctx context.Context, indexer Indexer, failed []schema.Record) []string {
	var texts []string
	for _, r := range failed[:min(len(failed), mostNestedErrors)] {
		text := schema.NestedPath(r.Origin())
		if state, err := indexer.Indexing(ctx, r); err == nil && len(state.Errors) > 0 {
			text += ": " + strings.Join(state.Errors, "; ")
		}
		texts = append(texts, text)
	}
	if more := len(failed) - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return texts
}

// poll checks again and again, less and less often, until done.
func poll(ctx context.Context, check func() (done bool, err error)) error {
	for interval := firstInterval; ; interval = min(interval*3/2, longestInterval) {
		if err := pause(ctx, interval); err != nil {
			return err
		}
		if done, err := check(); done || err != nil {
			return err
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

// nestedList is the latest list of all nested repositories. The first indexings that are waited for at
// the same time share it, since the server lists them only all at once.
type nestedList struct {
	target Target

	mu            sync.Mutex
	requested     time.Time
	byIntegration map[int64][]schema.Record
}

// since returns the nested repositories of an integration from a list that was requested after a time.
func (l *nestedList) since(ctx context.Context, after time.Time, integration int64) (nested []schema.Record, requested time.Time, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.requested.After(after) {
		now := time.Now()
		all, err := l.target.List(ctx, nil, schema.KindNested)
		if err != nil {
			return nil, after, err
		}
		l.requested, l.byIntegration = now, make(map[int64][]schema.Record)
		for _, r := range all {
			l.byIntegration[r.Integration] = append(l.byIntegration[r.Integration], r)
		}
	}
	return l.byIntegration[integration], l.requested, nil
}
