package manifest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strconv"
	"unicode/utf8"

	"gijbulk/schema"
)

// Write writes records as a manifest. What is written reads back equal, but for secrets
// that were written out: in their place stands the reference to fill in. A value that
// the format cannot hold is an error that names record and field; w may hold a part of
// the manifest then. CSV and TSV hold the records in memory until all are known, since
// their header names only fields that occur.
func Write(w io.Writer, f Format, records iter.Seq[schema.Record]) error {
	b := bufio.NewWriter(w)
	if err := write(b, f, records); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	return nil
}

func write(b *bufio.Writer, f Format, records iter.Seq[schema.Record]) error {
	switch f {
	case CSV:
		return writeTable(b, ',', records)
	case TSV:
		return writeTable(b, '\t', records)
	case YAML:
		return writeYAML(b, records)
	case JSON:
		return writeJSON(b, records)
	case JSONL:
		return writeLines(b, records)
	}
	return fmt.Errorf("there is no format %q", string(f))
}

// unwritable is the error for a value that a format cannot hold. It does not show the
// value.
func unwritable(record int, f schema.Field, why string) error {
	return fmt.Errorf("record %d: %s: %s", record, f, why)
}

// plainValue is a field's value as an encoder of data takes it; a secret is its
// reference.
func plainValue(record int, f schema.Field, v schema.Value) (any, error) {
	if s, ok := v.Secret(); ok {
		if s.Literal() && s.Reference() == "" {
			return nil, unwritable(record, f, "the secret has no reference that could stand in its place")
		}
		return s.Reference(), nil
	}
	plain := v.Plain()
	texts, _ := plain.([]string)
	if s, ok := plain.(string); ok {
		texts = []string{s}
	}
	for _, s := range texts {
		if !utf8.ValidString(s) {
			return nil, unwritable(record, f, "the text is not UTF-8")
		}
	}
	return plain, nil
}

// writeJSON writes the long form, one record a line.
func writeJSON(b *bufio.Writer, records iter.Seq[schema.Record]) error {
	b.WriteString("{\"version\": 1, \"integrations\": [")
	n := 0
	for r := range records {
		if n++; n > 1 {
			b.WriteByte(',')
		}
		b.WriteString("\n  ")
		if err := writeObject(b, n, r); err != nil {
			return err
		}
	}
	b.WriteString("\n]}\n")
	return nil
}

func writeLines(b *bufio.Writer, records iter.Seq[schema.Record]) error {
	n := 0
	for r := range records {
		n++
		if err := writeObject(b, n, r); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	return nil
}

// writeObject writes a record as a JSON object on one line, fields in the API's order.
// An error of b comes again at its Flush.
func writeObject(b *bufio.Writer, number int, r schema.Record) error {
	b.WriteByte('{')
	for i, f := range r.Fields() {
		v, err := plainValue(number, f, r.Get(f))
		if err != nil {
			return err
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(f.String()))
		b.WriteString(": ")
		b.Write(jsonText(v))
	}
	b.WriteByte('}')
	return nil
}

// jsonText encodes a string, bool, int64 or a list of them, with < > & as they are.
func jsonText(v any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // such values always encode
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}
