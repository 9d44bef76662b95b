package journal

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"time"
)

// Journal is an open state. Several processes may have the same one open.
type Journal struct {
	path    string
	db      *sql.DB
	backend backend
	clock   Clock
	key     []byte // of the hashes of secrets
}

// Options say how a state is opened.
type Options struct {
	// Clock is the source of the time. Without a Boot of its own, that is the machine's, and the
	// database's where the state is shared.
	Clock Clock

	Key      string // of the hashes of secrets, kept by the users; "": the state has its own
	Existing bool   // a state that is not there is an error of KindMissing, and is not made
}

// backend is what the databases do differently.
type backend interface {
	newSession(context.Context) (session, error)

	// snapshot has the options of a transaction that reads one state of a run that may be running.
	snapshot() *sql.TxOptions

	// shrink returns to the disk what deleted rows occupied.
	shrink(context.Context) error

	pruneClaims(ctx context.Context, before time.Time) error

	// boot is the clock of the intents, to compare them with.
	boot() (id string, since time.Duration)

	// running are the runs that hold a lock of the state's own, on any machine.
	running(context.Context) (map[string]Holder, error)
}

// Open opens a state, and makes it where it is missing: a file, with its folder, for their
// owner only, or the tables in the database that a URL names. The error is an *Error.
func Open(ctx context.Context, path string, o Options) (_ *Journal, err error) {
	j := &Journal{path: path, clock: o.Clock.orMachine()}
	defer j.wrap(&err, "")
	if err := checkUsersKey(o.Key); err != nil {
		return nil, err
	}
	if err := j.openBackend(ctx, o); err != nil {
		return nil, err
	}
	if j.key, err = readKey(ctx, j.db, o.Key); err != nil {
		return nil, errors.Join(err, j.db.Close())
	}
	return j, nil
}

func (j *Journal) openBackend(ctx context.Context, o Options) error {
	if IsDatabase(j.path) {
		database, err := openPostgres(ctx, j.path, o)
		if err == nil {
			j.backend, j.db = database, database.db
		}
		return err
	}
	db, err := openSQLite(ctx, j.path, o)
	if err != nil {
		return err
	}
	file, err := os.Stat(j.path)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	j.backend, j.db = sqliteBackend{db, j.clock, j.path, file}, db
	return nil
}

// Path is the state's, as it was given to Open.
func (j *Journal) Path() string { return j.path }

// Boot is the clock of the intents: which boot of which machine this is, and the time since then.
func (j *Journal) Boot() (id string, since time.Duration) { return j.backend.boot() }

// Close closes the state. Every Log must have been closed before.
func (j *Journal) Close() (err error) {
	defer j.wrap(&err, "close")
	return j.db.Close()
}
