package journal

import (
	"context"
	"database/sql"
	"errors"

	"gijbulk/schema"
)

// Last stands for the run that started last and was not refused, wherever a run's id is
// asked for.
const Last = "last"

// Saved is a run read back. Its secrets are references whose values are not known.
type Saved struct {
	Run   schema.Run
	State State
	Plan  schema.Plan

	// Outcomes has one for each action, by its number. A write with an intent and no
	// later outcome is unknown, with at least one attempt. A write without an intent is
	// unprocessed. An action that sends nothing has the status of its operation.
	Outcomes []schema.Outcome

	Intents []schema.Intent // by action and attempt
	Options []byte          // as given to Start; nil where none were
}

// Planned reports whether the run has a plan. One without has sent nothing that writes.
func (s Saved) Planned() bool { return s.Run.Digest != "" }

// Load reads a run back, by its id or Last. A run that is not there is a *NoRun.
func (j *Journal) Load(ctx context.Context, id string) (_ Saved, err error) {
	defer j.wrap(&err, "load run "+id)
	tx, err := j.db.BeginTx(ctx, j.backend.snapshot())
	if err != nil {
		return Saved{}, err
	}
	defer tx.Rollback()
	l := loader{tx: tx}
	if err := l.loadRun(ctx, id); errors.Is(err, sql.ErrNoRows) {
		return Saved{}, &NoRun{ID: id, Path: j.path}
	} else if err != nil {
		return Saved{}, err
	}
	if err := l.loadActions(ctx); err != nil {
		return Saved{}, err
	}
	if err := l.loadOutcomes(ctx); err != nil {
		return Saved{}, err
	}
	err = l.loadIntents(ctx)
	return l.saved, err
}

// Header reads a run back without its plan and outcomes, as Load finds it.
func (j *Journal) Header(ctx context.Context, id string) (_ Saved, err error) {
	defer j.wrap(&err, "load run "+id)
	l := loader{tx: j.db}
	if err := l.loadRun(ctx, id); errors.Is(err, sql.ErrNoRows) {
		return Saved{}, &NoRun{ID: id, Path: j.path}
	} else if err != nil {
		return Saved{}, err
	}
	return l.saved, nil
}

// loader reads one run, whole in one transaction.
type loader struct {
	tx      queryer
	seq     int64
	tables  map[string]tableJSON
	covered []int // by action: the latest intent that its outcome covers
	saved   Saved
}

func (l *loader) loadRun(ctx context.Context, id string) error {
	r := &l.saved.Run
	var options *string
	var live []knownJSON
	var others []*recordJSON
	err := l.tx.QueryRowContext(ctx, `SELECT seq, id, base_url, host, command, version, login, dry_run, digest, manifest, shard, shards, started, ended,
			state, requests, writes, why, files, columns, findings, options, live, others, timeline
		FROM runs WHERE id = $1 OR $1 = '`+Last+`' AND state <> '`+string(StateRefused)+`' ORDER BY seq DESC LIMIT 1`, id).
		Scan(&l.seq, &r.ID, &r.Target, &r.Host, &r.Command, &r.Version, &r.User, &r.DryRun, &r.Digest, &r.Manifest, &r.Shard.Index, &r.Shard.Of,
			(*timestamp)(&r.Started), (*timestamp)(&r.Ended), &l.saved.State, &r.Requests, &r.Writes, &r.Why, document{&r.Files},
			document{&l.tables}, document{&r.Findings}, &options, document{&live}, document{&others}, document{&r.Timeline})
	if err != nil {
		return err
	}
	l.saved.Plan.Live = decodeKnown(live)
	for _, other := range others {
		record, err := other.decode(nil)
		if err != nil {
			return err
		}
		l.saved.Plan.Others = append(l.saved.Plan.Others, record)
	}
	r.Complete = l.saved.State == StateFinished
	if options != nil {
		l.saved.Options = []byte(*options)
	}
	return nil
}

func (l *loader) loadActions(ctx context.Context) error {
	plan := &l.saved.Plan
	err := eachRow(ctx, l.tx, func(rows *sql.Rows) error {
		a, err := l.action(rows)
		if err == nil && a.N != len(plan.Actions) {
			return damaged("action %d of the plan has number %d", len(plan.Actions), a.N)
		}
		plan.Actions = append(plan.Actions, a)
		return err
	}, `SELECT n, op, want, have, changes, reason, advice, files, inferred FROM actions WHERE run = $1 ORDER BY n`, l.seq)
	l.saved.Outcomes, l.covered = plan.Outcomes(), make([]int, len(plan.Actions))
	return err
}

func (l *loader) action(rows *sql.Rows) (a schema.Action, err error) {
	var want, have *recordJSON
	var changes []changeJSON
	err = rows.Scan(&a.N, &a.Op, document{&want}, document{&have}, document{&changes}, &a.Reason, &a.Advice, &a.Files, &a.Inferred)
	if err != nil {
		return a, err
	}
	if a.Want, err = want.decode(l.tables); err != nil {
		return a, err
	}
	if want != nil {
		a.NestedUnchanged, a.Adopts = want.NestedUnchanged, want.Adopts
	}
	if a.Have, err = have.decode(l.tables); err != nil {
		return a, err
	}
	if have != nil {
		a.Loss = have.Loss
	}
	a.Changes, err = decodeChanges(changes)
	return a, err
}

func (l *loader) loadOutcomes(ctx context.Context) error {
	return eachRow(ctx, l.tx, func(rows *sql.Rows) error {
		var row outcomeRow
		_, fields := row.columns()
		if err := rows.Scan(fields...); err != nil {
			return err
		}
		n := row.N
		if n < 0 || n >= len(l.covered) {
			return damaged("an outcome has action number %d, but the plan has %d actions", n, len(l.covered))
		}
		row.Class = classNamed(row.class)
		var err error
		row.Seen, err = row.seen.decode()
		l.saved.Outcomes[n], l.covered[n] = row.Outcome, row.intent
		return err
	}, selectOutcomes, l.seq)
}

func (l *loader) loadIntents(ctx context.Context) error {
	return eachRow(ctx, l.tx, func(rows *sql.Rows) error {
		var i schema.Intent
		if err := rows.Scan(&i.N, &i.Attempt, (*timestamp)(&i.At), &i.Boot, &i.Since); err != nil {
			return err
		}
		if i.N < 0 || i.N >= len(l.covered) {
			return damaged("an intent has action number %d, but the plan has %d actions", i.N, len(l.covered))
		}
		l.saved.Intents = append(l.saved.Intents, i)
		if i.Attempt > l.covered[i.N] {
			l.saved.Outcomes[i.N] = unknownAfter(l.saved.Outcomes[i.N], i)
		}
		return nil
	}, `SELECT n, attempt, at, boot, since FROM intents WHERE run = $1 ORDER BY n, attempt`, l.seq)
}
