package journal

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gijbulk/schema"
)

// steps are the prepared statements of a log, on its connection. Only the writer's
// goroutine uses them.
type steps struct {
	ctx                                               context.Context
	open, done, undo                                  *sql.Stmt
	intent, outcome, sent, keepSent, identity, forget *sql.Stmt
	ending                                            *sql.Stmt
	conn                                              *sql.Conn
}

func prepareSteps(ctx context.Context, conn *sql.Conn) (*steps, error) {
	s := &steps{ctx: ctx, conn: conn}
	for _, p := range []struct {
		statement **sql.Stmt
		text      string
	}{
		{&s.open, `BEGIN IMMEDIATE`},
		{&s.done, `COMMIT`},
		{&s.undo, `ROLLBACK`},
		{&s.intent, `INSERT INTO outcomes (run, n, intents, begun, started) VALUES (?1, ?2, 1, ?3, ?3)
			ON CONFLICT (run, n) DO UPDATE SET intents = intents + 1, begun = excluded.begun, started = coalesce(started, excluded.started)`},
		{&s.outcome, `INSERT OR REPLACE INTO outcomes (run, n, intents, started, status, class, stop, live, attempts, http, passing,
			waited, error, advice, took, seen) VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`},
		{&s.sent, `SELECT sent FROM identities WHERE target = ? AND live = ?`},
		{&s.keepSent, `UPDATE identities SET sent = ? WHERE target = ? AND live = ?`},
		// A row of the same id, and one of the same identity, both give way.
		{&s.identity, `INSERT OR REPLACE INTO identities (target, live, type, origin, region, name, sent) VALUES (?, ?, ?, ?, ?, ?, ?)`},
		{&s.forget, `DELETE FROM identities WHERE target = ? AND live = ?`},
		{&s.ending, `UPDATE runs SET ended = ?, complete = ?, version = ?, user = ?, digest = ?, requests = ?, writes = ?, why = ?,
			findings = ?, counts = ?, timeline = ? WHERE seq = ?`},
	} {
		var err error
		if *p.statement, err = conn.PrepareContext(ctx, p.text); err != nil {
			return nil, errors.Join(err, s.close())
		}
	}
	return s, nil
}

func (s *steps) close() error {
	var all error
	for _, statement := range []*sql.Stmt{s.open, s.done, s.undo, s.intent, s.outcome, s.sent, s.keepSent, s.identity, s.forget, s.ending} {
		if statement != nil {
			all = errors.Join(all, statement.Close())
		}
	}
	return all
}

// commit does all of a batch in one durable transaction, or nothing of it.
func (s *steps) commit(batch []write) error {
	if _, err := s.open.ExecContext(s.ctx); err != nil {
		return err
	}
	err := func() error {
		for _, w := range batch {
			if err := w.do(s); err != nil {
				return err
			}
		}
		_, err := s.done.ExecContext(s.ctx)
		return err
	}()
	if err != nil {
		// After some errors SQLite has rolled back by itself, and this one fails.
		_, _ = s.undo.ExecContext(s.ctx)
	}
	return err
}

// begin keeps an intent. From here until the outcome nobody knows what the server holds
// in the fields of an update: what they were last sent is forgotten, so that a lost
// answer never makes a later run believe that it need not send them.
func (s *steps) begin(l *Log, a schema.Action) error {
	if _, err := s.intent.ExecContext(s.ctx, l.run, a.N, time.Now().UnixNano()); err != nil {
		return err
	}
	if a.Op != schema.OpUpdate || len(a.Changes) == 0 {
		return nil
	}
	old, err := s.lastSent(l.target, a.Have.ID)
	if err != nil || len(old) == 0 {
		return err
	}
	kept := make(sentFields, 0, len(old))
	for name, sum := range old.all() {
		if !changes(a, name) {
			kept = kept.add(name, sum)
		}
	}
	_, err = s.keepSent.ExecContext(s.ctx, []byte(kept), l.target, a.Have.ID)
	return err
}

func changes(a schema.Action, name string) bool {
	for _, c := range a.Changes {
		if c.Field.String() == name {
			return true
		}
	}
	return false
}

func (s *steps) end(l *Log, row []any, learned learned) error {
	if _, err := s.outcome.ExecContext(s.ctx, row...); err != nil {
		return err
	}
	switch {
	case learned.id == 0:
		return nil
	case learned.gone:
		_, err := s.forget.ExecContext(s.ctx, l.target, learned.id)
		return err
	}
	if !learned.all {
		old, err := s.lastSent(l.target, learned.id)
		if err != nil {
			return err
		}
		learned.sent = old.merge(learned.sent)
	}
	k := learned.key
	_, err := s.identity.ExecContext(s.ctx, l.target, learned.id, string(k.Type), k.Origin, k.Region, k.Name, []byte(learned.sent))
	return err
}

// lastSent reads what a live integration was last sent; nothing where it is not known.
func (s *steps) lastSent(target, id int64) (sentFields, error) {
	var sent sentFields
	err := s.sent.QueryRowContext(s.ctx, target, id).Scan((*[]byte)(&sent))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return sent, err
}

func (s *steps) finish(l *Log, run schema.Run) error {
	counts, err := countRun(s.ctx, s.conn, l.run)
	if err != nil {
		return err
	}
	texts, err := marshal(counts, findingsOut(run.Findings, l.mask), run.Timeline)
	if err != nil {
		return err
	}
	_, err = s.ending.ExecContext(s.ctx, stamp(run.Ended), run.Complete, run.Version, run.User, run.Digest, run.Requests, run.Writes,
		l.mask.Hide(run.Why), texts[1], texts[0], texts[2], l.run)
	return err
}
