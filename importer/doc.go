// Package importer is the engine: it decides what is to be done about each record of a
// manifest and does it, so that every record ends in exactly one known state.
//
// In the order of a run:
//
//	Diff     compares the wanted records with the live ones and makes a Plan
//	Guard    refuses a plan that would change too much of what is there
//	Shard    cuts a plan into the parts of several processes
//	Apply    sends the plan's writes through a pool of workers, the journal's intents
//	         ahead of them and its outcomes behind
//	Settle   finds out what became of writes whose answers were lost
//	Verify   reads the server once more and holds it against the outcomes
//
// Invert makes the plan that takes a run back; Unfinished and Recheck go on with one
// that was interrupted.
//
// Diff, Guard, Shard, Invert and Unfinished are pure. The others speak to the server through
// [Target] and keep what they did through [Journal]; what became of each action is told as a
// [schema.Outcome].
package importer
