// Package engine carries out a plan, so that every record ends in exactly one known state.
// Start with [Run]: [Run.Start] carries out a plan, [Run.Resume] one that was interrupted.
//
// A run is a sequence of parts: the canary, and then wave by wave. Each part is sent through
// a pool of workers (pool.go) and settled (settle.go); in the end the server is read once
// more and compared with the outcomes (verify.go). The ledger (ledger.go) has the one
// outcome of each action: whatever is found out goes through it, into the journal first and
// then to the observer.
package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gijbulk/schema"
)

// Target is the server that a plan is applied to.
type Target interface {
	// Do performs one action. A failed action is an outcome, never an error.
	Do(context.Context, schema.Action) schema.Outcome
	// List reads all live records of these kinds, or fails; it never gives a part of them.
	// Repositories inside integrations are not among them.
	List(context.Context, ...schema.Kind) ([]schema.Record, error)
}

// Journal records what is about to be sent and how it ended, for one action or many. Begin is
// durable before the requests leave, End before the observer hears of the outcomes. An error
// means that nothing of it was recorded, and ends the run.
type Journal interface {
	Begin(context.Context, ...schema.Action) error
	End(context.Context, ...schema.Outcome) error
	// Extend adds actions that the run has come to need. Their numbers follow the plan's.
	Extend(context.Context, []schema.Action) error
}

// Observer is told how a run goes, one call at a time.
type Observer interface {
	// Outcome is a new outcome of an action; it replaces an earlier one.
	Outcome(schema.Outcome)
	// Step is what the run does next, or has done, apart from single actions.
	Step(Step)
}

// Run carries out one plan. Set its fields, then call Start or Resume once.
type Run struct {
	Plan     schema.Plan
	Waves    []schema.Wave // the writes of the plan, in the order in which they are sent
	Target   Target
	Journal  Journal  // nil: nothing is recorded
	Observer Observer // nil: nobody is told

	Concurrency int           // writes at once; at least 1
	Settle      time.Duration // the quiet period before lost answers are looked up, and between two lists
	Timeout     time.Duration // of the target's requests: the server may work on one this long after its connection is gone
	Resends     int           // how often a create that is certainly not on the server is sent again
	Limits      Limits        // what ends the run early
	Indexing    Indexing      // how first indexings are waited for
	Held        time.Duration // how long an interrupted process may have held a request back before it left

	RemoveDuplicates bool // delete what the server made more than once of a create

	ledger  *ledger
	resumed time.Time // when an interrupted run was resumed; zero: this is its first process
}

// Start carries out the plan. The error is a *Stopped, a *LimitReached, the context's cause, or
// trouble of the engine itself; the ledger is complete all the same.
func (r *Run) Start(ctx context.Context) error {
	ctx, release := r.open(ctx, r.Plan.Outcomes())
	defer release()
	return r.carryOut(ctx)
}

// Resume carries out what an interrupted run has left, given its outcomes so far: first it
// finds out whether its unknown creates were done, and whether others made meanwhile what was
// never sent.
func (r *Run) Resume(ctx context.Context, earlier []schema.Outcome) error {
	r.resumed = time.Now()
	ctx, release := r.open(ctx, earlier)
	defer release()
	if err := r.settle(ctx); err != nil {
		return err
	}
	if err := r.recheck(ctx); err != nil {
		return err
	}
	return r.carryOut(ctx)
}

// Outcomes are those of all actions, by number.
func (r *Run) Outcomes() []schema.Outcome { return r.ledger.outcomes }

// open makes the ledger, and the context that ends when a limit is reached.
func (r *Run) open(ctx context.Context, outcomes []schema.Outcome) (context.Context, context.CancelFunc) {
	r.ledger = newLedger(r, outcomes)
	if r.Limits.MaxDuration <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, r.Limits.MaxDuration, &LimitReached{Reason: Duration})
}

// carryOut sends what has no final outcome yet, and verifies.
func (r *Run) carryOut(ctx context.Context) error {
	if err := r.sendCanary(ctx); err != nil {
		return err
	}
	for i, wave := range r.Waves {
		if err := r.sendWave(ctx, wave, len(r.Waves)-1-i); err != nil {
			return err
		}
	}
	return r.verify(ctx)
}

// send sends actions through the pool and settles what was lost.
func (r *Run) send(ctx context.Context, actions []int) error {
	if len(actions) == 0 {
		return nil
	}
	if err := r.newPool().run(ctx, actions); err != nil {
		return err
	}
	return r.settle(ctx)
}

// recheck looks once whether creates that were never sent are on the server meanwhile, made
// by somebody else: those exist, and are not sent.
func (r *Run) recheck(ctx context.Context) error {
	live, err := r.list(ctx, "look for what was made in the meantime")
	if err != nil {
		return err
	}
	found := r.ledger.find(live)
	for n, ids := range found.ids {
		o := r.ledger.outcomes[n]
		if o.Status != schema.StatusUnprocessed {
			continue
		}
		if len(ids) == 1 {
			o.Status, o.ID, o.Advice = schema.StatusExists, ids[0], "it was made while the run was interrupted"
		} else {
			o = duplicated(o, ids)
		}
		if err := r.ledger.end(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// failure is the error of something that could not be done: the cause of the context's end,
// where it failed because of that.
func failure(ctx context.Context, what string, err error) error {
	if cause := context.Cause(ctx); cause != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, cause)) {
		return cause
	}
	return fmt.Errorf("%s: %w", what, err)
}
