package manifest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gijbulk/schema"
)

// Write writes records as a manifest. What is written reads back equal, but for secrets
// that were written out: in their place stands the reference to fill in. A value that
// the format cannot hold is an error that names record and field; w may hold a part of
// the manifest then. CSV and TSV hold the records in memory until all are known, since
// their header names only fields that occur. YAML and JSON list integrations before
// repositories, each in their order, and hold the latter until then. Where a record's cells
// tell its source ([schema.SourceColumn]) that is written too: as a column or key of that
// name, which readers leave aside, and in YAML as a comment.
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

// sourceOf tells on one line what a record was made of, or gives "".
func sourceOf(r schema.Record) string {
	for _, c := range r.Cells {
		if c.Name == schema.SourceColumn {
			plain := strings.Map(func(r rune) rune {
				if !unicode.IsPrint(r) || r == '\uFEFF' {
					return ' '
				}
				return r
			}, c.Text)
			return strings.Join(strings.Fields(plain), " ")
		}
	}
	return ""
}

// item is a record and its number among all that are written.
type item struct {
	number int
	record schema.Record
}

// inLists visits the records list by list: integrations as they come, and then the
// repositories, which are held until then. open begins a list before its first record.
func inLists(records iter.Seq[schema.Record], open func(list string), visit func(item) error) error {
	var held []item
	n := 0
	for r := range records {
		n++
		switch r.Kind() {
		case schema.KindNested:
			return fmt.Errorf("record %d: a rule for nested repositories needs its integration", n)
		case schema.KindRepository:
			held = append(held, item{n, r})
			continue
		}
		if n == len(held)+1 {
			open(keyIntegrations)
		}
		if err := visit(item{n, r}); err != nil {
			return err
		}
	}
	if len(held) > 0 {
		open(keyRepositories)
	}
	for _, i := range held {
		if err := visit(i); err != nil {
			return err
		}
	}
	return nil
}

// listed are the fields that a list writes of a record: what a list of repositories
// holds is known.
func (i item) listed() []schema.Field {
	fields := i.record.Fields()
	if i.record.Kind() != schema.KindIntegration {
		fields = slices.DeleteFunc(fields, func(f schema.Field) bool { return f == schema.FieldKind || f == schema.FieldIntegration })
	}
	return fields
}

// rules are those of the record, as items of its list.
func (i item) rules() []item {
	rules := make([]item, len(i.record.Rules))
	for n, rule := range i.record.Rules {
		rules[n] = item{i.number, rule}
	}
	return rules
}

// writeJSON writes the long form, one record a line.
func writeJSON(b *bufio.Writer, records iter.Seq[schema.Record]) error {
	b.WriteString(`{"version": 1`)
	end, comma := "", ""
	open := func(list string) {
		fmt.Fprintf(b, "%s, %q: [", end, list)
		end, comma = "\n]", ""
	}
	err := inLists(records, open, func(i item) error {
		b.WriteString(comma + "\n  ")
		comma = ","
		return writeObject(b, i, i.listed())
	})
	if err != nil {
		return err
	}
	if end == "" {
		open(keyIntegrations)
	}
	b.WriteString(end + "}\n")
	return nil
}

func writeLines(b *bufio.Writer, records iter.Seq[schema.Record]) error {
	n := 0
	for r := range records {
		n++
		if err := writeObject(b, item{n, r}, r.Fields()); err != nil {
			return err
		}
		b.WriteByte('\n')
	}
	return nil
}

// writeObject writes these fields of a record as a JSON object on one line. An error of b
// comes again at its Flush.
func writeObject(b *bufio.Writer, i item, fields []schema.Field) error {
	b.WriteByte('{')
	for at, f := range fields {
		v, err := plainValue(i.number, f, i.record.Get(f))
		if err != nil {
			return err
		}
		if at > 0 {
			b.WriteString(", ")
		}
		b.WriteString(strconv.Quote(f.String()))
		b.WriteString(": ")
		b.Write(jsonText(v))
	}
	for at, rule := range i.rules() {
		if at > 0 {
			b.WriteString(", ")
		} else {
			fmt.Fprintf(b, ", %q: [", keyNested)
		}
		if err := writeObject(b, rule, rule.listed()); err != nil {
			return err
		}
		if at == len(i.record.Rules)-1 {
			b.WriteByte(']')
		}
	}
	if source := sourceOf(i.record); source != "" {
		if len(fields) > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(b, "%q: %s", schema.SourceColumn, jsonText(source))
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
