package journal

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/gofrs/flock"
)

// applicationID marks SQLite files as state files: "GIJB".
const applicationID = 0x47494A42

// migrations bring a file from one layout to the next; its user_version counts those
// that have been applied. One that was published is never changed. Times are
// nanoseconds since 1970, UTC, and NULL where they are not known.
var migrations = []string{
	`
CREATE TABLE meta (
	name  TEXT PRIMARY KEY,
	value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE targets (
	id  INTEGER PRIMARY KEY,
	url TEXT NOT NULL UNIQUE -- normalised
) STRICT;

CREATE TABLE runs (
	seq      INTEGER PRIMARY KEY,
	id       TEXT NOT NULL UNIQUE,
	target   INTEGER NOT NULL REFERENCES targets (id),
	base_url TEXT NOT NULL, -- the target as the run names it
	command  TEXT NOT NULL,
	version  TEXT NOT NULL,
	user     TEXT NOT NULL,
	dry_run  INTEGER NOT NULL,
	digest   TEXT NOT NULL,
	started  INTEGER,
	ended    INTEGER,          -- NULL while it runs, and after a death
	complete INTEGER NOT NULL,
	requests INTEGER NOT NULL,
	writes   INTEGER NOT NULL,
	why      TEXT NOT NULL,
	counts   TEXT,             -- {status: number}, once it has ended
	files    TEXT NOT NULL,    -- [name]
	findings TEXT NOT NULL,    -- [finding]
	headers  TEXT NOT NULL,    -- [[column]]: the headers of its tables, which records refer to
	options  TEXT,             -- the command's own
	live     TEXT NOT NULL     -- [id]: on the server before the run
) STRICT;

CREATE TABLE actions (
	run     INTEGER NOT NULL REFERENCES runs (seq),
	n       INTEGER NOT NULL,
	op      TEXT NOT NULL,
	want    TEXT, -- record
	have    TEXT, -- record
	changes TEXT, -- [change]
	reason  TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX actions_of_run ON actions (run, n, op);

CREATE TABLE outcomes (
	run      INTEGER NOT NULL REFERENCES runs (seq),
	n        INTEGER NOT NULL,
	intents  INTEGER NOT NULL,            -- begun since the last outcome
	begun    INTEGER,                     -- the last of them
	started  INTEGER,
	status   TEXT NOT NULL DEFAULT '',    -- '' before the first outcome
	class    TEXT NOT NULL DEFAULT '',
	stop     TEXT NOT NULL DEFAULT '',
	live     INTEGER NOT NULL DEFAULT 0,  -- id on the server
	attempts INTEGER NOT NULL DEFAULT 0,
	http     INTEGER NOT NULL DEFAULT 0,
	passing  INTEGER NOT NULL DEFAULT 0,
	waited   INTEGER NOT NULL DEFAULT 0,
	error    TEXT NOT NULL DEFAULT '',
	advice   TEXT NOT NULL DEFAULT '',
	took     INTEGER NOT NULL DEFAULT 0,  -- ns
	seen     TEXT,                        -- {have, changes}, where they are not those of the plan
	PRIMARY KEY (run, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE identities (
	target INTEGER NOT NULL REFERENCES targets (id),
	live   INTEGER NOT NULL, -- id on the server
	type   TEXT NOT NULL,
	origin TEXT NOT NULL,
	region TEXT NOT NULL,
	name   TEXT NOT NULL,
	sent   BLOB NOT NULL,    -- keyed hashes of what was last sent
	PRIMARY KEY (target, live),
	UNIQUE (target, type, origin, region, name)
) STRICT, WITHOUT ROWID;
`,
	`ALTER TABLE runs ADD COLUMN timeline TEXT NOT NULL DEFAULT '{}'; -- once it has ended`,
	`
ALTER TABLE runs ADD COLUMN manifest TEXT NOT NULL DEFAULT '';  -- its digest
ALTER TABLE runs ADD COLUMN shard INTEGER NOT NULL DEFAULT 0;   -- from 1
ALTER TABLE runs ADD COLUMN shards INTEGER NOT NULL DEFAULT 0;  -- 0: the work was not split
`,
	// What happens is appended, and what it adds up to is worked out when it is read: one
	// row a commit is what a log at full speed can afford. Identities are what all steps up
	// to their target's last folded one add up to.
	`
CREATE TABLE steps (
	seq     INTEGER PRIMARY KEY, -- in the order in which they happened, of all runs
	run     INTEGER NOT NULL REFERENCES runs (seq),
	events  TEXT NOT NULL,       -- event, one a line
	lessons TEXT                 -- lesson, one a line
) STRICT;
CREATE INDEX steps_of_run ON steps (run);

ALTER TABLE targets ADD COLUMN folded INTEGER NOT NULL DEFAULT 0; -- the last step that is in its identities

WITH RECURSIVE
	times (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM times WHERE i < (SELECT max(intents) FROM outcomes)),
	happened (run, n, i, event) AS (
		SELECT run, n, 0, rtrim(json_object('n', n, 'started', coalesce(started, 0), 'status', status, 'class', class, 'stop', stop, 'id', live,
			'attempts', attempts, 'http', http, 'passing', json(iif(passing, 'true', 'false')), 'waited', json(iif(waited, 'true', 'false')),
			'error', error, 'advice', advice, 'took', took), '}') || coalesce(',"seen":' || seen, '') || '}'
		FROM outcomes WHERE status <> ''
		UNION ALL
		SELECT run, n, i, json_object('n', n, 'begun', iif(i = 1 AND status = '', started, begun))
		FROM outcomes JOIN times ON i <= intents
	)
INSERT INTO steps (run, events) SELECT run, event FROM happened ORDER BY run, n, i;
UPDATE targets SET folded = coalesce((SELECT max(seq) FROM steps), 0);
DROP TABLE outcomes;
`,
	// A plan is written once and read whole: many actions share a row, as events do.
	`
CREATE TABLE plans (
	seq     INTEGER PRIMARY KEY, -- the parts of a run's plan in their order
	run     INTEGER NOT NULL REFERENCES runs (seq),
	actions TEXT NOT NULL        -- action, one a line
) STRICT;
CREATE INDEX plans_of_run ON plans (run);
INSERT INTO plans (run, actions) SELECT run, '{"n":' || n || ',"op":' || json_quote(op) || coalesce(',"want":' || want, '')
	|| coalesce(',"have":' || have, '') || coalesce(',"changes":' || changes, '') || ',"reason":' || json_quote(reason) || '}'
	FROM actions ORDER BY run, n;
DROP TABLE actions;
`,
	// The lesson of a create leaves to the plan what that says already. An older gijbulk
	// would take it for one without an identity.
	`SELECT 1`,
}

