// Package journal stores runs: what was planned, what was sent and how it ended, so that
// a run that died at any moment can be resumed, reported and undone. Start with [Open];
// [Journal.Start] returns the [Log] that the engine writes to, [Journal.Load] reads a run
// back as [Saved].
//
// The state is a few plain tables (tables.sql), in the order in which a run fills them:
//
//	targets     the Jiras: a base URL and the URL that reached it
//	runs        what ran, where and when, in the order of their start
//	actions     the plan of a run, one row for each record
//	intents     a write that is about to be sent, one row for each attempt
//	outcomes    the latest outcome of an action, and the latest intent that it covers
//	identities  a live record of a target: its identity and what it was last sent
//
// An intent is durable when [Log.Begin] returns, an outcome when [Log.End] returns; each
// call is one transaction, which also updates the identities. An action whose latest
// intent is newer than its outcome is unknown when the run is read back: the answer was
// lost. Records and other nested values are one JSON document in one column.
//
// A secret is never stored. Documents hold its reference; a literal is replaced by the
// reference that reports show in its place. Whether a secret is the one last sent is
// found by a keyed hash (HMAC) with the key in the table meta, or one that users keep. The hashes are stored with
// the intent, so that an outcome that is found after a rotation is recorded with what was
// sent then. This package and the client's encoder are the only ones that read a secret's
// value. Texts from outside (errors, advice, options, cells) pass through the caller's
// [schema.Mask]; the fields of a record do not, because a resumed run sends them.
//
// A state is an SQLite file or a PostgreSQL database. What is particular to one of them is in the
// files that begin with its name, behind the interfaces backend and session; the others hold SQL
// that both accept. [Locks] are independent of the tables, and of the state: they keep two runs of a
// user on one machine from working on one target. [Log.Lock] does so for all machines that share
// a database, on the connection over which the run's intents go.
package journal
