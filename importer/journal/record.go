package journal

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gijbulk/schema"
)

// recordJSON is a record as the file holds it. F is what its fields are while they are
// written, and while they are read.
type recordJSON[F any] struct {
	File   string        `json:"file,omitempty"`
	Line   int           `json:"line,omitempty"`
	Column int           `json:"column,omitempty"`
	Record int           `json:"record,omitempty"`
	ID     int64         `json:"id,omitempty"`
	Header *int          `json:"header,omitempty"` // among the run's
	Cells  [][2]string   `json:"cells,omitempty"`  // name and text
	Faults []findingJSON `json:"faults,omitempty"`
	Fields map[string]F  `json:"fields,omitempty"` // by name; absent fields are absent
}

// headers are those of a run's tables: thousands of records share one, in the file as
// in memory.
type headers struct {
	list  [][]string
	index map[string]int
}

func (h *headers) add(columns []string) *int {
	if len(columns) == 0 {
		return nil
	}
	name := strings.Join(columns, "\x00")
	i, known := h.index[name]
	if !known {
		if h.index == nil {
			h.index = make(map[string]int)
		}
		i = len(h.list)
		h.list, h.index[name] = append(h.list, columns), i
	}
	return &i
}

// encodeRecord writes a record without its secrets' values and without CreateNeeds,
// which only Diff reads. What reports show of it passes through the mask; the fields do
// not, because they are what is sent. The zero record is nil.
func encodeRecord(r schema.Record, h *headers, mask schema.Mask) ([]byte, error) {
	fields := r.Fields()
	if len(fields) == 0 && r.ID == 0 && r.Place == (schema.Place{}) && len(r.Cells) == 0 && len(r.Faults) == 0 {
		return nil, nil
	}
	out := recordJSON[any]{
		File: r.Place.File, Line: r.Place.Line, Column: r.Place.Column, Record: r.Place.Record, ID: r.ID,
		Header: h.add(r.Columns), Faults: findingsOut(r.Faults, mask), Fields: make(map[string]any, len(fields)),
	}
	for _, c := range r.Cells {
		out.Cells = append(out.Cells, [2]string{c.Name, mask.Hide(c.Text)})
	}
	for _, f := range fields {
		out.Fields[f.String()] = plainValue(f, r.Get(f))
	}
	return json.Marshal(out)
}

// decodeRecord reads what encodeRecord wrote; nil is the zero record.
func decodeRecord(data []byte, headers [][]string) (schema.Record, error) {
	if data == nil {
		return schema.Record{}, nil
	}
	var in recordJSON[json.RawMessage]
	if err := json.Unmarshal(data, &in); err != nil {
		return schema.Record{}, err
	}
	values := make(map[schema.Field]schema.Value, len(in.Fields))
	for name, raw := range in.Fields {
		f, known := schema.FieldNamed(name)
		if !known {
			return schema.Record{}, fmt.Errorf("unknown field %q", name)
		}
		v, err := readValue(f, raw)
		if err != nil {
			return schema.Record{}, fmt.Errorf("%s: %w", f, err)
		}
		values[f] = v
	}
	r := schema.NewRecord(values)
	r.Place = schema.Place{File: in.File, Line: in.Line, Column: in.Column, Record: in.Record}
	r.ID, r.Faults = in.ID, findingsIn(in.Faults)
	for _, c := range in.Cells {
		r.Cells = append(r.Cells, schema.Column{Name: c[0], Text: c[1]})
	}
	if in.Header != nil {
		if *in.Header < 0 || *in.Header >= len(headers) {
			return schema.Record{}, fmt.Errorf("unknown header %d", *in.Header)
		}
		r.Columns = headers[*in.Header]
	}
	return r, nil
}

// changeJSON is a change; an absent side is left out.
type changeJSON[V any] struct {
	Field string `json:"field"`
	From  V      `json:"from,omitempty"`
	To    V      `json:"to,omitempty"`
}

func changesOut(changes []schema.Change) []changeJSON[*any] {
	out := make([]changeJSON[*any], 0, len(changes))
	side := func(f schema.Field, v schema.Value) *any {
		if !v.IsSet() {
			return nil
		}
		plain := plainValue(f, v)
		return &plain
	}
	for _, c := range changes {
		out = append(out, changeJSON[*any]{c.Field.String(), side(c.Field, c.From), side(c.Field, c.To)})
	}
	return out
}

func changesIn(in []changeJSON[json.RawMessage]) ([]schema.Change, error) {
	var changes []schema.Change
	for _, c := range in {
		f, known := schema.FieldNamed(c.Field)
		if !known {
			return nil, fmt.Errorf("unknown field %q", c.Field)
		}
		from, err := readValue(f, c.From)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		to, err := readValue(f, c.To)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f, err)
		}
		changes = append(changes, schema.Change{Field: f, From: from, To: to})
	}
	return changes, nil
}

// encodeChanges writes changes; none are nil.
func encodeChanges(changes []schema.Change) ([]byte, error) {
	if len(changes) == 0 {
		return nil, nil
	}
	return json.Marshal(changesOut(changes))
}

func decodeChanges(data []byte) ([]schema.Change, error) {
	if data == nil {
		return nil, nil
	}
	var in []changeJSON[json.RawMessage]
	if err := json.Unmarshal(data, &in); err != nil {
		return nil, err
	}
	return changesIn(in)
}

// findingJSON is a finding.
type findingJSON struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Record  int    `json:"record,omitempty"`
	Field   string `json:"field,omitempty"`
	Level   string `json:"level"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Advice  string `json:"advice,omitempty"`
}

func findingsOut(findings []schema.Finding, mask schema.Mask) []findingJSON {
	out := make([]findingJSON, 0, len(findings))
	for _, f := range findings {
		out = append(out, findingJSON{f.Place.File, f.Place.Line, f.Place.Column, f.Place.Record, f.Field,
			f.Level.String(), string(f.Code), mask.Hide(f.Message), mask.Hide(f.Advice)})
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
		findings = append(findings, schema.Finding{
			Place: schema.Place{File: f.File, Line: f.Line, Column: f.Column, Record: f.Record},
			Field: f.Field, Level: level, Code: schema.Code(f.Code), Message: f.Message, Advice: f.Advice})
	}
	return slices.Clip(findings)
}
