package journal

import (
	"context"
	"database/sql/driver"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// answerTimeout is how long the server may take for an answer. After it the connection is given up,
// and with it the lock that it holds.
const answerTimeout = 30 * time.Second

// batchLimit is how many statements wait at most to be sent at once.
const batchLimit = 1000

// postgresSession has a connection of its own, so that a lost one cannot be replaced unnoticed. The
// writes of a transaction travel together.
type postgresSession struct {
	conn  *pgx.Conn
	clock Clock
	batch pgx.Batch
	lock  *int64 // its key, once it is taken

	waiting bool // it has the lock that says so
}

func (s *postgresSession) transact(ctx context.Context, do func() error) error {
	s.batch.Queue("BEGIN")
	err := do()
	if err == nil {
		s.batch.Queue("COMMIT")
		err = s.flush(ctx)
	}
	if err != nil {
		s.batch = pgx.Batch{}
		ctx, cancel := context.WithTimeout(ctx, answerTimeout)
		defer cancel()
		_, _ = s.conn.Exec(ctx, "ROLLBACK") // a lost connection needs none
	}
	return err
}

func (s *postgresSession) exec(ctx context.Context, query string, args ...any) error {
	plain, err := plainValues(args)
	if err != nil {
		return err
	}
	s.batch.Queue(query, plain...)
	if s.batch.Len() >= batchLimit {
		return s.flush(ctx)
	}
	return nil
}

func (s *postgresSession) flush(ctx context.Context) error {
	if s.batch.Len() == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	batch := s.batch
	s.batch = pgx.Batch{}
	return orLost(s.conn, s.conn.SendBatch(ctx, &batch).Close())
}

// orLost says so where the connection is gone: the driver may only say that it cannot roll back.
func orLost(conn *pgx.Conn, err error) error {
	if err != nil && conn.IsClosed() {
		return &Error{Kind: KindConnection, Err: err}
	}
	return err
}

func (s *postgresSession) get(ctx context.Context, query string, args []any, into ...any) error {
	plain, err := plainValues(args)
	if err != nil {
		return err
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	return orLost(s.conn, s.conn.QueryRow(ctx, query, plain...).Scan(into...))
}

// fence refuses intents where this connection does not hold the lock: another run may have it.
func (s *postgresSession) fence(ctx context.Context) (boot string, since time.Duration, err error) {
	var now time.Duration
	held := true
	if s.lock == nil {
		err = s.get(ctx, `SELECT `+databaseNow, nil, &now)
	} else {
		err = s.get(ctx, `SELECT `+databaseNow+`, EXISTS (SELECT FROM pg_locks WHERE `+isOurLock+` AND `+lockOfRow+` = $1 AND pid = pg_backend_pid())`,
			[]any{*s.lock}, &now, &held)
	}
	if err != nil {
		return "", 0, err
	}
	if !held {
		return "", 0, &Error{Kind: KindLockLost}
	}
	if boot, since = s.clock.Boot(); strings.HasPrefix(boot, databasePrefix) {
		since = now // the clock of this process may have stood still
	}
	return boot, since, nil
}

func (s *postgresSession) continueNumbers(ctx context.Context) error {
	return s.exec(ctx, `SELECT setval(pg_get_serial_sequence('targets', 'id'), (SELECT max(id) FROM targets)),
		setval(pg_get_serial_sequence('runs', 'seq'), (SELECT max(seq) FROM runs))`)
}

func (s *postgresSession) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return s.conn.Close(ctx)
}

// plainValues are arguments as SQLite would store them: a text of PostgreSQL holds neither a zero byte
// nor a broken character.
func plainValues(args []any) ([]any, error) {
	plain := make([]any, len(args))
	for i, arg := range args {
		value, err := driver.DefaultParameterConverter.ConvertValue(arg)
		if err != nil {
			return nil, err
		}
		switch v := value.(type) {
		case bool:
			value = int64(0)
			if v {
				value = int64(1)
			}
		case string:
			value = strings.ReplaceAll(strings.ToValidUTF8(v, "\uFFFD"), "\x00", "\uFFFD")
		}
		plain[i] = value
	}
	return plain, nil
}
