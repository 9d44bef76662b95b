package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

// claimTables say how far a fleet is that several processes share. What a process works on is locked
// through its connection, and is free again when it dies.
const claimTables = `
CREATE TABLE claims (
	id      TEXT PRIMARY KEY,
	work    TEXT NOT NULL,    -- the command's own: what all its processes have in common
	started BIGINT NOT NULL,
	ended   BIGINT,           -- once its report is written
	report  TEXT NOT NULL     -- where that is
);

CREATE TABLE claimed (
	claim  TEXT NOT NULL REFERENCES claims (id) ON DELETE CASCADE,
	n      BIGINT NOT NULL,
	target TEXT NOT NULL,     -- its name in the configuration
	run    TEXT NOT NULL,     -- the id of the run on it; '': none yet
	result TEXT,              -- the command's own; NULL: it has not ended
	PRIMARY KEY (claim, target)
);`

// Claim is the share of one process in a fleet. Its methods may be used by several goroutines. What they do
// over its connection is not cut short by their context, which would close the connection.
type Claim struct {
	Work    string // of the process that was first
	Started time.Time

	journal *Journal
	id      string

	mu      sync.Mutex
	session session
	taken   map[string]bool // targets: a session can take the same lock again
}

// Claimed is a target of a fleet.
type Claimed struct {
	Target string
	Run    string // the id of the run on it, which may not have been recorded; "": none yet
	Result string // "": it has not ended
}

// FleetEnd is how a fleet that several processes share has ended; the zero FleetEnd: it has not.
type FleetEnd struct {
	At     time.Time
	Report string // where its report is
}

// Claim makes this process one of those that share a fleet, under an id, and makes the fleet where
// this is the first. Only a state in a database can be shared.
func (j *Journal) Claim(ctx context.Context, id, work string, targets []string) (_ *Claim, err error) {
	defer j.wrap(&err, "claim "+id)
	if !IsDatabase(j.path) {
		return nil, errors.New("a state file is not shared by several processes")
	}
	s, err := j.backend.newSession(ctx)
	if err != nil {
		return nil, err
	}
	c := &Claim{journal: j, id: id, session: s, taken: make(map[string]bool)}
	err = s.transact(ctx, func() error {
		if err := insertClaim(ctx, s, id, work, targets, j.clock.Now()); err != nil {
			return err
		}
		return s.get(ctx, `SELECT work, started FROM claims WHERE id = $1`, []any{id}, &c.Work, (*timestamp)(&c.Started))
	})
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return c, nil
}

func insertClaim(ctx context.Context, s session, id, work string, targets []string, now time.Time) error {
	var inserted string
	err := s.get(ctx, `INSERT INTO claims (id, work, started, report) VALUES ($1, $2, $3, '') ON CONFLICT (id) DO NOTHING RETURNING id`,
		[]any{id, work, timestamp(now)}, &inserted)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	for i, target := range targets {
		if err == nil {
			err = s.exec(ctx, `INSERT INTO claimed (claim, n, target, run) VALUES ($1, $2, $3, '')`, id, i, target)
		}
	}
	return err
}

// Next takes a target that has not ended and that no process works on; nil: there is none. open is how
// many have not ended.
func (c *Claim) Next(ctx context.Context) (next *Claimed, open int, err error) {
	all, err := c.Targets(ctx)
	if err != nil {
		return nil, 0, err
	}
	defer c.journal.wrap(&err, "take a target of claim "+c.id)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, t := range all {
		if t.Result != "" {
			continue
		}
		if open++; next == nil && !c.taken[t.Target] {
			if next, err = c.take(ctx, t.Target); err != nil {
				return nil, 0, err
			}
		}
	}
	return next, open, nil
}

// take reads the target again once it is locked: another process may have ended it in between.
func (c *Claim) take(ctx context.Context, target string) (*Claimed, error) {
	locked, err := c.lock(ctx, target)
	if err != nil || !locked {
		return nil, err
	}
	t := Claimed{Target: target}
	if err := c.get(ctx, `SELECT run, coalesce(result, '') FROM claimed WHERE claim = $1 AND target = $2`, []any{c.id, target}, &t.Run, &t.Result); err != nil {
		return nil, err
	}
	if t.Result != "" {
		return nil, c.unlock(ctx, target)
	}
	c.taken[target] = true
	return &t, nil
}

