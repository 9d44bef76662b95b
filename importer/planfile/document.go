package planfile

import (
	"encoding/json"
	"time"

	"gijbulk/importer/fieldjson"
	"gijbulk/schema"
)

// document is plan.json.
type document struct {
	Version  int                 `json:"version"`
	Gijbulk  string              `json:"gijbulk"` // the version of the tool
	Created  time.Time           `json:"created"` // UTC
	Target   Target              `json:"target"`
	Command  string              `json:"command"` // what carries the plan out: sync, or import which only creates
	Options  Options             `json:"options"`
	Files    []string            `json:"files"`              // of the manifests
	Columns  map[string][]string `json:"columns,omitempty"`  // the headers of CSV and TSV files, by file
	Projects map[string]int64    `json:"projects,omitempty"` // the ids that project keys stood for
	Findings []findingJSON       `json:"findings"`           // about whole files
	Records  []recordJSON        `json:"records"`            // all wanted ones, in the order of the manifests
	Sets     []string            `json:"sets"`               // that they belong to, each once
	Nested   []recordJSON        `json:"nested,omitempty"`   // live nested repositories that a rule changes; record is the rule
	Deletes  []deleteJSON        `json:"deletes"`            // live records that are to be deleted
	Counts   map[schema.Op]int   `json:"counts"`             // of the planned actions
	Digest   string              `json:"digest"`             // of the plan
	Checksum string              `json:"checksum"`           // of everything else in this file
}

// recordJSON is a wanted record, and what is to be done about it.
type recordJSON struct {
	File     string                     `json:"file"`
	Line     int                        `json:"line"`             // from 1; 0 where it is not known
	Column   int                        `json:"column"`           // likewise
	Record   int                        `json:"record"`           // its number in the file, from 1
	Fields   map[string]json.RawMessage `json:"fields"`           // as wanted; a secret is its reference
	Cells    [][2]string                `json:"cells,omitempty"`  // of CSV and TSV files: name and text of each, as written
	Action   schema.Op                  `json:"action,omitempty"` // absent where the selection leaves the record out
	ID       int64                      `json:"id,omitempty"`     // of the live record
	Have     map[string]json.RawMessage `json:"have,omitempty"`   // what is on the server, as far as the plan depends on it
	Changes  []changeJSON               `json:"changes,omitempty"`
	Reason   string                     `json:"reason,omitempty"` // of a conflict
	Findings []findingJSON              `json:"findings,omitempty"`

	Rules       []recordJSON `json:"rules,omitempty"`       // of an integration, for its nested repositories
	Inline      bool         `json:"inline,omitempty"`      // of a rule: it is written in its integration
	Integration int64        `json:"integration,omitempty"` // that a live nested repository belongs to
}

// deleteJSON is a live record that is to be deleted.
type deleteJSON struct {
	ID     int64                      `json:"id"`
	Fields map[string]json.RawMessage `json:"fields"` // those that identify it
}

// changeJSON is a field that differs; an absent side is left out.
type changeJSON struct {
	Field  string          `json:"field"`
	From   json.RawMessage `json:"from,omitempty"`
	To     json.RawMessage `json:"to,omitempty"`
	Unseen bool            `json:"unseen,omitempty"` // the server does not show the field
	Resend schema.Resend   `json:"resend,omitempty"` // of such a field: why it is sent; changed, not-recorded, replaced or requested
}

// findingJSON is a finding of the check.
type findingJSON struct {
	File    string        `json:"file"`
	Line    int           `json:"line"`
	Column  int           `json:"column"`
	Record  int           `json:"record"`
	Field   string        `json:"field"`
	Level   string        `json:"level"`            // error or warning
	Create  bool          `json:"create,omitempty"` // it is about a record that has to be created
	Code    schema.Code   `json:"code"`
	Message string        `json:"message"`
	Advice  string        `json:"advice"`
	Option  schema.Option `json:"option,omitempty"` // that the advice is about
}

