package journal

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"gijbulk/schema"
)

// locksTable says who took a lock last. Only the advisory locks themselves exclude: they end with the
// connection that took them.
const locksTable = `
CREATE TABLE locks (
	key     BIGINT PRIMARY KEY, -- of the advisory lock that excludes all others
	target  TEXT NOT NULL,      -- normalised
	shards  BIGINT NOT NULL,    -- 0 or 1: its work is not split
	backend BIGINT NOT NULL,    -- the process of the server for the connection that holds it
	run     TEXT NOT NULL,
	host    TEXT NOT NULL,
	pid     BIGINT NOT NULL,
	since   BIGINT
);`

// isOurLock are the exclusive locks of a state, and lockOfRow is the key of a row of pg_locks.
const (
	isOurLock = `locktype = 'advisory' AND objsubid = 1 AND granted AND mode = 'ExclusiveLock'
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	lockOfRow = `((classid::bigint << 32) | objid::bigint)`
)

const heldLocks = `SELECT locks.run, locks.host, locks.pid, locks.since FROM locks JOIN pg_locks ON pg_locks.pid = locks.backend AND ` + lockOfRow + ` = locks.key
	WHERE ` + isOurLock

func lockKey(of string) int64 {
	hash := sha256.Sum256([]byte("gijbulk: " + of))
	return int64(binary.BigEndian.Uint64(hash[:]))
}

// lockTarget tries once, as Locks.Lock does with files: the lock of the target is exclusive for a
// whole run and shared among shards, which each have one of their own.
func (s *postgresSession) lockTarget(ctx context.Context, target string, shard, of int, by Holder) error {
	err := s.tryTarget(ctx, target, shard, of, by)
	if _, held := errors.AsType[*Held](err); held {
		return cmp.Or(s.showWaiting(ctx, by.Run), err)
	}
	return cmp.Or(err, s.hideWaiting(ctx, by.Run))
}

func (s *postgresSession) tryTarget(ctx context.Context, target string, shard, of int, by Holder) error {
	normal := schema.NormalURL(target)
	key, taken, err := s.tryLock(ctx, normal, shard, of)
	if err != nil {
		return err
	}
	if !taken {
		holder, _, err := s.findHolder(ctx, `locks.target = $1 ORDER BY locks.key = $2 DESC, locks.since`, normal, key)
		return s.unlock(ctx, err, &Held{Target: target, Holder: holder})
	}
	if err := s.recordHolder(ctx, key, normal, of, by); err != nil {
		return s.unlock(ctx, err, nil)
	}
	if of > 1 {
		// Shards of another split overlap. Of two runs that start at once, at least one sees the other.
		holder, found, err := s.findHolder(ctx, `locks.target = $1 AND locks.shards <> $2`, normal, of)
		if err != nil || found {
			return s.unlock(ctx, err, &Held{Target: target, Holder: holder})
		}
	}
	s.lock = &key
	return nil
}

func (s *postgresSession) tryLock(ctx context.Context, target string, shard, of int) (key int64, taken bool, err error) {
	whole := lockKey(target)
	if of < 2 {
		err = s.get(ctx, `SELECT pg_try_advisory_lock($1)`, []any{whole}, &taken)
		return whole, taken, err
	}
	key = lockKey(fmt.Sprintf("%s %d/%d", target, shard, of))
	err = s.get(ctx, `SELECT pg_try_advisory_lock_shared($1) AND pg_try_advisory_lock($2)`, []any{whole, key}, &taken)
	return key, taken, err
}

func (s *postgresSession) recordHolder(ctx context.Context, key int64, target string, of int, by Holder) error {
	return s.transact(ctx, func() error {
		return s.exec(ctx, `INSERT INTO locks (key, target, shards, backend, run, host, pid, since) VALUES ($1, $2, $3, pg_backend_pid(), $4, $5, $6, $7)
			ON CONFLICT (key) DO UPDATE SET backend = excluded.backend, run = excluded.run, host = excluded.host, pid = excluded.pid, since = excluded.since`,
			key, target, of, by.Run, by.Host, by.PID, timestamp(by.Since))
	})
}

func (s *postgresSession) findHolder(ctx context.Context, condition string, args ...any) (h Holder, found bool, err error) {
	err = s.get(ctx, heldLocks+` AND `+condition+` LIMIT 1`, args, &h.Run, &h.Host, &h.PID, (*timestamp)(&h.Since))
	if errors.Is(err, sql.ErrNoRows) {
		return h, false, nil
	}
	return h, err == nil, err
}

// unlock releases what a try has taken, and returns why.
func (s *postgresSession) unlock(ctx context.Context, err error, held *Held) error {
	var none string
	if unlocking := s.get(ctx, `SELECT pg_advisory_unlock_all()::text`, nil, &none); err == nil {
		err = unlocking
	}
	if err != nil || held == nil {
		return err
	}
	return held
}

func (p *postgresBackend) running(ctx context.Context) (map[string]Holder, error) {
	running := make(map[string]Holder)
	err := eachRow(ctx, p.db, func(rows *sql.Rows) error {
		var h Holder
		err := rows.Scan(&h.Run, &h.Host, &h.PID, (*timestamp)(&h.Since))
		running[h.Run] = h
		return err
	}, heldLocks)
	if err != nil {
		return nil, err
	}
	return running, p.addWaiting(ctx, running)
}

// addWaiting adds the runs without an end that wait for a lock.
func (p *postgresBackend) addWaiting(ctx context.Context, running map[string]Holder) error {
	locked := make(map[int64]bool)
	err := eachRow(ctx, p.db, func(rows *sql.Rows) error {
		var key int64
		err := rows.Scan(&key)
		locked[key] = true
		return err
	}, `SELECT `+lockOfRow+` FROM pg_locks WHERE `+isOurLock)
	if err != nil || len(locked) == 0 {
		return err
	}
	return eachRow(ctx, p.db, func(rows *sql.Rows) error {
		var run string
		err := rows.Scan(&run)
		if locked[waitingKey(run)] {
			running[run] = Holder{Run: run, Waiting: true}
		}
		return err
	}, `SELECT id FROM runs WHERE state IN ('`+string(StateRunning)+`', '`+string(StateInterrupted)+`')`)
}