// Begin records which run works on a target that was taken, before there is one.
func (c *Claim) Begin(ctx context.Context, target, run string) (err error) {
	defer c.journal.wrap(&err, "begin a target of claim "+c.id)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.update(ctx, `UPDATE claimed SET run = $3 WHERE claim = $1 AND target = $2`, target, run)
}

// End records the result of a target that was taken. It fails where the connection was lost that this
// process took the target with: another one may have it by now.
func (c *Claim) End(ctx context.Context, target, result string) (err error) {
	defer c.journal.wrap(&err, "end a target of claim "+c.id)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.update(ctx, `UPDATE claimed SET result = $3 WHERE claim = $1 AND target = $2`, target, result); err != nil {
		return err
	}
	delete(c.taken, target)
	return c.unlock(ctx, target)
}

// Leave gives a target back that has not ended.
func (c *Claim) Leave(ctx context.Context, target string) (err error) {
	defer c.journal.wrap(&err, "leave a target of claim "+c.id)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.taken, target)
	return c.unlock(ctx, target)
}

// Targets are those of the fleet, in the order that the first process gave them.
func (c *Claim) Targets(ctx context.Context) (all []Claimed, err error) {
	defer c.journal.wrap(&err, "list the targets of claim "+c.id)
	err = eachRow(ctx, c.journal.db, func(rows *sql.Rows) error {
		var t Claimed
		err := rows.Scan(&t.Target, &t.Run, &t.Result)
		all = append(all, t)
		return err
	}, `SELECT target, run, coalesce(result, '') FROM claimed WHERE claim = $1 ORDER BY n`, c.id)
	return all, err
}

// Finish ends a fleet whose targets have all ended: it lets one process write the report, and say where
// that is. The FleetEnd is zero while another process writes it; one that dies meanwhile is replaced by
// whichever calls next.
func (c *Claim) Finish(ctx context.Context, write func() (where string, err error)) (end FleetEnd, err error) {
	defer c.journal.wrap(&err, "finish claim "+c.id)
	c.mu.Lock()
	defer c.mu.Unlock()
	if locked, err := c.lock(ctx, ""); err != nil || !locked {
		return FleetEnd{}, err
	}
	defer func() { err = errors.Join(err, c.unlock(ctx, "")) }()
	if end, err = c.ended(ctx); err != nil || end != (FleetEnd{}) {
		return end, err
	}
	where, err := write()
	if err != nil {
		return FleetEnd{}, err
	}
	end = FleetEnd{At: c.journal.clock.Now(), Report: where}
	return end, c.update(ctx, `UPDATE claims SET ended = $2, report = $3 WHERE id = $1`, timestamp(end.At), where)
}

// Ended is how the fleet has ended.
func (c *Claim) Ended(ctx context.Context) (end FleetEnd, err error) {
	defer c.journal.wrap(&err, "read claim "+c.id)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended(ctx)
}

func (c *Claim) ended(ctx context.Context) (end FleetEnd, err error) {
	err = c.get(ctx, `SELECT ended, report FROM claims WHERE id = $1`, []any{c.id}, (*timestamp)(&end.At), &end.Report)
	return end, err
}

// Close gives back what was taken.
func (c *Claim) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.session.close()
}

func (c *Claim) update(ctx context.Context, statement string, args ...any) error {
	ctx = context.WithoutCancel(ctx)
	return c.session.transact(ctx, func() error { return c.session.exec(ctx, statement, append([]any{c.id}, args...)...) })
}

func (c *Claim) get(ctx context.Context, query string, args []any, into ...any) error {
	return c.session.get(context.WithoutCancel(ctx), query, args, into...)
}

func (c *Claim) key(target string) int64 { return lockKey(fmt.Sprintf("claim %q %q", c.id, target)) }

func (c *Claim) lock(ctx context.Context, target string) (locked bool, err error) {
	err = c.get(ctx, `SELECT pg_try_advisory_lock($1)`, []any{c.key(target)}, &locked)
	return locked, err
}

func (c *Claim) unlock(ctx context.Context, target string) error {
	var held bool
	return c.get(ctx, `SELECT pg_advisory_unlock($1)`, []any{c.key(target)}, &held)
}
