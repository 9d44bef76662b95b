package engine

import (
	"context"
	"slices"
	"time"

	"gijbulk/schema"
)

// Limits end a run early. The zero value lets every run run to its end, except that a wave
// with a failure is the last.
type Limits struct {
	Canary       int           // the first so many writes are sent alone, and each must certainly succeed
	MaxFailures  *schema.Limit // of the plan's writes; nil: no limit
	WaveFailures schema.Limit  // of a wave's writes, failed first indexings included
	MaxDuration  time.Duration // 0: no limit
}

// sendCanary judges first writes that an earlier process of the run completed only where that
// process died before anything else was sent.
func (r *Run) sendCanary(ctx context.Context) error {
	var first, rest []int
	for i := range r.Plan.Actions {
		switch {
		case !r.Plan.Actions[i].Op.Writes():
		case len(first) < r.Limits.Canary:
			first = append(first, i)
		default:
			rest = append(rest, i)
		}
	}
	pending := r.ledger.pending(first)
	judged := pending
	if r.Died && !r.ledger.anySent(rest) {
		judged = first
	}
	if len(judged) == 0 {
		return nil
	}
	if err := r.sendAndSettle(ctx, pending); err != nil {
		return err
	}
	for _, n := range judged {
		// An inferred record may be somebody else's: it does not show that the server accepts what is sent.
		if o := r.ledger.outcomes[n]; !o.Status.Good() || o.Inferred {
			return &LimitReached{Reason: Canary, Key: r.Plan.Actions[n].Subject().Key(), Outcome: o}
		}
	}
	return nil
}

// sendWave judges a whole wave where more waves follow. A wave that an earlier process completed
// is judged only where that process died before it sent anything of the later ones.
func (r *Run) sendWave(ctx context.Context, wave schema.Wave, following []schema.Wave) error {
	left := len(following)
	pending := r.ledger.pending(wave.Actions)
	unjudged := r.Died && !slices.ContainsFunc(following, func(w schema.Wave) bool { return r.ledger.anySent(w.Actions) })
	if len(pending) == 0 && (left == 0 || !unjudged && !r.ledger.anyOpen(wave.Actions)) {
		return nil
	}
	if err := r.sendAndSettle(ctx, pending); err != nil || left == 0 {
		return err
	}
	failed := 0
	for _, n := range wave.Actions {
		if !r.ledger.outcomes[n].Status.Good() {
			failed++
		}
	}
	r.ledger.step(Step{WaveDone: &WaveDone{Wave: wave, Left: left, Writes: len(wave.Actions), Failed: failed}})
	if max := r.Limits.WaveFailures; max.Exceeded(failed, len(wave.Actions)) {
		return &LimitReached{Reason: Wave, Failed: failed, Of: len(wave.Actions), Max: max, Wave: wave.Number, WavesLeft: left}
	}
	return nil
}

func (r *Run) checkFailureLimit(latest []schema.Outcome) error {
	max := r.Limits.MaxFailures
	if max == nil || !slices.ContainsFunc(latest, func(o schema.Outcome) bool { return o.Status == schema.StatusFailed }) {
		return nil
	}
	if failed, writes := r.ledger.countFailedWrites(); max.Exceeded(failed, writes) {
		return &LimitReached{Reason: Failures, Failed: failed, Of: writes, Max: *max}
	}
	return nil
}
