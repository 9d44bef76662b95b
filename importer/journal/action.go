package journal

import (
	"encoding/json"

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
