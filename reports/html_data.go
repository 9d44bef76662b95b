package reports

import (
	"bufio"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// writePageData writes the page's data as JSON that is safe inside a script element:
// lists instead of objects, and texts that come again and again as numbers of words.
// The order of a record's values is that of RECORD in records.js, that of a finding's
// that of FINDING in findings.js.
func writePageData(out *bufio.Writer, d document, c census) error {
	w := dataWriter{out: out, words: map[string]int{}}
	w.text(`{"run":`)
	run := map[string]any{"id": d.run.ID, "command": d.run.Command, "files": d.run.Files, "target": d.run.Target,
		"complete": d.run.Complete, "dryRun": d.run.DryRun, "by": c.by(), "skipInvalid": c.errors > 0 && !c.checkedOnly(), "sandbox": isSandbox(d.run), "states": c.states(),
		"writes": d.run.Writes, "merged": len(d.run.Shards) > 0, "started": d.run.Started.UnixMilli()}
	encoded, err := json.Marshal(run) // escapes what a script element must not hold
	if err != nil {
		return err
	}
	w.buffer = append(w.buffer, encoded...)
	w.text(`,"records":[`)
	for i := range d.records {
		if i > 0 {
			w.text(",")
		}
		if err := w.record(d.run, &d.records[i]); err != nil {
			return err
		}
	}
	w.text(`],"findings":[`)
	for i, f := range d.findings {
		if i > 0 {
			w.text(",")
		}
		w.finding(f)
	}
	w.text(`],"words":[`)
	for i, word := range w.list {
		if i > 0 {
			w.text(",")
		}
		w.quoted(word)
	}
	w.text("]}")
	return w.flush()
}

// dataWriter appends to a buffer, which goes out from time to time.
type dataWriter struct {
	out    *bufio.Writer
	buffer []byte
	words  map[string]int
	list   []string
}

func (w *dataWriter) text(s string) { w.buffer = append(w.buffer, s...) }

func (w *dataWriter) number(n int64) {
	w.buffer = append(strconv.AppendInt(w.buffer, n, 10), ',')
}

// word writes the number of a text.
func (w *dataWriter) word(s string) {
	n, known := w.words[s]
	if !known {
		n = len(w.list)
		w.words[s] = n
		w.list = append(w.list, s)
	}
	w.number(int64(n))
}

func (w *dataWriter) record(run RunInfo, r *RecordInfo) error {
	w.text("[")
	w.word(r.File)
	w.number(int64(r.Line))
	w.number(int64(r.Record))
	w.word(r.Kind)
	w.word(r.Type)
	w.word(r.Origin)
	w.quoted(r.DisplayName)
	w.text(",")
	w.number(r.ID)
	w.word(string(r.Action))
	w.word(string(r.Status))
	w.number(int64(r.Attempts))
	w.number(int64(r.HTTP))
	w.word(r.Error)
	w.word(r.Advice)
	w.number(r.MS)
	if r.Started.IsZero() {
		w.text("-1")
	} else {
		w.buffer = strconv.AppendInt(w.buffer, max(0, int64(r.Started.Sub(run.Started)/time.Millisecond)), 10)
	}
	w.changes(r.Changes)
	w.text("]")
	if len(w.buffer) > 1<<16 {
		return w.flush()
	}
	return nil
}

// changes are texts already: a number of 64 bits would lose its end in a script.
func (w *dataWriter) changes(changes []ChangeInfo) {
	if len(changes) == 0 {
		return
	}
	before := ",["
	for _, c := range changes {
		w.text(before + "[")
		before = ","
		w.word(c.Field)
		w.word(plainText(c.From))
		w.word(plainText(c.To))
		w.buffer = append(strconv.AppendBool(w.buffer, c.Unseen), ']')
	}
	w.text("]")
}

func (w *dataWriter) finding(f FindingInfo) {
	w.text("[")
	w.word(f.File)
	w.number(int64(f.Line))
	w.number(int64(f.Column))
	w.number(int64(f.Record))
	w.word(f.Field)
	w.word(f.Level)
	w.word(string(f.Code))
	w.word(f.Message)
	w.word(f.Advice)
	w.buffer[len(w.buffer)-1] = ']'
}

// quoted writes a text. What is plain, as nearly all is, needs no encoder.
func (w *dataWriter) quoted(s string) {
	if !isPlain(s) || strings.ContainsAny(s, `"\<>&`) {
		encoded, _ := json.Marshal(s) // a text can always be encoded
		w.buffer = append(w.buffer, encoded...)
		return
	}
	w.buffer = append(w.buffer, '"')
	w.buffer = append(w.buffer, s...)
	w.buffer = append(w.buffer, '"')
}

func (w *dataWriter) flush() error {
	_, err := w.out.Write(w.buffer)
	w.buffer = w.buffer[:0]
	return err
}
