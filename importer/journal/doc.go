// Package journal is the durable record of runs: what was planned, what was sent, and
// what became of it, in one SQLite file, so that a run that died at any moment can go
// on, be reported and be undone. Start with [Open]; [Journal.Start] gives the [Log] that
// the engine writes to, [Journal.Load] gives a run back.
//
// In the order of a run the nouns are:
//
//	Lock      keeps two runs from working on one target at once
//	Journal   the file
//	Log       a run being written: intents before the request leaves, outcomes after it
//	Saved     a run read back, with one outcome for each of its actions
//	Entry     a run in the list of all
//	Sent      what was last sent to a target, as keyed hashes
//
// Everything a Log takes is durable before it answers. Many workers share one commit:
// a single goroutine takes what waits, writes it in one transaction and answers all.
//
// What happens is only ever appended. A commit is one step, with its events (intents and
// outcomes) and the lessons that they teach about the target (which id an identity got,
// what it was sent). What became of a run is its events read in order; what is known of a
// target is its folded identities, and the lessons of the steps since, of all its runs in
// the order in which they happened. The end of a run folds those in.
//
// A secret is never in the file. Records keep its reference; a literal is kept by the
// reference that reports show in its place. Whether a secret has changed since it was
// last sent is told by an HMAC under a key that was made with the file: this is the one
// place beside the client's encoder that reads a secret's value. Texts that came from
// outside (errors, advice, options) pass through the caller's [schema.Mask]. The other
// fields of a record are kept as they are, because a resumed run sends them.
package journal
