package journal

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Prune removes the runs that ended before a moment, and says how many those were. Runs
// without an end stay: they may be going on, or wait to be resumed. The ids of
// identities and what was last sent stay too. Then the file gives the space back.
func (j *Journal) Prune(ctx context.Context, before time.Time) (runs int, err error) {
	old, err := j.endedBefore(ctx, before)
	if err != nil {
		return 0, j.trouble("look for old runs", err)
	}
	for _, seq := range old {
		removed, err := j.remove(ctx, seq)
		if err != nil {
			return runs, j.trouble("remove old runs", err)
		}
		runs += removed
	}
	if err := j.shrink(ctx); err != nil {
		return runs, j.trouble("give space back", err)
	}
	return runs, nil
}

func (j *Journal) endedBefore(ctx context.Context, before time.Time) ([]int64, error) {
	rows, err := j.db.QueryContext(ctx, `SELECT seq FROM runs WHERE ended < ? ORDER BY seq`, before.UnixNano())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var old []int64
	for rows.Next() {
		var seq int64
		if err := rows.Scan(&seq); err != nil {
			return nil, err
		}
		old = append(old, seq)
	}
	return old, rows.Err()
}

// remove takes one run out, in a transaction of its own: other processes may be waiting
// to write. One that was resumed since it was found is left.
func (j *Journal) remove(ctx context.Context, seq int64) (removed int, err error) {
	tx, err := j.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	var target int64
	err = tx.QueryRowContext(ctx, `SELECT target FROM runs WHERE seq = ? AND ended IS NOT NULL`, seq).Scan(&target)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	if err := fold(ctx, tx, target, j.key, plans{}); err != nil { // what its steps taught stays
		return 0, err
	}
	if err := removeRun(ctx, tx, seq); err != nil {
		return 0, err
	}
	return 1, tx.Commit()
}

// removeRun takes a run out. The steps that are added next may get the numbers of those
// that go with it, and must not count as folded.
func removeRun(ctx context.Context, db database, seq int64) error {
	for _, statement := range []string{`DELETE FROM steps WHERE run = ?`, `DELETE FROM plans WHERE run = ?`, `DELETE FROM runs WHERE seq = ?`} {
		if _, err := db.ExecContext(ctx, statement, seq); err != nil {
			return err
		}
	}
	_, err := db.ExecContext(ctx, `UPDATE targets SET folded = min(folded, (SELECT coalesce(max(seq), 0) FROM steps))`)
	return err
}

// shrink cuts the free pages off the file, some at a time, for the same reason.
func (j *Journal) shrink(ctx context.Context) error {
	for {
		var free int
		if err := j.db.QueryRowContext(ctx, `PRAGMA freelist_count`).Scan(&free); err != nil {
			return err
		}
		if free == 0 {
			break
		}
		if _, err := j.db.ExecContext(ctx, `PRAGMA incremental_vacuum(4096)`); err != nil {
			return err
		}
	}
	_, err := j.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}
