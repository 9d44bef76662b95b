package reports

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonRow appends a JSON object on one line, with a blank after each colon and comma for
// those who read it. There are many records, and each is written this way in a fraction
// of the time that reflection takes. TestReportRoundTrip holds names and order against the
// types.
type jsonRow struct{ buffer []byte }

func (j *jsonRow) begin() { j.buffer = append(j.buffer, '{') }
func (j *jsonRow) end()   { j.buffer = append(j.buffer, '}') }

func (j *jsonRow) key(name string) {
	j.next('{')
	j.buffer = append(j.buffer, '"')
	j.buffer = append(j.buffer, name...)
	j.buffer = append(j.buffer, `": `...)
}

// next separates a member from the one before, where this is not the first.
func (j *jsonRow) next(opening byte) {
	if j.buffer[len(j.buffer)-1] != opening {
		j.buffer = append(j.buffer, ", "...)
	}
}

func (j *jsonRow) text(name, s string) {
	j.key(name)
	j.quoted(s)
}

func (j *jsonRow) number(name string, n int64) {
	j.key(name)
	j.buffer = strconv.AppendInt(j.buffer, n, 10)
}

// quoted replaces what is no UTF-8, as encoding/json does; that is the only error.
func (j *jsonRow) quoted(s string) { j.buffer, _ = jsontext.AppendQuote(j.buffer, s) }

func (j *jsonRow) record(r *RecordInfo) error {
	j.begin()
	j.text("file", r.File)
	j.number("line", int64(r.Line))
	j.number("record", int64(r.Record))
	j.text("kind", r.Kind)
	j.text("type", r.Type)
	j.text("origin", r.Origin)
	j.text("displayName", r.DisplayName)
	j.number("id", r.ID)
	j.text("action", string(r.Action))
	j.text("status", string(r.Status))
	if err := j.changes(r.Changes); err != nil {
		return err
	}
	j.number("attempts", int64(r.Attempts))
	j.number("http", int64(r.HTTP))
	j.text("error", r.Error)
	j.text("advice", r.Advice)
	if !r.Started.IsZero() {
		j.key("started")
		j.buffer = append(j.buffer, '"')
		j.buffer = append(r.Started.AppendFormat(j.buffer, time.RFC3339Nano), '"')
	}
	j.number("ms", r.MS)
	j.end()
	return nil
}

func (j *jsonRow) changes(changes []ChangeInfo) error {
	j.key("changes")
	if changes == nil { // of a report that was read
		j.buffer = append(j.buffer, "null"...)
		return nil
	}
	return j.list(len(changes), func(i int) error { return j.change(&changes[i]) })
}

func (j *jsonRow) change(c *ChangeInfo) error {
	j.begin()
	j.text("field", c.Field)
	j.key("from")
	if err := j.value(c.From); err != nil {
		return err
	}
	j.key("to")
	if err := j.value(c.To); err != nil {
		return err
	}
	if c.Unseen {
		j.key("unseen")
		j.buffer = append(j.buffer, "true"...)
	}
	j.end()
	return nil
}

// value is that of a field.
func (j *jsonRow) value(v any) error {
	switch x := v.(type) {
	case string:
		j.quoted(x)
	case []string:
		return j.list(len(x), func(i int) error { return j.value(x[i]) })
	case []int64:
		return j.list(len(x), func(i int) error {
			j.buffer = strconv.AppendInt(j.buffer, x[i], 10)
			return nil
		})
	case []any: // of a report that was read
		return j.list(len(x), func(i int) error { return j.value(x[i]) })
	default:
		encoded, err := json.Marshal(v)
		if err != nil {
			return err
		}
		j.buffer = append(j.buffer, encoded...)
	}
	return nil
}

func (j *jsonRow) list(n int, add func(i int) error) error {
	j.buffer = append(j.buffer, '[')
	for i := range n {
		j.next('[')
		if err := add(i); err != nil {
			return err
		}
	}
	j.buffer = append(j.buffer, ']')
	return nil
}

func (j *jsonRow) finding(f *FindingInfo) error {
	j.begin()
	j.text("file", f.File)
	j.number("line", int64(f.Line))
	j.number("column", int64(f.Column))
	j.number("record", int64(f.Record))
	j.text("field", f.Field)
	j.text("level", f.Level)
	j.text("code", string(f.Code))
	j.text("message", f.Message)
	j.text("advice", f.Advice)
	j.end()
	return nil
}
