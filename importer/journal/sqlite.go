package journal

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
	"modernc.org/sqlite" // the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed tables.sql
var tables string

const (
	applicationID = 0x47494A42 // marks SQLite files as state files: "GIJB"

	// layout is the version of the tables. 1 to 10 were never released.
	layout = 11

	// busyTimeout is how long other processes are waited for, whose longest transaction
	// is the plan of a very large run.
	busyTimeout = 30 * time.Second

	// checkedSize is the size in bytes up to which a file is checked as a whole when it
	// is opened. A check of a larger file would take seconds at the start of every run:
	// there, damage is found when it is read.
	checkedSize = 4 << 20
)

// sqliteBackend is a state file.
type sqliteBackend struct {
	db    *sql.DB
	clock Clock
	path  string
	file  fs.FileInfo // what was opened there
}

func (s sqliteBackend) newSession(ctx context.Context) (session, error) {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &sqliteSession{backend: s, conn: conn, prepared: make(map[string]*sql.Stmt)}, nil
}

func (s sqliteBackend) snapshot() *sql.TxOptions               { return &sql.TxOptions{ReadOnly: true} }
func (s sqliteBackend) boot() (id string, since time.Duration) { return s.clock.Boot() }

// running has nothing to add to the lock files.
func (s sqliteBackend) running(context.Context) (map[string]Holder, error) { return nil, nil }

// pruneClaims has nothing to remove: processes share no fleet through a file.
func (s sqliteBackend) pruneClaims(context.Context, time.Time) error { return nil }

func openSQLite(ctx context.Context, path string, o Options) (*sql.DB, error) {
	if _, err := os.Stat(path); o.Existing && errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Kind: KindMissing}
	}
	if err := makeFile(path); err != nil {
		return nil, err
	}
	db, err := openExisting(path, busyTimeout, "synchronous(FULL)", "foreign_keys(1)")
	if err != nil {
		return nil, err
	}
	if err := prepareFile(ctx, db, path, o.Key); err != nil {
		_ = db.Close()
		return nil, err
	}
	return db, nil
}

// makeFile makes the file for its owner only; SQLite gives its side files the same mode.
// An existing one is not opened here: closing it would release the locks that SQLite may
// hold on it elsewhere in this process.
func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return file.Close()
	}
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return &Error{Kind: KindDirectory}
	case !info.Mode().IsRegular():
		return &Error{Kind: KindIrregular}
	}
	return nil
}

// openExisting opens a file that exists, with pragmas for each connection.
func openExisting(path string, timeout time.Duration, pragmas ...string) (*sql.DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	abs = filepath.ToSlash(abs)
	if !strings.HasPrefix(abs, "/") {
		abs = "/" + abs // a Windows drive
	}
	settings := url.Values{"mode": {"rw"}, "_txlock": {"immediate"},
		"_pragma": append(pragmas, fmt.Sprintf("busy_timeout(%d)", timeout.Milliseconds()))}
	// A URL, because ? and % may be in the path.
	return sql.Open("sqlite", (&url.URL{Scheme: "file", Path: abs, RawQuery: settings.Encode()}).String())
}

func prepareFile(ctx context.Context, db *sql.DB, path, users string) error {
	conn, err := db.Conn(ctx) // a pragma applies to one connection
	if err != nil {
		return err
	}
	defer conn.Close()
	isNew, err := checkFile(ctx, conn, path)
	if err != nil {
		return err
	}
	// A copy from a backup may have another mode, and another journal.
	if err := os.Chmod(path, 0o600); err != nil {
		return err
	}
	var mode string
	if err := conn.QueryRowContext(ctx, `PRAGMA journal_mode`).Scan(&mode); err != nil || !isNew && mode == "wal" {
		return err
	}
	return initFile(ctx, conn, path, users)
}

