package manifest

import (
	"bytes"
	"errors"
	"io"
	"math"

	"gijbulk/schema"
)

// readLines reads JSON Lines as a stream. A line that is no JSON spoils its record and
// not the file: the next line begins anew.
func (p *pass) readLines(t *text) {
	w := &walk{pass: p, budget: budget{left: math.MaxInt}} // JSON has no aliases
	for number := 1; !p.left; number++ {
		line, tooLong, terminated, err := readLine(t.Reader, largestRow)
		if err != nil && err != io.EOF {
			p.fail(err)
			return
		}
		switch {
		case tooLong:
			p.spoiled(&flaw{code: schema.CodeCellTooLarge, line: number, message: "the line is larger than 4 MiB"})
		case len(bytes.TrimSpace(line)) > 0:
			if !p.readOneLine(w, line, number, terminated) {
				return
			}
		}
		if err == io.EOF {
			return
		}
	}
}

// readOneLine reports whether to go on.
func (p *pass) readOneLine(w *walk, line []byte, number int, terminated bool) bool {
	parser := newJSONParser(line, number)
	root, err := parser.next()
	if err == nil {
		if at := parser.start(); at < len(line) {
			f := &flaw{code: schema.CodeSyntax, message: "the line goes on after its record", advice: "write one record on each line"}
			f.line, f.column = parser.place(at)
			err = f
		}
	}
	var f *flaw
	if errors.As(err, &f) {
		if f.code == schema.CodeTruncated && !terminated {
			p.fail(f)
			return false
		}
		if f.code == schema.CodeTruncated {
			f.code, f.message, f.advice = schema.CodeSyntax, "the record does not end on its line",
				"write each record on one line; say --format json for other JSON"
		}
		return p.spoiled(f)
	}
	return w.record(root.withoutSchema(), section{}) == nil && !p.left
}

// spoiled hands out a record of which nothing could be read.
func (p *pass) spoiled(f *flaw) bool {
	e := schema.Entry{Place: p.next(f.line, 0)}
	e.Findings = []schema.Finding{f.finding(e.Place)}
	return p.emit(&e)
}
