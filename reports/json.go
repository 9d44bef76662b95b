package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"gijbulk/schema"
)

// JSON renders report.json, a [Report].
func JSON(w io.Writer, run schema.Run, results []schema.Result) error {
	return FormatJSON.Renderer()(w, run, results)
}

// writeJSON writes the run field by field, and the records and the findings one per line,
// so that they can be searched and compared line by line.
func writeJSON(w io.Writer, d reportData) error {
	run, err := indented(d.run)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "{\n  \"version\": %d,\n  \"run\": %s,\n  \"records\": ", Version, run); err != nil {
		return err
	}
	if err := writeRows(w, d.records); err != nil {
		return err
	}
	if _, err := io.WriteString(w, ",\n  \"findings\": "); err != nil {
		return err
	}
	if err := writeRows(w, d.findings); err != nil {
		return err
	}
	if p := d.preflight; p != nil {
		if _, err := io.WriteString(w, ",\n  \"preflight\": "); err != nil {
			return err
		}
		if err := writeValue(w, p); err != nil {
			return err
		}
	}
	_, err = io.WriteString(w, "\n}\n")
	return err
}

func indented(run RunInfo) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("  ", "  ")
	err := encoder.Encode(run)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// writeRows writes a list, one element per line. It never holds the text of more than one.
func writeRows[T any](w io.Writer, list []T) error {
	if len(list) == 0 {
		_, err := io.WriteString(w, "[]")
		return err
	}
	var row bytes.Buffer
	encoder := json.NewEncoder(&row)
	encoder.SetEscapeHTML(false)
	before := "[\n    "
	for i := range list {
		row.WriteString(before)
		before = ",\n    "
		if err := encoder.Encode(&list[i]); err != nil {
			return err
		}
		row.Truncate(row.Len() - len("\n"))
		if _, err := row.WriteTo(w); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "\n  ]")
	return err
}
