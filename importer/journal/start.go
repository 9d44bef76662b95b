package journal

import (
	"context"
	"database/sql"
	"errors"

	"gijbulk/schema"
)

// Start records a new run, with the command's own options (JSON, or nil), and returns its
// log. This comes before the first request. The mask hides secrets in texts.
func (j *Journal) Start(ctx context.Context, run schema.Run, options []byte, mask schema.Mask) (*Log, error) {
	l := &Log{mask: mask}
	return j.openLog(ctx, "start run "+run.ID, l, func(ctx context.Context) error { return l.insertRun(ctx, run, options) })
}

// Reopen returns the log of a run of the state, which may be locked through it, and has to be
// continued before it records anything.
func (j *Journal) Reopen(ctx context.Context) (*Log, error) {
	return j.openLog(ctx, "open the log", new(Log), func(context.Context) error { return nil })
}

// Continue takes a saved run up that has neither finished nor been refused. The run counts as
// running again, on the host and with the options that saved has now.
func (l *Log) Continue(ctx context.Context, saved Saved, mask schema.Mask) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.mask = mask
	err := l.transactLocked(ctx, "continue run "+saved.Run.ID, func(ctx context.Context) error { return l.reopenRun(ctx, saved) })
	if err != nil {
		return err
	}
	l.actions, l.attempts = nil, nil
	l.addActions(saved.Plan.Actions)
	for _, i := range saved.Intents {
		l.attempts[i.N] = max(l.attempts[i.N], i.Attempt)
	}
	return nil
}

func (l *Log) insertRun(ctx context.Context, run schema.Run, options []byte) (err error) {
	if l.target, err = findOrInsertTarget(ctx, l.session, TargetOf(run)); err != nil {
		return err
	}
	safe, err := maskOptions(options, l.mask)
	if err != nil {
		return err
	}
	err = l.session.get(ctx, `INSERT INTO runs (id, target, base_url, host, command, version, login, dry_run, digest, manifest, shard, shards,
			started, ended, state, requests, writes, why, files, findings, options)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
		ON CONFLICT (id) DO NOTHING RETURNING seq`,
		[]any{run.ID, l.target, run.Target, run.Host, run.Command, run.Version, run.User, run.DryRun, run.Manifest, run.Shard.Index, run.Shard.Of,
			timestamp(run.Started), timestamp(run.Ended), stateOf(run), run.Requests, run.Writes, l.mask.HideSaid(run.Why),
			document{run.Files}, document{maskFindings(run.Findings, l.mask)}, document{safe}}, &l.run)
	if errors.Is(err, sql.ErrNoRows) {
		return &Error{Kind: KindRunExists}
	}
	return err
}

func (l *Log) reopenRun(ctx context.Context, saved Saved) error {
	run := saved.Run
	options, err := maskOptions(saved.Options, l.mask)
	if err != nil {
		return err
	}
	var state State
	err = l.session.get(ctx, `SELECT seq, target, state FROM runs WHERE id = $1`, []any{run.ID}, &l.run, &l.target, &state)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return &NoRun{ID: run.ID, Path: l.journal.path}
	case err != nil:
		return err
	case state == StateFinished || state == StateRefused:
		return &Error{Kind: KindRunEnded}
	}
	return l.session.exec(ctx, `UPDATE runs SET ended = NULL, state = $1, host = $2, counts = NULL, options = $3 WHERE seq = $4`, StateRunning, run.Host, document{options}, l.run)
}
