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
	return writeJSON(w, run, sorted(run, outcomes))
}

// writeJSON encodes record by record: a whole report of a large run would be held three
// times over.
func writeJSON(w io.Writer, run schema.Run, all []*schema.Outcome) error {
	findings := slices.Clone(run.Findings)
	order := placeOrder(run.Files)
	slices.SortStableFunc(findings, func(a, b schema.Finding) int { return order(a.Place, b.Place) })

	j := jsonWriter{out: bufio.NewWriter(w)}
	j.raw(fmt.Sprintf("{\n  \"version\": %d,\n  \"run\": ", Version))
	j.value("  ", runInfo(run, all))
	j.raw(",\n  \"records\": ")
	list(&j, all, recordInfo)
	j.raw(",\n  \"findings\": ")
	list(&j, findings, findingInfo)
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

func list[T, Info any](j *jsonWriter, values []T, info func(T) Info) {
	if len(values) == 0 {
		j.raw("[]")
		return
	}
	for i, v := range values {
		if i == 0 {
			j.raw("[\n    ")
		} else {
			j.raw(",\n    ")
		}
		j.value("    ", info(v))
	}
	j.raw("\n  ]")
}
