package reports

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"

	"gijbulk/schema"
)

// JSON renders report.json, a [Report].
func JSON(w io.Writer, run schema.Run, outcomes iter.Seq[schema.Outcome]) error {
	return FormatJSON.Renderer()(w, run, outcomes)
}

// writeJSON encodes record by record: a whole report of a large run would be held three
// times over.
func writeJSON(w io.Writer, d document) error {
	j := jsonWriter{out: bufio.NewWriter(w)}
	j.raw(fmt.Sprintf("{\n  \"version\": %d,\n  \"run\": ", Version))
	j.value("  ", d.run)
	j.raw(",\n  \"records\": ")
	list(&j, d.records)
	j.raw(",\n  \"findings\": ")
	list(&j, slices.Values(d.findings))
	j.raw("\n}\n")
	return j.flush()
}

// jsonWriter writes indented JSON piece by piece and keeps the first error.
type jsonWriter struct {
	out    *bufio.Writer // remembers its own first error
	buffer bytes.Buffer
	err    error // of the encoder
}

func (j *jsonWriter) raw(s string) { _, _ = j.out.WriteString(s) }

func (j *jsonWriter) value(indent string, v any) {
	j.buffer.Reset()
	encoder := json.NewEncoder(&j.buffer)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent(indent, "  ")
	if err := encoder.Encode(v); err != nil && j.err == nil {
		j.err = err
	}
	_, _ = j.out.Write(bytes.TrimSuffix(j.buffer.Bytes(), []byte("\n")))
}

func (j *jsonWriter) flush() error {
	if j.err != nil {
		return j.err
	}
	return j.out.Flush()
}

func list[T any](j *jsonWriter, values iter.Seq[T]) {
	before := "[\n    "
	for v := range values {
		j.raw(before)
		j.value("    ", v)
		before = ",\n    "
	}
	if before[0] == '[' {
		j.raw("[]")
		return
	}
	j.raw("\n  ]")
}
