package engine

import (
	"fmt"
	"time"

	"gijbulk/schema"
)

// Step is what a run does apart from single actions. Exactly one of its parts is set.
type Step struct {
	Settling *Settling
	WaveDone *WaveDone
	Nested   int // nested repositories of new or updated integrations, to which their rules are now applied
	Removing int // duplicates that are now deleted
	Indexing *Indexing
}

// Indexing is how far a first indexing is that the run waits for.
type Indexing struct {
	N           int  // of the action
	Scanned     bool // the scan has ended: the nested repositories are known
	Indexed, Of int  // nested repositories
	Ended       bool // the run no longer waits for it
}

func (i Indexing) suffix() string {
	if !i.Scanned {
		return ""
	}
	return fmt.Sprintf(" (scan ended; %d of %d indexed)", i.Indexed, i.Of)
}

// Settling begins to settle creates whose answers were lost.
type Settling struct {
	Creates int
	After   time.Duration // how long the server may still work on them

	until time.Time
}

// WaveDone is the end of a wave.
type WaveDone struct {
	Wave           schema.Wave
	Left           int // waves
	Writes, Failed int
}

// Stopped is the error of a run that had to end as a whole. The outcome is the one that
// made it end.
type Stopped struct {
	Outcome schema.Outcome
}

// Error says why, in the words of the answer.
func (s *Stopped) Error() string { return "the run was stopped: " + s.Outcome.Error }

// Reason is the kind of stop.
func (s *Stopped) Reason() schema.Stop { return s.Outcome.Stop }

// LimitReason is the limit that ended a run.
type LimitReason string

// The reasons.
const (
	Canary   LimitReason = "canary"
	Failures LimitReason = "failures"
	Wave     LimitReason = "wave"
	Duration LimitReason = "duration"
)

// LimitReached is the error of a run that a limit ended early. What is left can be resumed.
type LimitReached struct {
	Reason     LimitReason
	Key        schema.Key     // with Canary: the record that did not succeed
	Outcome    schema.Outcome // likewise
	Failed, Of int            // writes, with Failures and Wave
	Max        schema.Limit   // likewise
	Wave       int64          // with Wave: its number
	WavesLeft  int            // likewise
}

// Error says which limit was reached.
func (l *LimitReached) Error() string {
	switch l.Reason {
	case Canary:
		if l.Outcome.Inferred {
			return fmt.Sprintf("canary write %s has status %s, which is inferred: the record may be somebody else's", l.Key, l.Outcome.Status)
		}
		return fmt.Sprintf("canary write %s has status %s: %s", l.Key, l.Outcome.Status, l.Outcome.Error)
	case Failures:
		return fmt.Sprintf("%d of %d writes failed, more than %s", l.Failed, l.Of, l.Max)
	case Wave:
		return fmt.Sprintf("%d of %d writes of wave %d failed, more than %s", l.Failed, l.Of, l.Wave, l.Max)
	}
	return "the run reached its time limit"
}
