package journal

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"

	"gijbulk/schema"
)

// recordJSON is a record as the file holds it.
type recordJSON struct {
	File   string                     `json:"file"`
	Line   int                        `json:"line"`
	Column int                        `json:"column"`
	Record int                        `json:"record"`
	ID     int64                      `json:"id"`
	Header *int                       `json:"header"` // among the run's
	Cells  [][2]string                `json:"cells"`  // name and text
	Faults []findingJSON              `json:"faults"`
	Fields map[string]json.RawMessage `json:"fields"` // by name; absent fields are absent
}

// headers are those of a run's tables: thousands of records share one, in the file as
// in memory.
type headers struct {
	list  [][]string
	index map[string]int
}

// add gives the number of a header; a record of a file without one has none.
func (h *headers) add(columns []string) (i int, has bool) {
	if len(columns) == 0 {
		return 0, false
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
	return i, true
}

// encodeRecord writes a record without its secrets' values and without CreateNeeds,
// which only Diff reads. What reports show of it passes through the mask; the fields do
// not, because they are what is sent. The zero record is nil.
func encodeRecord(r schema.Record, h *headers, mask schema.Mask) []byte {
	fields := r.FieldSet()
	if fields == 0 && r.ID == 0 && r.Place == (schema.Place{}) && len(r.Cells()) == 0 && len(r.Faults()) == 0 {
		return nil
	}
	const usual = 512
	o := newObject(make([]byte, 0, usual)).text("file", r.Place.File).int("line", int64(r.Place.Line)).int("column", int64(r.Place.Column)).
		int("record", int64(r.Place.Record)).int("id", r.ID)
	if i, has := h.add(r.Columns()); has {
		o = strconv.AppendInt(o.member("header"), int64(i), 10)
	}
	if len(r.Cells()) > 0 {
		o = appendCells(o.member("cells"), r.Cells(), mask)
	}
	if len(r.Faults()) > 0 {
		faults, _ := json.Marshal(findingsOut(r.Faults(), mask)) // of texts and numbers: never fails
		o = o.json("faults", faults)
	}
	if fields != 0 {
		values := newObject(o.member("fields"))
		for f := range fields.All() {
			values = appendValue(values.member(f.String()), f, r.Get(f))
		}
		o = values.end()
	}
	return o.end()
}

func appendCells(b []byte, cells []schema.Column, mask schema.Mask) []byte {
	b = append(b, '[')
	for i, c := range cells {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(quote(append(b, '['), c.Name), ',')
		b = append(quote(b, mask.Hide(c.Text)), ']')
	}
	return append(b, ']')
}

// decodeRecord reads what encodeRecord wrote; nil is the zero record.
func decodeRecord(data []byte, headers [][]string) (schema.Record, error) {
	if data == nil {
		return schema.Record{}, nil
	}
	var in recordJSON
	if err := jsonv2.Unmarshal(data, &in); err != nil {
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
	r.ID = in.ID
	var columns []string
	var cells []schema.Column
	for _, c := range in.Cells {
		cells = append(cells, schema.Column{Name: c[0], Text: c[1]})
	}
	if in.Header != nil {
		if *in.Header < 0 || *in.Header >= len(headers) {
			return schema.Record{}, fmt.Errorf("unknown header %d", *in.Header)
		}
		columns = headers[*in.Header]
	}
	return r.WithCells(columns, cells).WithFaults(findingsIn(in.Faults)...), nil
}

// changeJSON is a change; an absent side is left out.
type changeJSON struct {
	Field  string          `json:"field"`
	From   json.RawMessage `json:"from"`
	To     json.RawMessage `json:"to"`
	Unseen bool            `json:"unseen"`
}

func changesIn(in []changeJSON) ([]schema.Change, error) {
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
		changes = append(changes, schema.Change{Field: f, From: from, To: to, Unseen: c.Unseen})
	}
	return changes, nil
}

// encodeChanges writes changes; none are nil.
func encodeChanges(changes []schema.Change) []byte {
	if len(changes) == 0 {
		return nil
	}
	b := []byte{'['}
	for i, c := range changes {
		if i > 0 {
			b = append(b, ',')
		}
		o := newObject(b).text("field", c.Field.String())
		if c.From.IsSet() {
			o = appendValue(o.member("from"), c.Field, c.From)
		}
		if c.To.IsSet() {
			o = appendValue(o.member("to"), c.Field, c.To)
		}
		b = o.bool("unseen", c.Unseen).end()
	}
	return append(b, ']')
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
