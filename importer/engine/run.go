// Package engine carries out a plan, so that every record ends in exactly one known state.
// Start with [Run]: [Run.Start] carries out a plan, [Run.Resume] one that was interrupted.
//
// A run is a sequence of parts: the canary, and then wave by wave. Each part is sent through
// a pool of workers (pool.go) and settled (settle.go); in the end the server is read once
// more and compared with the outcomes (verify.go). The ledger (ledger.go) has the one
// outcome of each action: every new outcome goes through it, into the journal first and then
// to the observer.
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
	// What it lacks of the expected ones, by id, is certainly not on the server. Repositories
	// inside integrations are not among them.
	List(ctx context.Context, expected map[int64]schema.Kind, kinds ...schema.Kind) ([]schema.Record, error)
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

// Observer is notified of the progress of a run, one call at a time.
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
	Observer Observer // nil: there is none

	Concurrency int           // writes at once; at least 1
	Settle      time.Duration // the quiet period between two lists
	Timeout     time.Duration // of the target's requests, in any process of the run: the server may work on one this long
	Resends     int           // how often a create that is certainly not on the server is sent again
	Limits      Limits        // what ends the run early
	Indexing    IndexingWait  // how first indexings are waited for

	Clock BootClock // by which the intents of an earlier process are dated

	Died bool // the earlier process died, and may not have judged a canary or a wave that had ended

	RemoveDuplicates bool // delete what the server made more than once of a create

	ledger *ledger
	nested *nestedList
}

// Start carries out the plan. The error is a *Stopped, a *LimitReached, the context's cause, or
// an internal one; the ledger is complete in each case.
func (r *Run) Start(ctx context.Context) error {
	ctx, release := r.openLedger(ctx, r.Plan.Outcomes())
	defer release()
	return r.carryOut(ctx)
}

// Outcomes are those of all actions, by number.
func (r *Run) Outcomes() []schema.Outcome { return r.ledger.outcomes }

func (r *Run) openLedger(ctx context.Context, outcomes []schema.Outcome) (context.Context, context.CancelFunc) {
	r.ledger, r.nested = newLedger(r, outcomes), &nestedList{target: r.Target}
	if r.Limits.MaxDuration <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, r.Limits.MaxDuration, &LimitReached{Reason: Duration})
}

func (r *Run) carryOut(ctx context.Context) error {
	if err := r.sendCanary(ctx); err != nil {
		return err
	}
	for i, wave := range r.Waves {
		if err := r.sendWave(ctx, wave, r.Waves[i+1:]); err != nil {
			return err
		}
	}
	if err := r.sendAndSettle(ctx, nil); err != nil {
		return err
	}
	if err := r.applyRules(ctx); err != nil {
		return err
	}
	return r.verify(ctx)
}

func (r *Run) sendAndSettle(ctx context.Context, actions []int) error {
	if len(actions) > 0 {
		if err := r.newPool().run(ctx, actions); err != nil {
			return err
		}
	}
	if err := r.settle(ctx); err != nil {
		return err
	}
	return r.awaitEarlier(ctx)
}

func causeOr(ctx context.Context, what string, err error) error {
	if cause := context.Cause(ctx); cause != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, cause)) {
		return cause
	}
	return fmt.Errorf("%s: %w", what, err)
}
