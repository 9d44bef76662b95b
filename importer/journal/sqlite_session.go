package journal

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"time"
)

// sqliteSession prepares each statement once.
type sqliteSession struct {
	backend  sqliteBackend
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
}

func (s *sqliteSession) transact(ctx context.Context, do func() error) error {
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

func (s *sqliteSession) prepare(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, done := s.prepared[query]; done {
		return stmt, nil
	}
	stmt, err := s.conn.PrepareContext(ctx, query)
	if err == nil {
		s.prepared[query] = stmt
	}
	return stmt, err
}

func (s *sqliteSession) exec(ctx context.Context, query string, args ...any) error {
	stmt, err := s.prepare(ctx, query)
	if err != nil {
		return err
	}
	_, err = stmt.ExecContext(ctx, args...)
	return err
}

func (s *sqliteSession) get(ctx context.Context, query string, args []any, into ...any) error {
	stmt, err := s.prepare(ctx, query)
	if err != nil {
		return err
	}
	return stmt.QueryRowContext(ctx, args...).Scan(into...)
}

// lockTarget has nothing to do: the lock files exclude all runs that could have this file open.
func (s *sqliteSession) lockTarget(context.Context, string, int, int, Holder) error { return nil }

// fence finds a file that is no longer there: what is written to it goes nowhere.
func (s *sqliteSession) fence(context.Context) (boot string, since time.Duration, err error) {
	file, err := os.Stat(s.backend.path)
	if err != nil || !os.SameFile(file, s.backend.file) {
		return "", 0, &Error{Kind: KindVanished}
	}
	boot, since = s.backend.boot()
	return boot, since, nil
}

// continueNumbers has nothing to do: a new number is above all that are there.
func (s *sqliteSession) continueNumbers(context.Context) error { return nil }

func (s *sqliteSession) close() error {
	var all error
	for _, stmt := range s.prepared {
		all = errors.Join(all, stmt.Close())
	}
	return errors.Join(all, s.conn.Close())
}
