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

// seenJSON is what an outcome says about the server beyond the plan.
type seenJSON[V any] struct {
	Have    json.RawMessage `json:"have,omitempty"`
	Changes []changeJSON[V] `json:"changes,omitempty"`
}

// outcomeRow is an outcome as its statement takes it.
func (l *Log) outcomeRow(o schema.Outcome) ([]any, error) {
	var seen []byte
	if !l.asPlanned(o.Action) {
		have, err := encodeRecord(o.Action.Have, &headers{}, l.mask)
		if err != nil {
			return nil, err
		}
		if seen, err = json.Marshal(seenJSON[*any]{have, changesOut(o.Action.Changes)}); err != nil {
			return nil, err
		}
	}
	return []any{l.run, o.Action.N, stamp(o.Started), string(o.Status), classNames[o.Class], string(o.Stop), o.ID, o.Attempts, o.HTTP,
		o.Passing, o.Waited, l.mask.Hide(o.Error), l.mask.Hide(o.Advice), int64(o.Took), text(seen)}, nil
}

// outcomeCells are the columns of an outcome, those of an action without one included.
type outcomeCells struct {
	intents             int
	begun, started      *int64
	status, class, stop string
	id                  int64
	attempts, http      int
	passing, waited     bool
	error, advice       string
	took                int64
	seen                []byte
}

// read is the outcome of an action. One that was begun and has no outcome since then is
// unknown; it started when it first did, and took until it was begun last.
func (c *outcomeCells) read(a schema.Action) (schema.Outcome, error) {
	status := statusOf(a.Op, c.status, c.intents)
	if c.status == "" && c.intents == 0 {
		o := schema.Outcome{Action: a, Status: status}
		if !a.Op.Writes() {
			o.ID, o.Error = a.Have.ID, a.Reason
		}
		return o, nil
	}
	o := schema.Outcome{Action: a, Status: status, Class: schema.Class(max(0, slices.Index(classNames, c.class))), Stop: schema.Stop(c.stop),
		ID: c.id, Attempts: c.attempts, HTTP: c.http, Passing: c.passing, Waited: c.waited, Error: c.error, Advice: c.advice,
		Started: momentOf(c.started), Took: time.Duration(c.took)}
	if c.seen != nil {
		if err := c.readSeen(&o.Action); err != nil {
			return o, err
		}
	}
	if c.intents > 0 {
		o.Class, o.Stop, o.HTTP, o.Passing = schema.ClassUnknown, schema.StopNone, 0, false
		o.Attempts += c.intents
		o.Waited = true // the server may still be at work on it
		o.Took = momentOf(c.begun).Sub(o.Started)
		o.Error, o.Advice = "the run ended before the answer was kept", "gijbulk resume looks it up on the server"
	}
	return o, nil
}

func (c *outcomeCells) readSeen(a *schema.Action) error {
	var seen seenJSON[json.RawMessage]
	err := json.Unmarshal(c.seen, &seen)
	if err != nil {
		return err
	}
	if a.Have, err = decodeRecord(seen.Have, nil); err != nil {
		return err
	}
	a.Changes, err = changesIn(seen.Changes)
	return err
}

// statusOf is the status of an action with this row of outcome: what was begun and has
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
