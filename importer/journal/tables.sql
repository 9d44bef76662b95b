-- The tables of a state file. Times are nanoseconds since 1970 (UTC), NULL where they are not
-- known. Columns that are marked JSON hold one document, NULL where there is nothing to say.

CREATE TABLE meta (
	name  TEXT PRIMARY KEY,
	value BLOB NOT NULL
) STRICT;

CREATE TABLE targets (
	id       INTEGER PRIMARY KEY,
	base_url TEXT NOT NULL, -- as the server reports it, normalised
	url      TEXT NOT NULL, -- as it was reached, normalised
	UNIQUE (base_url, url)
) STRICT;

CREATE TABLE runs (
	seq      INTEGER PRIMARY KEY, -- in the order in which they started
	id       TEXT NOT NULL UNIQUE,
	target   INTEGER NOT NULL REFERENCES targets (id),
	base_url TEXT NOT NULL,    -- of the target, as the run names it
	command  TEXT NOT NULL,
	host     TEXT NOT NULL,    -- the machine that it runs on, or ran on last
	version  TEXT NOT NULL,    -- of gijbulk
	login    TEXT NOT NULL,    -- the user on the target
	dry_run  INTEGER NOT NULL,
	digest   TEXT NOT NULL,    -- of the plan; '' where none is recorded
	manifest TEXT NOT NULL,    -- the digest of the manifest
	shard    INTEGER NOT NULL, -- from 1
	shards   INTEGER NOT NULL, -- 0: the work is not split
	started  INTEGER,
	ended    INTEGER,          -- NULL while it runs, and after a death
	state    TEXT NOT NULL,    -- running (no end is known), finished, interrupted, refused
	requests INTEGER NOT NULL,
	writes   INTEGER NOT NULL,
	why      TEXT NOT NULL,    -- it was interrupted or refused
	files    TEXT,             -- JSON [name]
	columns  TEXT,             -- JSON {file: [name]}: the headers of its tables; {columns, dialect} where the dialect is not the usual one
	findings TEXT,             -- JSON [finding]
	options  TEXT,             -- JSON, the command's own
	live     TEXT,             -- JSON [[id, initDate]]: on the server before the run
	others   TEXT,             -- JSON [record]: that other shards create
	timeline TEXT,             -- JSON
	counts   TEXT              -- JSON {status: number}, once it has ended
) STRICT;

CREATE TABLE actions (
	run      INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
	n        INTEGER NOT NULL,
	op       TEXT NOT NULL,
	kind     TEXT NOT NULL,
	live     INTEGER NOT NULL, -- the id of have; 0: none
	want     TEXT,             -- JSON record
	have     TEXT,             -- JSON record
	changes  TEXT,             -- JSON [change]
	reason   TEXT NOT NULL,
	advice   TEXT NOT NULL,
	files    INTEGER NOT NULL,
	inferred INTEGER NOT NULL, -- have is only inferred to be the wanted record
	PRIMARY KEY (run, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE intents (
	run     INTEGER NOT NULL,
	n       INTEGER NOT NULL,
	attempt INTEGER NOT NULL, -- of the action, from 1
	at      INTEGER NOT NULL,
	boot    TEXT NOT NULL,    -- which boot of which machine
	since   INTEGER NOT NULL, -- nanoseconds since the boot
	secrets TEXT,             -- JSON {field: keyed hash}: that are about to be sent
	over    INTEGER NOT NULL DEFAULT 0, -- the server has ended all work on it
	PRIMARY KEY (run, n, attempt),
	FOREIGN KEY (run, n) REFERENCES actions (run, n) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE outcomes (
	run       INTEGER NOT NULL,
	n         INTEGER NOT NULL,
	status    TEXT NOT NULL,
	class     TEXT NOT NULL,
	stop      TEXT NOT NULL,
	live      INTEGER NOT NULL, -- id on the server; 0: not known
	answered  INTEGER NOT NULL, -- the answer to a create gave the id
	shown     TEXT NOT NULL,    -- the digest of a created record in the end; '': not known
	init_date INTEGER NOT NULL, -- of a created record; 0: not known
	attempts  INTEGER NOT NULL,
	http      INTEGER NOT NULL,
	inferred  INTEGER NOT NULL,
	temporary INTEGER NOT NULL,
	scanned   INTEGER NOT NULL,
	unanswered INTEGER NOT NULL, -- the server may be at work on a request for it
	error     TEXT NOT NULL,
	advice    TEXT NOT NULL,
	started   INTEGER,
	took      INTEGER NOT NULL, -- nanoseconds
	seen      TEXT,             -- JSON {have, changes}
	intent    INTEGER NOT NULL, -- the latest attempt that it covers
	PRIMARY KEY (run, n),
	FOREIGN KEY (run, n) REFERENCES actions (run, n) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE identities (
	target    INTEGER NOT NULL REFERENCES targets (id),
	live      INTEGER NOT NULL, -- id on the server
	kind      TEXT NOT NULL,
	type      TEXT NOT NULL,
	origin    TEXT NOT NULL,
	region    TEXT NOT NULL,
	name      TEXT NOT NULL,
	run       INTEGER NOT NULL, -- the seq of the run that knew it last
	init_date INTEGER NOT NULL, -- as the server shows it; 0: not known
	set_name  TEXT NOT NULL,
	sent      TEXT,             -- JSON {field: value}: what was last sent
	secrets   TEXT,             -- JSON {field: keyed hash}: likewise
	PRIMARY KEY (target, live)
) STRICT, WITHOUT ROWID;
