package journal

import (
	"context"
	"database/sql"
)

// Journal is an open state. Several processes may have the same file open.
type Journal struct {
	path  string
	db    *sql.DB
	clock Clock
	key   []byte // of the hashes of secrets
}

// Open opens the state file and makes it, with its folder, where it is missing: both for
// their owner only. The error is an *Error.
func Open(path string, clock Clock) (_ *Journal, err error) {
	j := &Journal{path: path, clock: clock.orMachine()}
	defer j.wrap(&err, "")
	if j.db, err = openSQLite(context.Background(), path); err != nil {
		return nil, err
	}
	if err := j.db.QueryRow(`SELECT value FROM meta WHERE name = 'hash key'`).Scan(&j.key); err != nil {
		_ = j.db.Close()
		return nil, err
	}
	return j, nil
}

// Path is the state file's, as it was given to Open.
func (j *Journal) Path() string { return j.path }

// Close closes the state. Every Log must have been closed before.
func (j *Journal) Close() (err error) {
	defer j.wrap(&err, "close")
	return j.db.Close()
}
