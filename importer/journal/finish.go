package journal

import (
	"context"

	"gijbulk/schema"
)

// Finish records how the run ended: when, whether it was complete, and its figures. A run
// without an end still counts as running. It does not close the log.
func (l *Log) Finish(ctx context.Context, run schema.Run) error {
	return l.recordEnd(ctx, run, stateOf(run))
}

// Refuse records that the run ended before anything was to be sent, for a reason that lies
// in the command or its manifest: it cannot be continued. It does not close the log.
func (l *Log) Refuse(ctx context.Context, run schema.Run) error {
	return l.recordEnd(ctx, run, StateRefused)
}

// recordEnd leaves the digest as it is: a run has one if, and only if, its plan is recorded.
func (l *Log) recordEnd(ctx context.Context, run schema.Run, state State) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.transactLocked(ctx, "record the end of the run", func(ctx context.Context) error {
		counts, err := countStatuses(ctx, l.journal.db, l.run) // all of it is committed
		if err != nil {
			return err
		}
		return l.session.exec(ctx, `UPDATE runs SET ended = $1, state = $2, version = $3, login = $4, requests = $5, writes = $6,
				why = $7, findings = $8, timeline = $9, counts = $10 WHERE seq = $11`,
			timestamp(run.Ended), state, run.Version, run.User, run.Requests, run.Writes,
			l.mask.HideSaid(run.Why), document{maskFindings(run.Findings, l.mask)}, document{run.Timeline}, document{counts}, l.run)
	})
}
