package sandbox

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite" // also the driver "sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

const (
	// applicationID marks SQLite files as ours: "GIJS".
	applicationID = 0x47494A53
	// dataVersion is the layout of the file, kept in its user_version.
	dataVersion = 2
	// AUTOINCREMENT, because ids are not used again after a delete and a restart either. Layout 1 had no repositories.
	dataSchema = `CREATE TABLE IF NOT EXISTS integration (id INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL);
		CREATE TABLE IF NOT EXISTS repository (id INTEGER PRIMARY KEY AUTOINCREMENT, tracked INTEGER NOT NULL, record TEXT NOT NULL)`
)

// dataFile is the SQLite file that outlives the server. It holds each record whole, as JSON, secrets included.
type dataFile struct {
	path string
	db   *sql.DB
}

// openDataFile opens or makes the file, for its owner only. A file that is not one of ours is left as it is.
func openDataFile(path string) (_ *dataFile, err error) {
	// Only a new file is opened here: closing one that SQLite has open elsewhere in this process would free its locks.
	created, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		err = created.Close()
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("data file: %w", err)
	}
	db, err := sql.Open("sqlite", dataSource(path))
	if err != nil {
		return nil, fmt.Errorf("data file %s: %w", path, err)
	}
	defer func() {
		if err != nil {
			db.Close()
			err = fmt.Errorf("data file %s: %w", path, err)
		}
	}()
	db.SetMaxOpenConns(1) // what a pragma sets holds for its connection
	if err := identify(db); err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, err
	}
	if err := prepare(db); err != nil {
		return nil, err
	}
	return &dataFile{path: path, db: db}, nil
}

// dataSource is a URL, because ? and % may be in the path.
func dataSource(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	slashed := filepath.ToSlash(abs)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a Windows drive
	}
	return (&url.URL{Scheme: "file", Path: slashed}).String()
}

// identify reads whose file it is, before anything is written to it.
func identify(db *sql.DB) error {
	var id, version, tables int
	row := db.QueryRow(`SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version),
		(SELECT count(*) FROM sqlite_master)`)
	if err := row.Scan(&id, &version, &tables); err != nil {
		return explain(err)
	}
	switch {
	case id == 0 && version == 0 && tables == 0:
		return nil // new
	case id != applicationID:
		return errors.New("is an SQLite file of another program; name another file")
	case version > dataVersion:
		return fmt.Errorf("has layout %d, this version supports up to %d; name another file", version, dataVersion)
	}
	var verdict string
	if err := db.QueryRow(`PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return explain(err)
	}
	if verdict != "ok" {
		return fmt.Errorf("is damaged (%s); name another file", verdict)
	}
	return nil
}

// explain puts what SQLite says into words that tell what to do.
func explain(err error) error {
	var fault *sqlite.Error
	if !errors.As(err, &fault) {
		return err
	}
	switch fault.Code() & 0xff { // without the extended part
	case sqlite3.SQLITE_BUSY:
		return fmt.Errorf("is in use by another sandbox: %w", err)
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fmt.Errorf("is not a sandbox's data file, or damaged; name another file: %w", err)
	}
	return err
}

// prepare takes the file for this process alone and makes the tables that are not there. Losing the last moments when the
// machine dies is fine for a sandbox, so a write need not wait for the disk.
func prepare(db *sql.DB) error {
	for _, pragma := range []string{`locking_mode = EXCLUSIVE`, `journal_mode = WAL`, `synchronous = NORMAL`} {
		if _, err := db.Exec("PRAGMA " + pragma); err != nil {
			return explain(err)
		}
	}
	tx, err := db.BeginTx(context.Background(), nil)
	if err != nil {
		return explain(err)
	}
	defer tx.Rollback()
	if _, err := tx.Exec(dataSchema); err != nil {
		return explain(err)
	}
	// Written each time: only a write takes the lock for good.
	if _, err := tx.Exec(fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = %d`, applicationID, dataVersion)); err != nil {
		return explain(err)
	}
	return tx.Commit()
}

func (f *dataFile) load() ([]storedRecord, int64, error) {
	var lastID int64
	if err := f.db.QueryRow(`SELECT coalesce(max(seq), 0) FROM sqlite_sequence`).Scan(&lastID); err != nil {
		return nil, 0, f.wrap(err)
	}
	rows, err := f.db.Query(`SELECT id, record, 0 FROM integration UNION ALL SELECT id, record, 1 FROM repository ORDER BY id`)
	if err != nil {
		return nil, 0, f.wrap(err)
	}
	defer rows.Close()
	var records []storedRecord
	for rows.Next() {
		var id int64
		var text []byte
		var isRepository bool
		if err := rows.Scan(&id, &text, &isRepository); err != nil {
			return nil, 0, f.wrap(err)
		}
		kind, r := "integration", storedRecord(new(Integration))
		if isRepository {
			kind, r = "repository", new(Repository)
		}
		if err := json.Unmarshal(text, r); err != nil || r.connection().ID != id {
			return nil, 0, f.wrap(fmt.Errorf("%s %d is not readable; name another file", kind, id))
		}
		records = append(records, r)
	}
	return records, lastID, f.wrap(rows.Err())
}

func (f *dataFile) save(records ...storedRecord) error {
	return f.transact(func(tx *sql.Tx) error {
		for _, r := range records {
			if err := put(tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *dataFile) delete(id int64) error {
	return f.transact(func(tx *sql.Tx) error {
		if _, err := tx.Exec(`DELETE FROM integration WHERE id = ?`, id); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM repository WHERE id = ?1 OR tracked = ?1`, id)
		return err
	})
}

func (f *dataFile) transact(work func(*sql.Tx) error) error {
	tx, err := f.db.Begin()
	if err != nil {
		return f.wrap(err)
	}
	defer tx.Rollback()
	if err := work(tx); err != nil {
		return f.wrap(err)
	}
	return f.wrap(tx.Commit())
}

func put(tx *sql.Tx, r storedRecord) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if re, ok := r.(*Repository); ok {
		_, err = tx.Exec(`INSERT INTO repository (id, tracked, record) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record`,
			re.ID, re.TrackedFolderID, string(text))
	} else {
		_, err = tx.Exec(`INSERT INTO integration (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record`,
			r.connection().ID, string(text))
	}
	return err
}

func (f *dataFile) close() error { return f.wrap(f.db.Close()) }

func (f *dataFile) wrap(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("data file %s: %w", f.path, explain(err))
}
