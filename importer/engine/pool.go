package engine

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"gijbulk/importer/intent"
	"gijbulk/schema"
)

// pool sends writes in three stages: their intents are recorded, some ahead of the requests;
// they are sent by as many workers as the concurrency allows; their outcomes are recorded.
// The first and the last stage record all that has gathered at once, in one commit of the
// journal, and a worker waits for neither.
type pool struct {
	engine  *Run
	workers int
	slots   chan struct{} // one for each intent whose outcome is not recorded
	begun   chan recordedIntent
	ended   chan schema.Outcome
}

type recordedIntent struct {
	action *schema.Action
	at     time.Time
}

// intentsPerWorker counts those that are recorded ahead, the one
// whose request it sends, and those whose outcomes are being recorded. With more of them, more
// have to be settled after a death; with fewer, the workers wait for the journal.
const intentsPerWorker = 8

func (r *Run) newPool() *pool {
	workers := max(1, r.Concurrency)
	if r.Indexing.Indexer != nil {
		workers = min(workers, max(1, r.Indexing.AtOnce))
	}
	size := intentsPerWorker * workers
	if workers == 1 || r.Indexing.Indexer != nil {
		// None is ahead. A single worker goes from intent to outcome, one by one; and while
		// first indexings are waited for, a request would leave long after its intent, when
		// a process that resumes the run would no longer expect it.
		size = workers
	}
	return &pool{engine: r, workers: workers, slots: make(chan struct{}, size), begun: make(chan recordedIntent, size), ended: make(chan schema.Outcome, size)}
}

// run leaves the outcome of an action that was not sent when the run stopped as it is.
func (p *pool) run(ctx context.Context, actions []int) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var stages errgroup.Group
	stages.Go(func() error { return p.recordIntents(ctx, stop, actions) })
	stages.Go(func() error { p.send(ctx, stop); return nil })
	stages.Go(func() error { return p.recordOutcomes(ctx, stop) })
	return cmp.Or(stages.Wait(), context.Cause(ctx))
}

func (p *pool) recordIntents(ctx context.Context, stop context.CancelCauseFunc, actions []int) error {
	defer close(p.begun)
	for len(actions) > 0 {
		n := p.reserveSlots(ctx, len(actions))
		if n == 0 {
			return nil
		}
		batch := make([]schema.Action, n)
		for i := range batch {
			batch[i] = *p.engine.ledger.action(actions[i])
		}
		at := time.Now()
		if err := p.engine.ledger.recordIntents(ctx, batch...); err != nil {
			stop(err)
			return err
		}
		for i := range batch {
			p.begun <- recordedIntent{&batch[i], at}
		}
		actions = actions[n:]
	}
	return nil
}

func (p *pool) reserveSlots(ctx context.Context, most int) int {
	if ctx.Err() != nil {
		return 0
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return 0
	}
	for n := 1; ; n++ {
		if n == most {
			return n
		}
		select {
		case p.slots <- struct{}{}:
		default:
			return n
		}
	}
}

func (p *pool) send(ctx context.Context, stop context.CancelCauseFunc) {
	var workers errgroup.Group
	workers.SetLimit(p.workers)
	for begun := range p.begun {
		workers.Go(func() error {
			o, err := p.engine.attempt(ctx, *begun.action, begun.at)
			if err != nil {
				stop(err)
			}
			if o.Stop != schema.StopNone {
				stop(&Stopped{o})
			}
			p.ended <- o
			return nil // a failed action is an outcome
		})
	}
	_ = workers.Wait()
	close(p.ended)
}

func (p *pool) recordOutcomes(ctx context.Context, stop context.CancelCauseFunc) (trouble error) {
	for o := range p.ended {
		batch := []schema.Outcome{o}
		for range len(p.ended) {
			batch = append(batch, <-p.ended)
		}
		err := p.engine.ledger.recordOutcomes(ctx, batch...)
		for range batch {
			<-p.slots
		}
		trouble = cmp.Or(trouble, err)
		if err = cmp.Or(err, p.engine.checkFailureLimit(batch)); err != nil {
			stop(err)
		}
	}
	return trouble
}

func (r *Run) sendAlone(ctx context.Context, n int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	a, at := *r.ledger.action(n), time.Now()
	if err := r.ledger.recordIntents(ctx, a); err != nil {
		return err
	}
	o, err := r.attempt(ctx, a, at)
	if err := cmp.Or(err, r.ledger.recordOutcomes(ctx, o)); err != nil {
		return err
	}
	if o.Stop != schema.StopNone {
		return &Stopped{o}
	}
	return nil
}

