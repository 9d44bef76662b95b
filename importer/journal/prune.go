package journal

import (
	"context"
	"database/sql"
	"time"
)

// deleteRun removes a run with its actions, intents and outcomes. What is known of its
// target stays.
const deleteRun = `DELETE FROM runs WHERE seq = $1`

// Prune removes the runs and the fleets that ended before a time, returns how many runs those
// were, and shrinks the file. Runs without an end stay: they may be running, or wait to be resumed.
func (j *Journal) Prune(ctx context.Context, before time.Time) (removed int, err error) {
	defer j.wrap(&err, "remove old runs")
	var old []int64
	err = eachRow(ctx, j.db, func(rows *sql.Rows) error {
		var seq int64
		err := rows.Scan(&seq)
		old = append(old, seq)
		return err
	}, `SELECT seq FROM runs WHERE ended < $1 ORDER BY seq`, timestamp(before))
	if err != nil {
		return 0, err
	}
	for _, seq := range old {
		// One at a time: other processes may be waiting to write. A run that was resumed
		// since it was found stays.
		result, err := j.db.ExecContext(ctx, deleteRun+` AND ended IS NOT NULL`, seq)
		if err != nil {
			return removed, err
		}
		if n, err := result.RowsAffected(); err == nil {
			removed += int(n)
		}
	}
	if err := j.backend.pruneClaims(ctx, before); err != nil {
		return removed, err
	}
	return removed, j.backend.shrink(ctx)
}
