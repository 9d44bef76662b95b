package journal

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// session is one connection to the state, for one goroutine at a time.
type session interface {
	// transact runs do in a transaction, which is durable when transact returns nil.
	transact(ctx context.Context, do func() error) error

	// exec may delay a statement, and its error, until the next get or the end of the transaction.
	exec(ctx context.Context, query string, args ...any) error
	get(ctx context.Context, query string, args []any, into ...any) error

	// lockTarget tries once to lock a target, or a shard of it, for all machines that share the
	// state. The error is a *Held while another run has it. The lock ends with the session.
	lockTarget(ctx context.Context, target string, shard, of int, by Holder) error

	// fence comes before intents in their transaction: an error means that the lock, or the state, was
	// lost. It returns the moment by the clock of the intents.
	fence(ctx context.Context) (boot string, since time.Duration, err error)

	// continueNumbers follows rows that came with their numbers, which new ones must not get again.
	continueNumbers(ctx context.Context) error

	close() error
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