func (r *Run) attempt(ctx context.Context, a schema.Action, begun time.Time) (schema.Outcome, error) {
	earlier := r.ledger.latestOutcome(a.N)
	if ctx.Err() != nil {
		return earlier, nil
	}
	d := writeAttempt{ledger: r.ledger, action: a, begun: begun}
	now := r.doRecovering(intent.NewContext(ctx, func() error { return d.renewIntent(ctx) }), a)
	if d.err != nil && now.Status == schema.StatusFailed {
		now.Status = schema.StatusUnprocessed // it did not leave
	}
	now.Answered = now.Status == schema.StatusCreated
	now, unread := r.isolateForbidden(ctx, now)
	o := joinOutcomes(earlier, adviseManager(a, now))
	r.ledger.trackAttempts(o, d)
	if err := cmp.Or(d.err, unread); err != nil {
		return o, err
	}
	return r.awaitIndexing(ctx, o), nil
}

// isolateForbidden makes a forbidden write that record's failure where the live list can be read:
// a firewall, or a manager's limits, can forbid one record. Where it cannot, its error says why the run stops.
func (r *Run) isolateForbidden(ctx context.Context, o schema.Outcome) (schema.Outcome, error) {
	if o.HTTP != http.StatusForbidden || o.Stop != schema.StopCredentials {
		return o, nil
	}
	if _, err := r.Target.List(ctx, nil, r.Plan.Kinds()...); err != nil { // the content does not matter: other workers continue
		return o, causeOr(ctx, "a write was forbidden; see whether all is", err)
	}
	if o.Status == schema.StatusUnprocessed {
		o.Status, o.Class = schema.StatusFailed, schema.ClassRefused
	}
	o.Stop = schema.StopNone
	return o, nil
}

// adviseManager adds what to do where an update was refused that sets projects which the server does
// not show us: a manager may not set those of an integration that others made.
func adviseManager(a schema.Action, o schema.Outcome) schema.Outcome {
	hidden := slices.ContainsFunc(a.Changes, func(c schema.Change) bool {
		return c.Unseen && (c.Field == schema.FieldGlobal || c.Field == schema.FieldProjectMappingIDs)
	})
	if hidden && a.Op == schema.OpUpdate && o.Class == schema.ClassRefused {
		o.Advice = "run this as a Jira administrator, or remove global and the projects from the record: a manager cannot set those of an integration that others made"
	}
	return o
}

// writeAttempt keeps the time at which the requests of one write leave.
type writeAttempt struct {
	ledger *ledger
	action schema.Action
	begun  time.Time // when the intent was recorded
	left   time.Time // when the latest request left; zero where the target does not say so
	err    error
}

// renewIntent applies where a request leaves long after its intent: a process that resumes the
// run would no longer expect that request.
func (d *writeAttempt) renewIntent(ctx context.Context) error {
	if time.Since(d.begun) >= MaxIntentAge {
		begun := time.Now()
		if d.err = d.ledger.recordIntents(ctx, d.action); d.err != nil {
			return d.err
		}
		d.begun = begun
	}
	d.left = time.Now()
	return nil
}

func joinOutcomes(earlier, now schema.Outcome) schema.Outcome {
	if earlier.Attempts == 0 {
		return now
	}
	now.Attempts += earlier.Attempts
	now.Unanswered = now.Unanswered || earlier.Unanswered
	if earlier.Status == schema.StatusUnknown { // the earlier request may have been carried out
		switch now.Status {
		case schema.StatusUnprocessed:
			now.Status = schema.StatusUnknown
		case schema.StatusFailed:
			now.Class = schema.ClassUnknown
		}
	}
	if now.Started.IsZero() { // it did not leave
		now.Started, now.Took = earlier.Started, earlier.Took
		return now
	}
	now.Started, now.Took = earlier.Started, now.Started.Add(now.Took).Sub(earlier.Started)
	return now
}

// doRecovering makes a panic that record's failure; verify checks whether it was done anyway.
func (r *Run) doRecovering(ctx context.Context, a schema.Action) (outcome schema.Outcome) {
	started := time.Now()
	defer func() {
		if p := recover(); p != nil {
			outcome = schema.Outcome{N: a.N, Status: schema.StatusFailed, Attempts: 1, Started: started, Took: time.Since(started),
				Error:  fmt.Sprintf("internal error in gijbulk: %v", p),
				Advice: "please report this, with: " + topFrames(debug.Stack())}
		}
	}()
	return r.Target.Do(ctx, a)
}

func topFrames(stack []byte) string {
	const frames = 8
	lines := strings.Split(strings.TrimSpace(string(stack)), "\n")
	return strings.Join(lines[:min(len(lines), 2*frames)], "\n")
}
