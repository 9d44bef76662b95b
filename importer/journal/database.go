package journal

import (
	"bytes"
	"context"
	"database/sql"
	"errors"

	"github.com/go-json-experiment/json"
)

// database is a transaction, or a connection in one.
type database interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// eachRow visits the rows that a query gives.
func eachRow(ctx context.Context, db database, visit func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := db.QueryContext(ctx, query, args...)
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

// eachLine visits the lines of JSON in the one column that a query gives.
func eachLine[T any](ctx context.Context, db database, visit func(T) error, query string, args ...any) error {
	return eachRow(ctx, db, func(rows *sql.Rows) error {
		var lines sql.RawBytes
		if err := rows.Scan(&lines); err != nil {
			return err
		}
		for line := range bytes.Lines(lines) {
			var value T
			if err := json.Unmarshal(line, &value); err != nil {
				return err
			}
			if err := visit(value); err != nil {
				return err
			}
		}
		return nil
	}, query, args...)
}
