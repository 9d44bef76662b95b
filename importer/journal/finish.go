package journal

import (
	"context"

	"gijbulk/schema"
)

// Finish records how the run ended: when, whether it was complete, and its figures. A run
// without an end still counts as running. It does not close the log.
func (l *Log) Finish(ctx context.Context, run schema.Run) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.write(ctx, "record the end of the run", func(ctx context.Context) error {
		counts, err := countStatuses(ctx, l.session.conn, l.run)
		if err != nil {
			return err
		}
		return l.session.exec(ctx, `UPDATE runs SET ended = $1, state = $2, version = $3, login = $4, digest = $5, requests = $6, writes = $7,
				why = $8, findings = $9, timeline = $10, counts = $11 WHERE seq = $12`,
			timestamp(run.Ended), stateOf(run), run.Version, run.User, run.Digest, run.Requests, run.Writes,
			l.mask.HideSaid(run.Why), document{masked(run.Findings, l.mask)}, document{run.Timeline}, document{counts}, l.run)
	})
}
