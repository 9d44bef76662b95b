package manifest

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"gijbulk/schema"
)

// emptyOnPurpose is a cell whose field is there and empty; a blank cell is absent.
const emptyOnPurpose = `\N`

func writeTable(w io.Writer, delimiter rune, records iter.Seq[schema.Record]) error {
	all := schema.ListRules(slices.Collect(records))
	columns := columnsOf(all)
	out := csv.NewWriter(w)
	out.Comma = delimiter
	texts := make([]string, len(columns), len(columns)+1)
	for i, f := range columns {
		texts[i] = f.String()
	}
	sources := slices.ContainsFunc(all, func(r schema.Record) bool { return sourceOf(r) != "" })
	if sources {
		texts = append(texts, schema.SourceColumn)
	}
	if err := out.Write(texts); err != nil {
		return fmt.Errorf("write the header: %w", err)
	}
	for n, r := range all {
		if len(r.Fields()) == 0 {
			return fmt.Errorf("record %d: it has no field, and a blank row would be no record", n+1)
		}
		for i, f := range columns {
			text, err := cellText(n+1, f, r.Get(f))
			if err != nil {
				return err
			}
			texts[i] = text
		}
		if sources {
			texts[len(columns)] = sourceOf(r)
		}
		if err := out.Write(texts); err != nil {
			return fmt.Errorf("write record %d: %w", n+1, err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	return nil
}

// columnsOf lists the fields that occur, in the API's order. A table without records
// still gets a header that is one.
func columnsOf(records []schema.Record) []schema.Field {
	occurs := map[schema.Field]bool{}
	for _, r := range records {
		for _, f := range r.Fields() {
			occurs[f] = true
		}
	}
	if len(occurs) == 0 {
		return []schema.Field{schema.FieldType, schema.FieldOrigin, schema.FieldDisplayName}
	}
	return slices.DeleteFunc(schema.Fields(), func(f schema.Field) bool { return !occurs[f] })
}

func cellText(record int, f schema.Field, v schema.Value) (string, error) {
	plain, err := plainValue(record, f, v)
	if err != nil || plain == nil {
		return "", err
	}
	var text string
	switch plain := plain.(type) {
	case []int64:
		text = strings.Trim(strings.ReplaceAll(fmt.Sprint(plain), " ", ";"), "[]")
	case []string:
		text = schema.JoinList(plain)
		if slices.Contains(plain, emptyOnPurpose) { // as a word of a list it means the same
			text = emptyOnPurpose
		}
	default:
		text = fmt.Sprint(plain)
	}
	if text == "" {
		return emptyOnPurpose, nil
	}
	if err := tableHolds(text); err != nil {
		return "", unwritable(record, f, err.Error()+"; write YAML or JSON")
	}
	return text, nil
}

// tableHolds refuses what readers of tables change or refuse.
func tableHolds(text string) error {
	switch {
	case text == emptyOnPurpose:
		return errors.New(`a table takes \N for an empty value`)
	case blank(text):
		return errors.New("a table takes blanks for an absent value")
	case strings.ContainsRune(text, '\r'):
		return errors.New("a table cannot hold a carriage return")
	case strings.ContainsRune(text, 0):
		return errors.New("a table cannot hold a NUL")
	}
	return nil
}
