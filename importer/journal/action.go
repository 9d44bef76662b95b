package journal

import (
	"context"
	"encoding/json"
	"fmt"

	"gijbulk/schema"
)

// plannedActions gives the actions of a run as lines of JSON, in the plan's order.
const plannedActions = `SELECT actions FROM plans WHERE run = ? ORDER BY seq`

// actionJSON is an action as the file holds it.
type actionJSON struct {
	N       int             `json:"n"`
	Op      schema.Op       `json:"op"`
	Want    json.RawMessage `json:"want"`
	Have    json.RawMessage `json:"have"`
	Changes []changeJSON    `json:"changes"`
	Reason  string          `json:"reason"`
	Files   bool            `json:"files"`
}

// appendAction adds an action as a line of JSON; headers are those of the run.
func appendAction(lines []byte, a schema.Action, h *headers, mask schema.Mask) []byte {
	o := newObject(lines).int("n", int64(a.N)).text("op", string(a.Op)).json("want", encodeRecord(a.Want, h, mask)).
		json("have", encodeRecord(a.Have, h, mask)).json("changes", encodeChanges(a.Changes)).text("reason", mask.Hide(a.Reason)).
		bool("files", a.Files)
	return append(o.end(), '\n')
}

// action reads an action; headers are those of its run.
func (in actionJSON) action(headers [][]string) (a schema.Action, err error) {
	a = schema.Action{N: in.N, Op: in.Op, Reason: in.Reason, Files: in.Files}
	if a.Want, err = decodeRecord(in.Want, headers); err != nil {
		return a, err
	}
	if a.Have, err = decodeRecord(in.Have, headers); err != nil {
		return a, err
	}
	a.Changes, err = changesIn(in.Changes)
	return a, err
}

// readActions reads the actions of a run.
func readActions(ctx context.Context, db database, run int64, headers [][]string) (actions []schema.Action, err error) {
	err = eachLine(ctx, db, func(in actionJSON) error {
		if in.N != len(actions) {
			return fmt.Errorf("action %d of the plan calls itself %d", len(actions), in.N)
		}
		a, err := in.action(headers)
		if err != nil {
			return fmt.Errorf("action %d: %w", in.N, err)
		}
		actions = append(actions, a)
		return nil
	}, plannedActions, run)
	return actions, err
}

// plans are the actions of runs, by the runs' numbers in the file: those at hand, and those
// that were asked for.
type plans map[int64][]schema.Action

// wanted gives the record that an action is about.
func (p plans) wanted(ctx context.Context, db database, run int64, n int) (schema.Record, error) {
	actions, known := p[run]
	if !known {
		var text []byte
		var headers [][]string
		if err := db.QueryRowContext(ctx, `SELECT headers FROM runs WHERE seq = ?`, run).Scan(&text); err != nil {
			return schema.Record{}, err
		}
		if err := json.Unmarshal(text, &headers); err != nil {
			return schema.Record{}, err
		}
		var err error
		if actions, err = readActions(ctx, db, run, headers); err != nil {
			return schema.Record{}, err
		}
		p[run] = actions
	}
	if n >= len(actions) {
		return schema.Record{}, fmt.Errorf("something was learned of action %d, and there are only %d", n, len(actions))
	}
	return actions[n].Want, nil
}

// sameFields reports whether two records say the same of the same fields.
func sameFields(a, b schema.Record) bool {
	if a.FieldSet() != b.FieldSet() {
		return false
	}
	for f := range a.FieldSet().All() {
		if !a.Get(f).Equal(b.Get(f)) {
			return false
		}
	}
	return true
}
