package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"gijbulk/schema"
)

// Start keeps a new run, with the names of its files and the command's own options (JSON,
// or nil), and gives the log to write it to. It is durable when Start returns: this comes
// before the first request. The mask hides secrets in texts.
func (j *Journal) Start(ctx context.Context, run schema.Run, options []byte, mask schema.Mask) (*Log, error) {
	doing := "keep run " + run.ID
	tx, err := j.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, j.trouble(doing, err)
	}
	defer tx.Rollback()
	s := starter{ctx: ctx, db: tx, mask: mask}
	if err := s.keepRun(run, options); err != nil {
		return nil, j.trouble(doing, err)
	}
	if err := tx.Commit(); err != nil {
		return nil, j.trouble(doing, err)
	}
	return j.openLog(ctx, s.seq, run, schema.Plan{}, mask)
}

// Continue goes on with a saved run that has not ended by itself. It counts as running
// again.
func (j *Journal) Continue(ctx context.Context, saved Saved, mask schema.Mask) (*Log, error) {
	doing := "go on with run " + saved.Run.ID
	if saved.Run.Complete {
		return nil, j.trouble(doing, flaw{"it has ended by itself", "gijbulk report shows what became of it"})
	}
	var seq int64
	row := j.db.QueryRowContext(ctx, `UPDATE runs SET ended = NULL, counts = NULL WHERE id = ? RETURNING seq`, saved.Run.ID)
	if err := row.Scan(&seq); errors.Is(err, sql.ErrNoRows) {
		return nil, &NoRun{ID: saved.Run.ID, Path: j.path}
	} else if err != nil {
		return nil, j.trouble(doing, err)
	}
	return j.openLog(ctx, seq, saved.Run, saved.Plan, mask)
}

// starter keeps a run, in a transaction that its owner began.
type starter struct {
	ctx     context.Context
	db      database
	mask    schema.Mask
	seq     int64
	headers headers
}

func (s *starter) keepRun(run schema.Run, options []byte) error {
	target, err := targetNumber(s.ctx, s.db, run.Target)
	if err != nil {
		return err
	}
	masked, err := maskOptions(options, s.mask)
	if err != nil {
		return fmt.Errorf("the options: %w", err)
	}
	texts, err := marshal(run.Files, findingsOut(run.Findings, s.mask))
	if err != nil {
		return err
	}
	result, err := s.db.ExecContext(s.ctx, `INSERT INTO runs (id, target, base_url, command, version, user, dry_run, digest,
			started, ended, complete, requests, writes, why, files, findings, headers, options, live, manifest, shard, shards)
		VALUES (?, ?, ?, ?, ?, ?, ?, '', ?, ?, ?, ?, ?, ?, ?, ?, '[]', ?, '[]', ?, ?, ?)`,
		run.ID, target, run.Target, run.Command, run.Version, run.User, run.DryRun,
		stamp(run.Started), stamp(run.Ended), run.Complete, run.Requests, run.Writes, s.mask.HideSaid(run.Why),
		texts[0], texts[1], text(masked), run.Manifest, run.Shard.Index, run.Shard.Of)
	var fault *sqlite.Error
	if errors.As(err, &fault) && fault.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE {
		return flaw{"it holds a run of this name already", "give the run another name, or go on with it by gijbulk resume"}
	}
	if err != nil {
		return err
	}
	s.seq, err = result.LastInsertId()
	return err
}

// marshal gives each value as the text of its JSON.
func marshal(values ...any) ([]string, error) {
	texts := make([]string, len(values))
	for i, v := range values {
		data, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		texts[i] = string(data)
	}
	return texts, nil
}

// targetNumber finds or makes the number of a target in the file.
func targetNumber(ctx context.Context, tx database, target string) (int64, error) {
	url := schema.NormalURL(target)
	if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO targets (url) VALUES (?)`, url); err != nil {
		return 0, err
	}
	var number int64
	err := tx.QueryRowContext(ctx, `SELECT id FROM targets WHERE url = ?`, url).Scan(&number)
	return number, err
}

// stamp is a moment as the file holds it.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixNano()
}

// momentOf reads a stamp.
func momentOf(stamp *int64) time.Time {
	if stamp == nil {
		return time.Time{}
	}
	return time.Unix(0, *stamp).UTC()
}

// text is what JSON there is as the file holds it.
func text(data []byte) any {
	if len(data) == 0 {
		return nil
	}
	return string(data)
}