// checkFile reports whether the file is new, and refuses one that is not a state file, before it is changed.
func checkFile(ctx context.Context, conn *sql.Conn, path string) (isNew bool, err error) {
	var id, version, tables int
	err = conn.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)`).Scan(&id, &version, &tables)
	switch {
	case err != nil:
		return false, err
	case id == 0 && version == 0 && tables == 0:
		return true, nil
	case id != applicationID:
		return false, &Error{Kind: KindForeign, Err: errors.New("an SQLite file of another program")}
	}
	if err := checkLayout(version); err != nil {
		return false, err
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() > checkedSize {
		return false, err
	}
	var verdict string
	if err := conn.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return false, err
	}
	if verdict != "ok" {
		return false, damaged("%s", verdict)
	}
	return false, nil
}

func checkLayout(version int) error {
	versions := fmt.Errorf("layout %d; this gijbulk uses layout %d", version, layout)
	switch {
	case version < layout:
		return &Error{Kind: KindOlder, Err: versions}
	case version > layout:
		return &Error{Kind: KindNewer, Err: versions}
	}
	return nil
}

// initFile sets up a new file. SQLite does not wait for another process that switches the
// file to WAL at the same time, so a lock does.
func initFile(ctx context.Context, conn *sql.Conn, path, users string) (err error) {
	lock := flock.New(path+".lock", flock.SetPermissions(0o600))
	wait, cancel := context.WithTimeout(ctx, busyTimeout)
	defer cancel()
	if _, err := lock.TryLockContext(wait, lockInterval); errors.Is(err, context.DeadlineExceeded) {
		return &Error{Kind: KindBusy}
	} else if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Unlock()) }()
	// In this order: the first page that is written decides the kind of vacuum.
	for _, pragma := range []string{`auto_vacuum = INCREMENTAL`, `journal_mode = WAL`} {
		if _, err := conn.ExecContext(ctx, "PRAGMA "+pragma); err != nil {
			return err
		}
	}
	var tables int // another process may have been faster
	if err := conn.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_schema`).Scan(&tables); err != nil || tables > 0 {
		return err
	}
	return makeTables(ctx, conn, users)
}

func makeTables(ctx context.Context, conn *sql.Conn, users string) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	if _, err := tx.ExecContext(ctx, tables); err != nil {
		return err
	}
	name, value := newKey(users)
	if _, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ($1, $2)`, name, value); err != nil {
		return err
	}
	mark := fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = %d`, applicationID, layout)
	if _, err := tx.ExecContext(ctx, mark); err != nil {
		return err
	}
	return tx.Commit()
}

func sqliteErrorKind(err error) ErrorKind {
	var fault *sqlite.Error
	if !errors.As(err, &fault) {
		return KindOther
	}
	switch fault.Code() & 0xff { // without the extended part
	case sqlite3.SQLITE_FULL:
		return KindFull
	case sqlite3.SQLITE_IOERR:
		return KindIO
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return KindUnwritable
	case sqlite3.SQLITE_NOTADB:
		return KindForeign
	case sqlite3.SQLITE_CORRUPT:
		return KindDamaged
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return KindBusy
	}
	return KindOther
}

// shrink returns free pages to the disk, some at a time: other processes may be waiting
// to write.
func (s sqliteBackend) shrink(ctx context.Context) error {
	for before := -1; ; {
		var free int
		if err := s.db.QueryRowContext(ctx, `PRAGMA freelist_count`).Scan(&free); err != nil {
			return err
		}
		if free == 0 || free == before {
			break
		}
		before = free
		if _, err := s.db.ExecContext(ctx, `PRAGMA incremental_vacuum(4096)`); err != nil {
			return err
		}
	}
	_, err := s.db.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
	return err
}

// listTimeout is how long ListRuns waits for other processes.
const listTimeout = 200 * time.Millisecond

// ListRuns lists the runs of a state as [Journal.Runs] does, for the completion of a
// command line: it makes no file, changes nothing and hardly waits for other processes.
// The error is an *Error.
func ListRuns(ctx context.Context, path string) (_ []RunSummary, err error) {
	j := &Journal{path: path}
	defer j.wrap(&err, "list the runs")
	if IsDatabase(path) {
		if err := j.openBackend(ctx, Options{Existing: true}); err != nil {
			return nil, err
		}
		defer j.db.Close()
		return j.Runs(ctx)
	}
	if j.db, err = openExisting(path, listTimeout, "query_only(1)"); err != nil {
		return nil, err
	}
	defer j.db.Close()
	j.backend = sqliteBackend{db: j.db}
	conn, err := j.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	isNew, err := checkFile(ctx, conn, path)
	if err := errors.Join(err, conn.Close()); err != nil || isNew {
		return nil, err
	}
	return j.Runs(ctx)
}
