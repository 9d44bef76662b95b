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

// Start keeps a new run with its plan and gives the log to write it to. All of it is
// durable when Start returns: this comes before the first request that writes. options
// are the command's own, as JSON, or nil. The mask hides secrets in texts.
func (j *Journal) Start(ctx context.Context, run schema.Run, plan schema.Plan, options []byte, mask schema.Mask) (*Log, error) {
	doing := "keep the plan of run " + run.ID
	tx, err := j.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, j.trouble(doing, err)
	}
	defer tx.Rollback()
	s := starter{ctx: ctx, tx: tx, mask: mask}
	if err := s.keep(run, plan, options); err != nil {
		return nil, j.trouble(doing, err)
	}
	if err := tx.Commit(); err != nil {
		return nil, j.trouble(doing, err)
	}
	return j.openLog(ctx, s.seq, run, plan, mask)
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

// starter keeps a run in one transaction.
type starter struct {
	ctx     context.Context
	tx      *sql.Tx
	mask    schema.Mask
	seq     int64
	headers headers
}

func (s *starter) keep(run schema.Run, plan schema.Plan, options []byte) error {
	if err := s.keepRun(run, plan.Live, options); err != nil {
		return err
	}
	if err := s.keepActions(plan.Actions); err != nil {
		return err
	}
	list, err := json.Marshal(s.headers.list)
	if err != nil {
		return err
	}
	_, err = s.tx.ExecContext(s.ctx, `UPDATE runs SET headers = ? WHERE seq = ?`, string(list), s.seq)
	return err
}

func (s *starter) keepRun(run schema.Run, live []int64, options []byte) error {
	target, err := targetNumber(s.ctx, s.tx, run.Target)
	if err != nil {
		return err
	}
	masked, err := maskOptions(options, s.mask)
	if err != nil {
		return fmt.Errorf("the options: %w", err)
	}
	files, err := json.Marshal(run.Files)
	if err != nil {
		return err
	}
	findings, err := json.Marshal(findingsOut(run.Findings, s.mask))
	if err != nil {
		return err
	}
	ids, err := json.Marshal(live)
	if err != nil {
		return err
	}
	result, err := s.tx.ExecContext(s.ctx, `INSERT INTO runs (id, target, base_url, command, version, user, dry_run, digest,
			started, ended, complete, requests, writes, why, files, findings, headers, options, live)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?)`,
		run.ID, target, run.Target, run.Command, run.Version, run.User, run.DryRun, run.Digest,
		stamp(run.Started), stamp(run.Ended), run.Complete, run.Requests, run.Writes, s.mask.Hide(run.Why),
		string(files), string(findings), text(masked), string(ids))
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

func (s *starter) keepActions(actions []schema.Action) error {
	insert, err := s.tx.PrepareContext(s.ctx, `INSERT INTO actions (run, n, op, want, have, changes, reason) VALUES (?, ?, ?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for i, a := range actions {
		if a.N != i {
			return fmt.Errorf("action %d of the plan calls itself %d", i, a.N)
		}
		want, err := encodeRecord(a.Want, &s.headers, s.mask)
		if err != nil {
			return fmt.Errorf("%s: %w", a.Want.Place, err)
		}
		have, err := encodeRecord(a.Have, &s.headers, s.mask)
		if err != nil {
			return fmt.Errorf("integration %d: %w", a.Have.ID, err)
		}
		changes, err := encodeChanges(a.Changes)
		if err != nil {
			return fmt.Errorf("%s: %w", a.Want.Place, err)
		}
		_, err = insert.ExecContext(s.ctx, s.seq, a.N, string(a.Op), text(want), text(have), text(changes), s.mask.Hide(a.Reason))
		if err != nil {
			return err
		}
	}
	return nil
}

// targetNumber finds or makes the number of a target in the file.
func targetNumber(ctx context.Context, tx *sql.Tx, target string) (int64, error) {
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
	if data == nil {
		return nil
	}
	return string(data)
}
