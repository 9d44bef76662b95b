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
	j := newJSONWriter(w)
	j.raw(fmt.Sprintf("{\n  \"version\": %d,\n  \"run\": ", Version))
	j.value("  ", d.run)
	j.raw(",\n  \"records\": ")
	list(j, slices.Values(d.records))
	j.raw(",\n  \"findings\": ")
	list(j, slices.Values(d.findings))
	j.raw("\n}\n")
	return j.flush()
}

// jsonWriter writes indented JSON piece by piece and keeps the first error.
type jsonWriter struct {
	out     *bufio.Writer // remembers its own first error
	buffer  bytes.Buffer
	encoder *json.Encoder // to the buffer; one for all values, since it keeps what it indents in
	err     error         // of the encoder
}

func newJSONWriter(w io.Writer) *jsonWriter {
	j := &jsonWriter{out: bufio.NewWriter(w)}
	j.encoder = json.NewEncoder(&j.buffer)
	j.encoder.SetEscapeHTML(false)
	return j
}

func (j *jsonWriter) raw(s string) { _, _ = j.out.WriteString(s) }

func (j *jsonWriter) value(indent string, v any) {
	j.buffer.Reset()
	j.encoder.SetIndent(indent, "  ")
	if err := j.encoder.Encode(v); err != nil && j.err == nil {
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
