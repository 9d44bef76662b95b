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
	if err == nil {
		err = l.loadOutcomes()
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

func (l *loader) loadActions() (err error) {
	l.saved.Plan.Actions, err = readActions(l.ctx, l.tx, l.seq, l.headers)
	return err
}

func (l *loader) loadOutcomes() error {
	actions := l.saved.Plan.Actions
	all, err := replay(l.ctx, l.tx, l.seq, len(actions))
	if err != nil {
		return err
	}
	l.saved.Outcomes = make([]schema.Outcome, len(actions))
	for n, p := range all {
		if l.saved.Outcomes[n], err = p.outcome(actions[n]); err != nil {
			return fmt.Errorf("what became of action %d: %w", n, err)
		}
	}
	return nil
}
