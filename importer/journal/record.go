package journal

import (
	"encoding/json"
	"slices"

	"gijbulk/importer/fieldjson"
	"gijbulk/schema"
)

// recordJSON is the document of a record. The header of its table is the run's.
type recordJSON struct {
	Place    schema.Place               `json:"position,omitzero"`
	ID       int64                      `json:"id,omitempty"`
	InitDate int64                      `json:"initDate,omitempty"`
	Cells    []schema.Column            `json:"cells,omitempty"`
	Findings []schema.Finding           `json:"findings,omitempty"`
	Fields   map[string]json.RawMessage `json:"fields,omitempty"`

	Rules       []*recordJSON `json:"rules,omitempty"`
	Owner       schema.Place  `json:"owner,omitzero"`
	Integration int64         `json:"integration,omitempty"`

	NestedUnchanged int          `json:"nestedUnchanged,omitempty"` // of the action that wants the record
	Adopts          bool         `json:"adopts,omitempty"`          // likewise
	Loss            *schema.Loss `json:"loss,omitempty"`            // of a live integration: what its action takes away
}

// encodeRecord encodes a record with references in place of its secrets; nil for the zero
// record. The mask is for what reports show, and not for the fields, which are sent.
func encodeRecord(r *schema.Record, mask schema.Mask) *recordJSON {
	out := &recordJSON{Place: r.Place, ID: r.ID, InitDate: r.InitDate, Cells: slices.Clone(r.Cells), Findings: maskFindings(r.Findings, mask)}
	if r.Empty() && r.ID == 0 && r.InitDate == 0 && r.Place == (schema.Place{}) && len(r.Cells)+len(r.Findings) == 0 {
		return nil
	}
	for i := range out.Cells {
		out.Cells[i].Text = mask.Hide(out.Cells[i].Text)
	}
	out.Fields = fieldjson.Encode(*r)
	out.Owner, out.Integration = r.Owner, r.Integration
	for i := range r.Rules {
		out.Rules = append(out.Rules, encodeRecord(&r.Rules[i], mask))
	}
	return out
}

func encodeHave(a *schema.Action, mask schema.Mask) *recordJSON {
	out := encodeRecord(&a.Have, mask)
	if out != nil && a.Loss != nil {
		loss := *a.Loss
		loss.Paths = slices.Clone(loss.Paths)
		for i := range loss.Paths {
			loss.Paths[i] = mask.Hide(loss.Paths[i])
		}
		out.Loss = &loss
	}
	return out
}

// decode takes the run's tables, by file.
func (in *recordJSON) decode(tables map[string]tableJSON) (schema.Record, error) {
	if in == nil {
		return schema.Record{}, nil
	}
	r, err := fieldjson.Decode(in.Fields)
	if err != nil {
		return schema.Record{}, damaged("%w", err)
	}
	r.Place, r.ID, r.InitDate, r.Cells, r.Findings = in.Place, in.ID, in.InitDate, in.Cells, in.Findings
	r.Owner, r.Integration = in.Owner, in.Integration
	for _, rule := range in.Rules {
		decoded, err := rule.decode(tables)
		if err != nil {
			return schema.Record{}, err
		}
		r.Rules = append(r.Rules, decoded)
	}
	if r.Place.File != "" {
		table := tables[r.Place.File]
		r.Columns, r.Dialect = table.Columns, table.Dialect
	}
	return r, nil
}

func maskFindings(findings []schema.Finding, mask schema.Mask) []schema.Finding {
	out := slices.Clone(findings)
	for i := range out {
		out[i].Message, out[i].Advice = mask.Hide(out[i].Message), mask.Hide(out[i].Advice)
	}
	return out
}

// changeJSON is the document of a change; an absent side is left out.
type changeJSON struct {
	Field  string          `json:"field"`
	From   json.RawMessage `json:"from,omitempty"`
	To     json.RawMessage `json:"to,omitempty"`
	Unseen bool            `json:"unseen,omitempty"`
	Resend schema.Resend   `json:"resend,omitempty"`
}

func encodeChanges(changes []schema.Change) []changeJSON {
	var out []changeJSON
	for _, c := range changes {
		out = append(out, changeJSON{c.Field.String(), fieldjson.EncodeValue(c.Field, c.From), fieldjson.EncodeValue(c.Field, c.To), c.Unseen, c.Resend})
	}
	return out
}

func decodeChanges(in []changeJSON) ([]schema.Change, error) {
	var changes []schema.Change
	for _, c := range in {
		f, from, err := fieldjson.DecodeNamed(c.Field, c.From)
		if err != nil {
			return nil, damaged("%w", err)
		}
		_, to, err := fieldjson.DecodeNamed(c.Field, c.To)
		if err != nil {
			return nil, damaged("%w", err)
		}
		changes = append(changes, schema.Change{Field: f, From: from, To: to, Unseen: c.Unseen, Resend: c.Resend})
	}
	return changes, nil
}
