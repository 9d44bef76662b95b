package main

import (
	"context"
	"time"

	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/importer/engine"
	"gijbulk/schema"
)

// work is the part of a run that writes: the plan, or what is left of it.
type work struct {
	job      *job
	engine   engine.Importer
	progress *terminal.Progress
	limiter  *limiter
}

// carryOut performs a plan of a fresh run.
func (j *job) carryOut(ctx context.Context) error {
	return j.working(ctx, func(ctx context.Context, w *work) error {
		first, rest := head(j.planned, j.options.limits.canary)
		if len(first.Actions) > 0 {
			if err := w.apply(ctx, first); err != nil {
				return err
			}
			if err := canaryDied(first, j.outcomes); err != nil {
				return err
			}
		}
		if err := w.waves(ctx, rest); err != nil {
			return err
		}
		return w.verify(ctx)
	})
}

// goOn performs what an interrupted run has left: first what became of its unknown
// creates, then what never left.
func (j *job) goOn(ctx context.Context) error {
	return j.working(ctx, func(ctx context.Context, w *work) error {
		w.engine.Resumed, w.engine.Held = time.Now(), j.options.target.maxWait
		if err := w.settle(ctx); err != nil {
			return err
		}
		if err := w.engine.Recheck(ctx, j.planned, j.outcomes, w.tell); err != nil {
			return err
		}
		if err := w.waves(ctx, engine.Unfinished(j.planned, j.outcomes)); err != nil {
			return err
		}
		return w.verify(ctx)
	})
}

// working sets up the engine, the limits and the progress around a piece of work.
func (j *job) working(ctx context.Context, do func(context.Context, *work) error) error {
	o := j.options
	ctx, limiter, release, err := o.limits.watch(ctx, j.planned.Writes())
	if err != nil {
		return err
	}
	defer release()
	w := &work{job: j, limiter: limiter, engine: engine.Importer{Target: j.target.client, Concurrency: o.concurrency,
		Quiet: o.settle, Timeout: o.target.timeout, Resends: o.target.retries, Gentle: o.waves.gentle(j.target.client)}}
	if j.log != nil {
		w.engine.Journal = j.log
	}
	w.progress = j.startProgress()
	defer w.progress.Stop()
	return do(ctx, w)
}

// startProgress shows in the status line, or else in the log, how far the run is.
func (j *job) startProgress() *terminal.Progress {
	options := terminal.ProgressOptions{Log: j.app.log.info, Now: j.now, Waiting: &j.waiting}
	if j.stderrIsTerminal && j.env("TERM") != "dumb" && !j.logging.quiet {
		options.Screen = j.screen
	}
	statuses := make([]schema.Status, len(j.outcomes))
	for i, o := range j.outcomes {
		statuses[i] = o.Status
	}
	return terminal.StartProgress(options, statuses)
}

// tell keeps the latest word on an action.
func (w *work) tell(o schema.Outcome) {
	w.job.outcomes[o.Action.N] = o
	w.progress.Update(o.Action.N, o.Status)
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
	patience := w.engine.Patience(w.job.outcomes).Round(time.Second)
	w.job.app.log.info("looking up writes whose answers were lost", "writes", n, "after", patience)
	w.job.waiting.Start(w.job.now(), patience)
	return w.engine.Settle(ctx, w.job.planned, w.job.outcomes, w.tell)
}

// verify reads what is there in the end, and with --remove-duplicates takes away what was
// made twice.
func (w *work) verify(ctx context.Context) error {
	j := w.job
	if err := w.engine.Verify(ctx, j.planned, j.outcomes, w.tell); err != nil || !j.options.removeDuplicates {
		return err
	}
	if err := w.engine.RemoveSurplus(ctx, j.planned, j.outcomes, func(a []schema.Action) error { return j.extend(ctx, a) }, w.tell); err != nil {
		return err
	}
	return w.engine.Verify(ctx, j.planned, j.outcomes, w.tell)
}

// extend adds actions that the run has come to need.
func (j *job) extend(ctx context.Context, actions []schema.Action) error {
	if j.log != nil {
		if err := j.log.Extend(ctx, actions); err != nil {
			return err
		}
	}
	j.planned.Actions = append(j.planned.Actions, actions...)
	for _, a := range actions {
		j.outcomes = append(j.outcomes, schema.Outcome{Action: a, Status: schema.StatusUnprocessed})
	}
	j.app.log.info("removing what was made twice", "records", len(actions))
	return nil
}