func findingsOut(findings []schema.Finding, mask schema.Mask) []findingJSON {
	out := make([]findingJSON, 0, len(findings))
	for _, f := range findings {
		out = append(out, findingJSON{f.Place.File, f.Place.Line, f.Place.Column, f.Place.Record, f.Field, f.Level.String(), f.Create,
			f.Code, mask.Hide(f.Message), mask.Hide(f.Advice), f.Option})
	}
	return out
}

func findingsIn(in []findingJSON) []schema.Finding {
	var findings []schema.Finding
	for _, f := range in {
		level := schema.LevelError
		if f.Level == schema.LevelWarning.String() {
			level = schema.LevelWarning
		}
		findings = append(findings, schema.Finding{Place: schema.Place{File: f.File, Line: f.Line, Column: f.Column, Record: f.Record}, Field: f.Field,
			Level: level, Create: f.Create, Code: f.Code, Message: f.Message, Advice: f.Advice, Option: f.Option})
	}
	return findings
}

func recordOut(r *schema.Record, mask schema.Mask) recordJSON {
	out := recordJSON{File: r.Place.File, Line: r.Place.Line, Column: r.Place.Column, Record: r.Place.Record,
		Fields: fieldjson.Encode(*r), Findings: findingsOut(r.Findings, mask)}
	for _, c := range r.Cells {
		out.Cells = append(out.Cells, [2]string{mask.Hide(c.Name), mask.Hide(c.Text)})
	}
	for i := range r.Rules {
		rule := recordOut(&r.Rules[i], mask)
		rule.Inline = r.Rules[i].Owner != schema.Place{}
		out.Rules = append(out.Rules, rule)
	}
	return out
}

// decide adds what is to be done about the record.
func (out *recordJSON) decide(a *schema.Action, mask schema.Mask) {
	out.Action, out.ID, out.Integration, out.Reason = a.Op, a.Have.ID, a.Have.Integration, mask.Hide(a.Reason)
	if a.Have.ID != 0 {
		out.Have = fieldjson.Encode(a.HaveCompared())
	}
	for _, c := range a.Changes {
		out.Changes = append(out.Changes, changeJSON{c.Field.String(), fieldjson.EncodeValue(c.Field, c.From), fieldjson.EncodeValue(c.Field, c.To), c.Unseen, c.Resend})
	}
}

func (in *recordJSON) wanted(columns map[string][]string) (schema.Record, error) {
	r, err := fieldjson.Decode(in.Fields)
	if err != nil {
		return r, err
	}
	r.Place = schema.Place{File: in.File, Line: in.Line, Column: in.Column, Record: in.Record}
	r.Columns, r.Findings = columns[in.File], findingsIn(in.Findings)
	for _, c := range in.Cells {
		r.Cells = append(r.Cells, schema.Column{Name: c[0], Text: c[1]})
	}
	for i := range in.Rules {
		rule, err := in.Rules[i].wanted(columns)
		if err != nil {
			return r, err
		}
		if in.Rules[i].Inline {
			rule.Owner = r.Place
		}
		r.Rules = append(r.Rules, rule)
	}
	return r, nil
}

// action is what was decided about the wanted record.
func (in *recordJSON) action(want schema.Record) (a schema.Action, err error) {
	a = schema.Action{Op: in.Action, Want: want, Reason: in.Reason}
	if a.Have, err = fieldjson.Decode(in.Have); err != nil {
		return a, err
	}
	a.Have.ID, a.Have.Integration, a.Want.Integration = in.ID, in.Integration, in.Integration
	for _, c := range in.Changes {
		f, from, err := fieldjson.DecodeNamed(c.Field, c.From)
		if err != nil {
			return a, err
		}
		_, to, err := fieldjson.DecodeNamed(c.Field, c.To)
		if err != nil {
			return a, err
		}
		a.Changes = append(a.Changes, schema.Change{Field: f, From: from, To: to, Unseen: c.Unseen, Resend: c.Resend})
	}
	return a, nil
}
