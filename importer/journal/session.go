package journal

import (
	"context"
	"database/sql"
	"errors"
)

// session is one connection to the state, for one goroutine at a time. It prepares each
// statement once.
type session struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

func (j *Journal) newSession(ctx context.Context) (*session, error) {
	conn, err := j.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &session{conn: conn, prepared: make(map[string]*sql.Stmt)}, nil
}

func (s *session) transact(ctx context.Context, do func() error) error {
	tx, err := s.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(); err != nil {
		_ = tx.Rollback() // after some errors the database has done so already
		return err
	}
	return tx.Commit()
}

func (s *session) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, done := s.prepared[query]; done {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(ctx, query)
	if err == nil {
		s.prepared[query] = stmt
	}
	return stmt, err
}

func (s *session) exec(ctx context.Context, query string, args ...any) error {
	stmt, err := s.prepare(ctx, query)
	if err != nil {
		return err
	}
	_, err = stmt.ExecContext(ctx, args...)
	return err
}

func (s *session) get(ctx context.Context, query string, args []any, into ...any) error {
	stmt, err := s.prepare(ctx, query)
	if err != nil {
		return err
	}
	return stmt.QueryRowContext(ctx, args...).Scan(into...)
}

func (s *session) close() error {
	var all error
	for _, stmt := range s.prepared {
		all = errors.Join(all, stmt.Close())
	}
	return errors.Join(all, s.conn.Close())
}

// queryer is a database, a connection, or a transaction.
type queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func eachRow(ctx context.Context, from queryer, visit func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := from.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := visit(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
