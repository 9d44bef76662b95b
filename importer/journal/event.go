package journal

import (
	"context"
	"encoding/json"
	"fmt"

	"gijbulk/schema"
)

// event is something that happened to an action, as the file holds it: an intent, or
// what became of it.
type event struct {
	N        int             `json:"n"`
	Begun    int64           `json:"begun"`   // of an intent, when: ns since 1970
	Started  int64           `json:"started"` // likewise; 0: not known
	Status   string          `json:"status"`
	Class    string          `json:"class"`
	Stop     string          `json:"stop"`
	ID       int64           `json:"id"` // on the server
	Attempts int             `json:"attempts"`
	HTTP     int             `json:"http"`
	Passing  bool            `json:"passing"`
	Waited   bool            `json:"waited"`
	Error    string          `json:"error"`
	Advice   string          `json:"advice"`
	Took     int64           `json:"took"` // ns
	Seen     json.RawMessage `json:"seen"` // seenJSON, where it is not what the plan said
}

// seenJSON is what an outcome says about the server beyond the plan.
type seenJSON struct {
	Have    json.RawMessage `json:"have"`
	Changes []changeJSON    `json:"changes"`
}

// outcomeEvent is an outcome as the file holds it.
func (l *Log) outcomeEvent(o schema.Outcome) event {
	e := event{N: o.Action.N, Status: string(o.Status), Class: classNames[o.Class], Stop: string(o.Stop), ID: o.ID, Attempts: o.Attempts,
		HTTP: o.HTTP, Passing: o.Passing, Waited: o.Waited, Error: l.mask.HideSaid(o.Error), Advice: l.mask.HideSaid(o.Advice), Took: int64(o.Took)}
	if !o.Started.IsZero() {
		e.Started = o.Started.UnixNano()
	}
	if l.asPlanned(o.Action) {
		return e
	}
	e.Seen = newObject(nil).json("have", encodeRecord(o.Action.Have, &headers{}, l.mask)).json("changes", encodeChanges(o.Action.Changes)).end()
	return e
}

// appendLine adds an event as a line of JSON.
func (e event) appendLine(lines []byte) []byte {
	o := newObject(lines).int("n", int64(e.N)).int("begun", e.Begun).int("started", e.Started).text("status", e.Status).text("class", e.Class).text("stop", e.Stop).
		int("id", e.ID).int("attempts", int64(e.Attempts)).int("http", int64(e.HTTP)).bool("passing", e.Passing).bool("waited", e.Waited).
		text("error", e.Error).text("advice", e.Advice).int("took", e.Took).json("seen", e.Seen)
	return append(o.end(), '\n')
}

// progress is what the events of one action add up to.
type progress struct {
	last    event // the outcome; its zero value before there is one
	intents int   // begun since then
	begun   int64 // the last of them
}

func (p *progress) add(e event) {
	if e.Begun == 0 {
		*p = progress{last: e}
		return
	}
	p.intents++
	p.begun = e.Begun
	if p.last.Started == 0 {
		p.last.Started = e.Begun
	}
}

// replay gives what the events of a run add up to, by the number of the action; nil where
// nothing happened to it.
func replay(ctx context.Context, db database, run int64, actions int) ([]*progress, error) {
	all := make([]*progress, actions)
	err := eachLine(ctx, db, func(e event) error {
		if e.N < 0 || e.N >= actions {
			return fmt.Errorf("something happened to action %d, and there are only %d", e.N, actions)
		}
		if all[e.N] == nil {
			all[e.N] = new(progress)
		}
		all[e.N].add(e)
		return nil
	}, `SELECT events FROM steps WHERE run = ? ORDER BY seq`, run)
	return all, err
}
