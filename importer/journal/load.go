package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"gijbulk/schema"
)

// Last names the newest run wherever a run's id is asked for.
const Last = "last"

// Saved is a run read back. Its secrets are references whose values are not known.
type Saved struct {
	Run  schema.Run
	Plan schema.Plan

	// Outcomes has one for each action, in the plan's order. A write that was begun and
	// has no outcome is unknown, with at least one attempt; Started and Took say when
	// it was begun last, and Waited that the server may still be at work on it. One that was never begun is unprocessed. An action that sends
	// nothing has the status its operation stands for.
	Outcomes []schema.Outcome

	Options []byte // as given to Start; nil where none were
}

// Load reads a run back, by its id or Last. A run that is not there is a *NoRun.
func (j *Journal) Load(ctx context.Context, id string) (Saved, error) {
	tx, err := j.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // one state of a run that may be going on
	if err != nil {
		return Saved{}, j.trouble("read run "+id, err)
	}
	defer tx.Rollback()
	l := loader{ctx: ctx, tx: tx}
	err = l.loadRun(id)
	if errors.Is(err, sql.ErrNoRows) {
		return Saved{}, &NoRun{ID: id, Path: j.path}
	}
	if err == nil {
		err = l.loadActions()
	}
	if err != nil {
		return Saved{}, j.trouble("read run "+id, err)
	}
	return l.saved, nil
}

// loader reads one run in one transaction.
type loader struct {
	ctx     context.Context
	tx      *sql.Tx
	seq     int64
	headers [][]string
	saved   Saved
}

func (l *loader) loadRun(id string) error {
	r := &l.saved.Run
	var started, ended *int64
	var files, findings, headers, options, live, timeline []byte
	err := l.tx.QueryRowContext(l.ctx, `SELECT seq, id, command, version, base_url, user, dry_run, digest, started, ended, complete,
			requests, writes, why, files, findings, headers, options, live, timeline, manifest, shard, shards
		FROM runs WHERE id = ?1 OR ?1 = ?2 ORDER BY started DESC, seq DESC LIMIT 1`, id, Last).
		Scan(&l.seq, &r.ID, &r.Command, &r.Version, &r.Target, &r.User, &r.DryRun, &r.Digest, &started, &ended, &r.Complete,
			&r.Requests, &r.Writes, &r.Why, &files, &findings, &headers, &options, &live, &timeline, &r.Manifest, &r.Shard.Index, &r.Shard.Of)
	if err != nil {
		return err
	}
	r.Started, r.Ended, l.saved.Options = momentOf(started), momentOf(ended), options
	var said []findingJSON
	for _, part := range []struct {
		data []byte
		into any
	}{{files, &r.Files}, {findings, &said}, {headers, &l.headers}, {live, &l.saved.Plan.Live}, {timeline, &r.Timeline}} {
		if err := json.Unmarshal(part.data, part.into); err != nil {
			return err
		}
	}
	r.Findings = findingsIn(said)
	return nil
}

func (l *loader) loadActions() error {
	rows, err := l.tx.QueryContext(l.ctx, `SELECT a.n, a.op, a.want, a.have, a.changes, a.reason, coalesce(o.intents, 0), o.begun, o.started,
			coalesce(o.status, ''), coalesce(o.class, ''), coalesce(o.stop, ''), coalesce(o.live, 0), coalesce(o.attempts, 0),
			coalesce(o.http, 0), coalesce(o.passing, 0), coalesce(o.waited, 0), coalesce(o.error, ''), coalesce(o.advice, ''),
			coalesce(o.took, 0), o.seen
		FROM actions a LEFT JOIN outcomes o ON o.run = a.run AND o.n = a.n WHERE a.run = ? ORDER BY a.n`, l.seq)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a schema.Action
		var want, have, changes sql.RawBytes
		var c outcomeCells
		err := rows.Scan(&a.N, &a.Op, &want, &have, &changes, &a.Reason, &c.intents, &c.begun, &c.started, &c.status, &c.class, &c.stop,
			&c.id, &c.attempts, &c.http, &c.passing, &c.waited, &c.error, &c.advice, &c.took, &c.seen)
		if err != nil {
			return err
		}
		if err := l.add(a, want, have, changes, c); err != nil {
			return fmt.Errorf("action %d: %w", a.N, err)
		}
	}
	return rows.Err()
}

func (l *loader) add(a schema.Action, want, have, changes []byte, c outcomeCells) (err error) {
	if a.Want, err = decodeRecord(want, l.headers); err != nil {
		return err
	}
	if a.Have, err = decodeRecord(have, l.headers); err != nil {
		return err
	}
	if a.Changes, err = decodeChanges(changes); err != nil {
		return err
	}
	o, err := c.read(a)
	if err != nil {
		return err
	}
	l.saved.Plan.Actions = append(l.saved.Plan.Actions, a)
	l.saved.Outcomes = append(l.saved.Outcomes, o)
	return nil
}
