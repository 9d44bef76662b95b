package journal

import (
	"database/sql/driver"
	"encoding/json"
	"time"
)

// document is a value that a column holds as JSON; nil is NULL. To read one, it holds a
// pointer to the value.
type document struct{ of any }

// Value encodes the document.
func (d document) Value() (driver.Value, error) {
	data, err := json.Marshal(d.of)
	if err != nil || string(data) == "null" {
		return nil, err
	}
	return string(data), nil
}

// Scan decodes the document; NULL leaves the value as it is.
func (d document) Scan(column any) error {
	switch text := column.(type) {
	case nil:
		return nil
	case string:
		return d.decode([]byte(text))
	case []byte:
		return d.decode(text)
	}
	return damaged("a document is a %T", column)
}

func (d document) decode(text []byte) error {
	if err := json.Unmarshal(text, d.of); err != nil {
		return &Error{Kind: KindDamaged, Err: err}
	}
	return nil
}

// timestamp is a time that a column holds in nanoseconds since 1970; the zero time is
// NULL.
type timestamp time.Time

// Value encodes the time.
func (t timestamp) Value() (driver.Value, error) {
	if time.Time(t).IsZero() {
		return nil, nil
	}
	return time.Time(t).UnixNano(), nil
}

// Scan decodes the time, in UTC.
func (t *timestamp) Scan(column any) error {
	switch ns := column.(type) {
	case nil:
		*t = timestamp{}
	case int64:
		*t = timestamp(time.Unix(0, ns).UTC())
	default:
		return damaged("a time is a %T", column)
	}
	return nil
}
