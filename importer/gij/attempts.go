package gij

import (
	"time"

	"gijbulk/schema"
)

// attempts sums up the attempts at one request.
type attempts struct {
	count      int // that left
	start, end time.Time
	status     int  // the last one that was received
	mayBeDone  bool // an attempt may have been carried out without an answer that reached us
}

func (t attempts) add(a answer) attempts {
	if a.status != 0 {
		t.status = a.status
	}
	if a.unsent {
		return t
	}
	if t.count == 0 {
		t.start = a.start
	}
	t.count++
	t.end = a.end
	t.mayBeDone = t.mayBeDone || a.failure != nil && a.failure.Class == schema.ClassUnknown
	return t
}

func (t attempts) report(out schema.Outcome) schema.Outcome {
	if t.count == 0 {
		return out
	}
	if out.Attempts == 0 {
		out.Started = t.start
	}
	out.Attempts += t.count
	out.HTTP, out.Took = t.status, t.end.Sub(out.Started)
	out.Unanswered = out.Unanswered || t.mayBeDone
	return out
}
