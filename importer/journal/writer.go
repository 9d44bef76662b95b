package journal

import (
	"context"
	"database/sql"
	"errors"
)

// writer puts batches into the file, through one connection. Only the goroutine of its
// log uses it.
type writer struct {
	ctx                    context.Context
	conn                   *sql.Conn
	run                    int64
	step, open, done, undo *sql.Stmt
}

func newWriter(ctx context.Context, conn *sql.Conn, run int64) (*writer, error) {
	w := &writer{ctx: ctx, conn: conn, run: run}
	for _, p := range []struct {
		statement **sql.Stmt
		text      string
	}{
		{&w.step, `INSERT INTO steps (run, events, lessons) VALUES (?, ?, ?)`},
		{&w.open, `BEGIN IMMEDIATE`},
		{&w.done, `COMMIT`},
		{&w.undo, `ROLLBACK`},
	} {
		var err error
		if *p.statement, err = conn.PrepareContext(ctx, p.text); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	return w, nil
}

func (w *writer) close() error {
	var all error
	for _, statement := range []*sql.Stmt{w.step, w.open, w.done, w.undo} {
		if statement != nil {
			all = errors.Join(all, statement.Close())
		}
	}
	return errors.Join(all, w.conn.Close())
}

// commit does all of a batch in one durable transaction, or nothing of it.
func (w *writer) commit(b *batch) error {
	if len(b.works) == 0 {
		return w.append(b) // one statement is a transaction by itself
	}
	if _, err := w.open.ExecContext(w.ctx); err != nil {
		return err
	}
	err := func() error {
		if err := w.append(b); err != nil {
			return err
		}
		for _, work := range b.works {
			if err := work(w.conn); err != nil {
				return err
			}
		}
		_, err := w.done.ExecContext(w.ctx)
		return err
	}()
	if err != nil {
		// After some errors SQLite has rolled back by itself, and this one fails.
		_, _ = w.undo.ExecContext(w.ctx)
	}
	return err
}

// append adds the events of a batch, where it has any.
func (w *writer) append(b *batch) error {
	if len(b.events) == 0 {
		return nil
	}
	_, err := w.step.ExecContext(w.ctx, w.run, string(b.events), text(b.lessons))
	return err
}
