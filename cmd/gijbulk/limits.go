package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// limitOptions end a run early.
type limitOptions struct {
	canary      int
	maxFailures string
	maxDuration time.Duration
}

func (o *limitOptions) addFlags(f *pflag.FlagSet) {
	f.IntVar(&o.canary, "canary", 0, "send the first `N` writes alone, and go on only if each succeeded")
	f.StringVar(&o.maxFailures, "max-failures", "", "stop after more failures than `N|P%` of the writes")
	f.DurationVar(&o.maxDuration, "max-duration", 0, "stop after this long; what is on the wire may finish")
}

// check refuses what cannot be a limit, before there is a run to stop.
func (o limitOptions) check() error {
	switch {
	case o.canary < 0:
		return usage("--canary %d is below 0", o.canary)
	case o.maxDuration < 0:
		return usage("--max-duration %s is below 0", o.maxDuration)
	case o.maxFailures == "":
		return nil
	}
	if _, err := planner.ParseLimit(o.maxFailures); err != nil {
		return usage("--max-failures: %w", err)
	}
	return nil
}

// limitReached is why a run ended before its plan did.
type limitReached struct{ what string }

func (l limitReached) Error() string { return l.what }

// errTooLong is the cause of a context that --max-duration ended.
var errTooLong = limitReached{"--max-duration is over"}

// limiter watches a run.
type limiter struct {
	failures  planner.Limit
	limited   bool
	failed, n int
	stop      context.CancelCauseFunc
}

// watch gives the context that ends when a limit is reached. writes is how many the
// plan has.
func (o limitOptions) watch(ctx context.Context, writes int) (context.Context, *limiter, context.CancelFunc, error) {
	l := &limiter{n: writes, limited: o.maxFailures != ""}
	if l.limited {
		limit, err := planner.ParseLimit(o.maxFailures)
		if err != nil {
			return nil, nil, nil, usage("--max-failures: %w", err)
		}
		l.failures = limit
	}
	ctx, l.stop = context.WithCancelCause(ctx)
	release := func() { l.stop(nil) }
	if o.maxDuration > 0 {
		timed, cancel := context.WithTimeoutCause(ctx, o.maxDuration, errTooLong)
		ctx, release = timed, func() { cancel(); l.stop(nil) }
	}
	return ctx, l, release, nil
}

// tell counts an outcome of the pool.
func (l *limiter) tell(o schema.Outcome) {
	if !o.Action.Op.Writes() || o.Status != schema.StatusFailed {
		return
	}
	if l.failed++; l.limited && l.failures.Exceeded(l.failed, l.n) {
		l.stop(limitReached{fmt.Sprintf("%d of %d writes failed, more than --max-failures %s", l.failed, l.n, l.failures)})
	}
}

// head is the part of a plan with its first writes, and what remains.
func head(plan schema.Plan, writes int) (first, rest schema.Plan) {
	if writes == 0 {
		return schema.Plan{}, plan
	}
	first.Live, rest.Live = plan.Live, plan.Live
	for _, a := range plan.Actions {
		if a.Op.Writes() && writes > 0 {
			first.Actions = append(first.Actions, a)
			writes--
		} else {
			rest.Actions = append(rest.Actions, a)
		}
	}
	return first, rest
}

// canaryDied tells why a run does not go on after its first writes, or nil.
func canaryDied(first schema.Plan, outcomes []schema.Outcome) error {
	for _, a := range first.Actions {
		if o := outcomes[a.N]; !o.Status.Good() {
			return limitReached{fmt.Sprintf("--canary: %s is %s: %s", a.Subject().Key(), o.Status, o.Error)}
		}
	}
	return nil
}

// isLimit reports whether a run ended because of a limit.
func isLimit(err error) bool {
	var limit limitReached
	return errors.As(err, &limit)
}
