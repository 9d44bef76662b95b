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

// writeJSON writes the run field by field, and the records and the findings one a line:
// so they can be read, searched and compared line by line, and a large report stays small.
func writeJSON(w io.Writer, d document) error {
	run, err := indented(d.run)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "{\n  \"version\": %d,\n  \"run\": %s,\n  \"records\": ", Version, run); err != nil {
		return err
	}
	if err := writeRows(w, d.records, (*jsonRow).record); err != nil {
		return err
	}
	if _, err := io.WriteString(w, ",\n  \"findings\": "); err != nil {
		return err
	}
	if err := writeRows(w, d.findings, (*jsonRow).finding); err != nil {
		return err
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

// writeRows writes a list, and gives it away piece by piece: the whole text of a large one
// is never held.
func writeRows[T any](w io.Writer, list []T, add func(*jsonRow, *T) error) error {
	if len(list) == 0 {
		_, err := io.WriteString(w, "[]")
		return err
	}
	var j jsonRow
	before := "[\n    "
	for i := range list {
		j.buffer = append(j.buffer, before...)
		before = ",\n    "
		if err := add(&j, &list[i]); err != nil {
			return err
		}
		if len(j.buffer) >= 1<<16 {
			if _, err := w.Write(j.buffer); err != nil {
				return err
			}
			j.buffer = j.buffer[:0]
		}
	}
	_, err := w.Write(append(j.buffer, "\n  ]"...))
	return err
}
