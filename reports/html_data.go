package reports

import (
	"encoding/json"
	"io"
	"iter"
	"math"
	"strconv"
	"time"
)

// writePageData writes the page's data as JSON that is safe inside a script element.
// Records and findings are lists of numbers. Names are a list of their own; other texts
// are indexes into a list of words, since most occur again and again. The order of a
// record's numbers is that of RECORD in records.js, that of a finding's that of FINDING in
// findings.js.
func writePageData(w io.Writer, d reportData, c totals) error {
	run := map[string]any{"by": c.by(), "states": c.states(), "again": d.run.Again, "resume": d.run.Resume, "started": d.run.Started.UnixMilli()}
	words := wordList{indexes: map[string]int64{}, texts: []string{}}
	for _, part := range []struct {
		before string
		write  func() error
	}{
		{`{"run":`, func() error { return writeValue(w, run) }},
		{`,"records":`, func() error { return writeArray(w, words.records(d)) }},
		{`,"names":`, func() error {
			return writeValue(w, mapTo(d.records, func(r RecordInfo) string { return r.DisplayName }))
		}},
		{`,"findings":`, func() error { return writeArray(w, words.findings(d)) }},
		{`,"listings":`, func() error {
			if d.preflight == nil {
				return writeValue(w, []int{})
			}
			return words.writeListings(w, d)
		}},
		{`,"words":`, func() error { return writeValue(w, words.texts) }}, // the last: the others fill it
	} {
		if _, err := io.WriteString(w, part.before); err != nil {
			return err
		}
		if err := part.write(); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "}")
	return err
}

func writeValue(w io.Writer, v any) error {
	encoded, err := json.Marshal(v)
	if err != nil {
		return err
	}
	_, err = w.Write(encoded)
	return err
}

// writeArray writes lists of numbers. With encoding/json the page takes four times as long,
// and all reports together a tenth longer.
func writeArray(w io.Writer, rows iter.Seq[[]int64]) error {
	b := []byte("[")
	between := ""
	for row := range rows {
		b = append(b, between...)
		between = ","
		separator := byte('[')
		for _, n := range row {
			b = strconv.AppendInt(append(b, separator), n, 10)
			separator = ','
		}
		b = append(b, ']')
		if len(b) > 1<<16 {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := w.Write(append(b, ']'))
	return err
}

type wordList struct {
	indexes map[string]int64
	texts   []string
}

func (w *wordList) index(s string) int64 {
	i, known := w.indexes[s]
	if !known {
		i = int64(len(w.texts))
		w.indexes[s] = i
		w.texts = append(w.texts, s)
	}
	return i
}

func (w *wordList) records(d reportData) iter.Seq[[]int64] {
	return func(yield func([]int64) bool) {
		for i := range d.records {
			r := &d.records[i]
			started := int64(-1)
			if !r.Started.IsZero() {
				started = max(0, int64(r.Started.Sub(d.run.Started)/time.Millisecond))
			}
			row := []int64{w.index(r.File), int64(r.Line), int64(r.Record), w.index(r.Kind), w.index(r.Type), w.index(r.Origin), r.ID,
				w.index(string(r.Action)), w.index(string(r.Status)), int64(r.Attempts), int64(r.HTTP), w.index(r.Error), w.index(r.Advice), r.MS, started, w.index(r.Loss.text(math.MaxInt))}
			for _, c := range r.Changes {
				// Values are texts here: JavaScript would round a number of 64 bits.
				row = append(row, w.index(c.Field), w.index(fromText(c)), w.index(plainText(c.To)), int64(boolean(c.Unseen)))
			}
			if !yield(row) {
				return
			}
		}
	}
}

func fromText(c ChangeInfo) string {
	if c.Unseen {
		return unseenText(c.Resend)
	}
	return plainText(c.From)
}

func (w *wordList) findings(d reportData) iter.Seq[[]int64] {
	return func(yield func([]int64) bool) {
		for _, f := range d.findings {
			if !yield([]int64{w.index(f.File), int64(f.Line), int64(f.Column), int64(f.Record), w.index(f.Field), w.index(f.Level),
				w.index(string(f.Code)), w.index(f.Message), w.index(f.Advice)}) {
				return
			}
		}
	}
}
