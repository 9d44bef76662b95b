package journal

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// patience is how long other processes are waited for, whose longest transaction is the
// start of a very large run.
const patience = 30 * time.Second

// Journal is an open state file. Several processes may have the same file open.
type Journal struct {
	path string
	db   *sql.DB
	key  []byte // of the hashes of what was sent
}

// Open opens the state file and makes it, with its folder, where it is missing: the
// file for its owner only, and a new folder too. It brings an older file to the present
// layout. The error is an *Error.
func Open(path string) (*Journal, error) {
	j := &Journal{path: path}
	if err := j.open(); err != nil {
		return nil, j.trouble("", err)
	}
	return j, nil
}

// Path is the state file's, as it was given to Open.
func (j *Journal) Path() string { return j.path }

// Close closes the file. Every Log must have been closed before.
func (j *Journal) Close() error {
	if err := j.db.Close(); err != nil {
		return j.trouble("close it", err)
	}
	return nil
}

func (j *Journal) open() (err error) {
	if err := makeFile(j.path); err != nil {
		return err
	}
	// An fsync at every commit is the point of the file.
	source, err := dataSource(j.path, url.Values{"_pragma": {busyTimeout(patience), "synchronous(FULL)"}, "_txlock": {"immediate"}})
	if err != nil {
		return err
	}
	if j.db, err = sql.Open("sqlite", source); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = j.db.Close()
		}
	}()
	ctx := context.Background()
	conn, err := j.db.Conn(ctx) // what a pragma sets holds for its connection
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := identify(ctx, conn, j.path); err != nil {
		return err
	}
	if err := os.Chmod(j.path, 0o600); err != nil {
		return err
	}
	if err := prepare(ctx, conn, j.path); err != nil {
		return err
	}
	return conn.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'hash key'`).Scan(&j.key)
}

// makeFile makes the file, for its owner only: SQLite gives the same mode to those that
// it puts beside it. An existing one is not opened here, because closing it would free
// the locks that SQLite may hold on it elsewhere in this process.
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
		return flaw{"it is a directory", "name a file in it with --state"}
	case !info.Mode().IsRegular():
		return flaw{"it is no regular file", hintOther}
	}
	return nil
}

// busyTimeout is the pragma that waits this long for other processes.
func busyTimeout(wait time.Duration) string {
	return fmt.Sprintf("busy_timeout(%d)", wait.Milliseconds())
}

// dataSource names the file to the driver in a way that survives ? and % in its path.
func dataSource(path string, settings url.Values) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	slashed := filepath.ToSlash(abs)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a Windows drive
	}
	return (&url.URL{Scheme: "file", Path: slashed, RawQuery: settings.Encode()}).String(), nil
}
