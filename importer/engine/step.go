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
	Removing int // records that the server made more than once, and that are now deleted
}

// Settling begins to look up creates whose answers were lost.
type Settling struct {
	Creates int
	After   time.Duration // how long the server may still be at work on them

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

// Reason is which limit ended a run.
type Reason string

// The reasons.
const (
	Canary   Reason = "canary"
	Failures Reason = "failures"
	Wave     Reason = "wave"
	Duration Reason = "duration"
)

// LimitReached is the error of a run that a limit ended early. What is left can be resumed.
type LimitReached struct {
	Reason     Reason
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
		return fmt.Sprintf("one of the first writes, %s, is %s: %s", l.Key, l.Outcome.Status, l.Outcome.Error)
	case Failures:
		return fmt.Sprintf("%d of %d writes failed, more than %s", l.Failed, l.Of, l.Max)
	case Wave:
		return fmt.Sprintf("%d of %d writes of wave %d failed, more than %s", l.Failed, l.Of, l.Wave, l.Max)
	}
	return "the time limit of the run is reached"
}
