package main

import (
	"context"

	"gijbulk/importer"
	"gijbulk/importer/journal"
	"gijbulk/schema"
)

// work is the part of a run that writes: the plan, or what is left of it.
type work struct {
	job      *job
	engine   importer.Importer
	progress *progress
	limiter  *limiter
}

// carryOut performs a plan of a fresh run.
func (j *job) carryOut(ctx context.Context, log *journal.Log) error {
	return j.working(ctx, log, func(ctx context.Context, w *work) error {
		first, rest := head(j.planned, j.options.limits.canary)
		if len(first.Actions) > 0 {
			if err := w.apply(ctx, first); err != nil {
				return err
			}
			if err := canaryDied(first, j.outcomes); err != nil {
				return err
			}
		}
		if err := w.apply(ctx, rest); err != nil {
			return err
		}
		return w.engine.Verify(ctx, j.planned, j.outcomes, w.tell)
	})
}

// goOn performs what an interrupted run has left: first what became of its unknown
// creates, then what never left.
func (j *job) goOn(ctx context.Context, log *journal.Log) error {
	return j.working(ctx, log, func(ctx context.Context, w *work) error {
		if err := w.settle(ctx); err != nil {
			return err
		}
		if err := w.engine.Recheck(ctx, j.planned, j.outcomes, w.tell); err != nil {
			return err
		}
		if err := w.apply(ctx, importer.Unfinished(j.planned, j.outcomes)); err != nil {
			return err
		}
		return w.engine.Verify(ctx, j.planned, j.outcomes, w.tell)
	})
}

// working sets up the engine, the limits and the progress around a piece of work.
func (j *job) working(ctx context.Context, log *journal.Log, do func(context.Context, *work) error) error {
	o := j.options
	ctx, limiter, release, err := o.limits.watch(ctx, j.planned.Writes())
	if err != nil {
		return err
	}
	defer release()
	w := &work{job: j, limiter: limiter, engine: importer.Importer{Target: j.target.client, Concurrency: o.concurrency,
		Quiet: o.settle, Timeout: o.target.timeout, Resends: o.target.retries}}
	if log != nil {
		w.engine.Journal = log
	}
	w.progress = j.startProgress(len(j.planned.Actions))
	defer w.progress.stop()
	return do(ctx, w)
}

// tell keeps the latest word on an action.
func (w *work) tell(o schema.Outcome) {
	w.job.outcomes[o.Action.N] = o
	w.progress.tell(o)
}

// apply sends a plan and settles what was lost.
func (w *work) apply(ctx context.Context, plan schema.Plan) error {
	err := w.engine.Apply(ctx, plan, func(o schema.Outcome) {
		w.tell(o)
		w.limiter.tell(o)
	})
	if err != nil {
		return err
	}
	return w.settle(ctx)
}

func (w *work) settle(ctx context.Context) error {
	n := len(statuses(w.job.outcomes, schema.StatusUnknown))
	if n == 0 {
		return nil
	}
	w.job.log.info("looking up writes whose answers were lost", "writes", n, "after", w.engine.Quiet)
	return w.engine.Settle(ctx, w.job.planned, w.job.outcomes, w.tell)
}
