package journal

import (
	"context"

	"gijbulk/schema"
)

// Finish keeps how the run ended: when, whether by itself, and its numbers. With it what
// the run taught goes into the identities. Without an end it goes on counting as
// running. It does not close the log.
func (l *Log) Finish(ctx context.Context, run schema.Run) error {
	ctx = context.WithoutCancel(ctx)
	return l.work("keep the end of the run", func(db database) error {
		ops := make([]schema.Op, len(l.actions))
		for i := range l.actions {
			ops[i] = l.actions[i].Op
		}
		counts, err := countOutcomes(ctx, db, l.run, ops)
		if err != nil {
			return err
		}
		texts, err := marshal(counts, findingsOut(run.Findings, l.mask), run.Timeline)
		if err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, `UPDATE runs SET ended = ?, complete = ?, version = ?, user = ?, digest = ?, requests = ?, writes = ?,
			why = ?, findings = ?, counts = ?, timeline = ? WHERE seq = ?`, stamp(run.Ended), run.Complete, run.Version, run.User, run.Digest,
			run.Requests, run.Writes, l.mask.HideSaid(run.Why), texts[1], texts[0], texts[2], l.run)
		if err != nil {
			return err
		}
		return fold(ctx, db, l.target, l.journal.key, plans{l.run: l.actions})
	})
}
