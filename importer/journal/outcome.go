package journal

import (
	"encoding/json"
	"slices"
	"time"

	"gijbulk/schema"
)

// classNames are the classes as the file holds them.
var classNames = []string{
	schema.ClassNone: "", schema.ClassDone: "done", schema.ClassRefused: "refused",
	schema.ClassNotDone: "not-done", schema.ClassUnknown: "unknown", schema.ClassStop: "stop",
}

// outcome is what the progress of an action adds up to. One that was begun and has no
// outcome since then is unknown; it started when it first did, and took until it was
// begun last.
func (p *progress) outcome(a schema.Action) (schema.Outcome, error) {
	if p == nil || p.last.Status == "" && p.intents == 0 {
		o := schema.Outcome{Action: a, Status: p.status(a.Op)}
		if !a.Op.Writes() {
			o.ID, o.Error = a.Have.ID, a.Reason
		}
		return o, nil
	}
	e := p.last
	o := schema.Outcome{Action: a, Status: p.status(a.Op), Class: schema.Class(max(0, slices.Index(classNames, e.Class))),
		Stop: schema.Stop(e.Stop), ID: e.ID, Attempts: e.Attempts, HTTP: e.HTTP, Passing: e.Passing, Waited: e.Waited, Error: e.Error,
		Advice: e.Advice, Started: moment(e.Started), Took: time.Duration(e.Took)}
	if e.Seen != nil {
		if err := e.readSeen(&o.Action); err != nil {
			return o, err
		}
	}
	if p.intents > 0 {
		o.Class, o.Stop, o.HTTP, o.Passing = schema.ClassUnknown, schema.StopNone, 0, false
		o.Attempts += p.intents
		o.Waited = true // the server may still be at work on it
		o.Took = moment(p.begun).Sub(o.Started)
		o.Error, o.Advice = "the run ended before the answer was kept", "gijbulk resume looks it up on the server"
	}
	return o, nil
}

// status is what the outcome's will be.
func (p *progress) status(op schema.Op) schema.Status {
	if p == nil {
		return statusOf(op, "", 0)
	}
	return statusOf(op, p.last.Status, p.intents)
}

func (e event) readSeen(a *schema.Action) error {
	var seen seenJSON
	err := json.Unmarshal(e.Seen, &seen)
	if err != nil {
		return err
	}
	if a.Have, err = decodeRecord(seen.Have, nil); err != nil {
		return err
	}
	a.Changes, err = changesIn(seen.Changes)
	return err
}

// moment reads what an event says about when; 0 is not known.
func moment(nanoseconds int64) time.Time {
	if nanoseconds == 0 {
		return time.Time{}
	}
	return time.Unix(0, nanoseconds).UTC()
}

// statusOf is the status of an action with this outcome, or none, and the intents since: what was begun and has
// no outcome since is unknown, a write that was never begun is unprocessed, and where
// nothing is to be sent the decision is the outcome.
func statusOf(op schema.Op, status string, intents int) schema.Status {
	switch {
	case intents > 0:
		return schema.StatusUnknown
	case status != "":
		return schema.Status(status)
	}
	switch op {
	case schema.OpUnchanged:
		return schema.StatusUnchanged
	case schema.OpExists:
		return schema.StatusExists
	case schema.OpConflict:
		return schema.StatusConflict
	case schema.OpInvalid:
		return schema.StatusFailed
	}
	return schema.StatusUnprocessed
}
