// Package engine carries out a plan, so that every record ends in exactly one known state.
//
// In the order of a run:
//
//	Apply    sends the plan's writes through a pool of workers, the journal's intents
//	         ahead of them and its outcomes behind
//	Settle   finds out whether writes whose answers were lost were done
//	Verify   reads the server once more and compares it with the outcomes
//
// Unfinished and Recheck continue a run that was interrupted.
//
// The engine speaks to the server through [Target] and records what it does through [Journal].
package engine