// countedLayout is the first layout in which a run's actions can be counted by what became
// of them.
const countedLayout = 5

// wholeCheck is the size in bytes up to which a file is read whole when it is opened.
// Beyond it the check would cost seconds at the start of every run: there a damaged page
// shows when it is first read or written.
const wholeCheck = 4 << 20

// identify finds out whose file it is, before anything is written to it.
func identify(ctx context.Context, conn *sql.Conn, path string) error {
	var id, version, tables int
	row := conn.QueryRowContext(ctx, `SELECT (SELECT application_id FROM pragma_application_id),
		(SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)`)
	if err := row.Scan(&id, &version, &tables); err != nil {
		return err
	}
	switch {
	case id == 0 && version == 0 && tables == 0:
		return nil // new
	case id != applicationID:
		return flaw{"it is an SQLite file of another program", hintOther}
	case version > len(migrations):
		return flaw{fmt.Sprintf("it has layout %d, and this gijbulk knows %d", version, len(migrations)),
			"use the newer gijbulk that wrote it, or name another file with --state"}
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() > wholeCheck {
		return err
	}
	var verdict string
	if err := conn.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return flaw{"it is damaged: " + verdict, hintDamaged}
	}
	return nil
}

// prepare brings the file to the present layout. Two processes that turn a new file to
// WAL at once get in each other's way, and SQLite does not wait there: a lock does.
func prepare(ctx context.Context, conn *sql.Conn, path string) (err error) {
	var version int
	var mode string
	row := conn.QueryRowContext(ctx, `SELECT (SELECT user_version FROM pragma_user_version), (SELECT journal_mode FROM pragma_journal_mode)`)
	if err := row.Scan(&version, &mode); err != nil || version == len(migrations) && mode == "wal" {
		return err
	}
	alone := flock.New(path+".lock", flock.SetPermissions(0o600))
	wait, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if _, err := alone.TryLockContext(wait, lockEvery); errors.Is(err, context.DeadlineExceeded) {
		return flaw{"another process has been preparing it for long", hintBusy}
	} else if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, alone.Unlock()) }()
	// In this order: the kind of vacuum is fixed by the first page that is written.
	for _, pragma := range []string{`auto_vacuum = INCREMENTAL`, `journal_mode = WAL`} {
		if _, err := conn.ExecContext(ctx, "PRAGMA "+pragma); err != nil {
			return err
		}
	}
	return migrate(ctx, conn)
}

func migrate(ctx context.Context, conn *sql.Conn) error {
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var version int // read again: another process may have been faster
	if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&version); err != nil || version >= len(migrations) {
		return err
	}
	for _, statements := range migrations[version:] {
		if _, err := tx.ExecContext(ctx, statements); err != nil {
			return err
		}
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	if _, err := tx.ExecContext(ctx, `INSERT OR IGNORE INTO meta VALUES ('hash key', ?)`, key); err != nil {
		return err
	}
	mark := fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = %d`, applicationID, len(migrations))
	if _, err := tx.ExecContext(ctx, mark); err != nil {
		return err
	}
	return tx.Commit()
}
