package manifest

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// lines reads JSON Lines as a stream. A line that is not JSON is a record that cannot be
// read; the next line is read all the same.
type lines struct {
	parser jsonParser
	walk   walk
}

func (p *pass) readLines(t *text) {
	l := lines{walk: walk{pass: p}} // JSON has no aliases
	var line []byte
	for number := 1; ; number++ {
		var tooLong bool
		var err error
		line, tooLong, err = readLine(line[:0], t.Reader)
		record, terminated := bytes.CutSuffix(line, []byte("\n"))
		switch {
		case tooLong:
			p.spoiled(&document.Error{Code: schema.CodeCellTooLarge, Line: number, Message: "the line is larger than 4 MiB"})
		case len(bytes.TrimSpace(record)) > 0 && !l.read(record, number, terminated):
			return
		}
		if err != nil && err != io.EOF {
			p.fail(err)
		}
		if err != nil || p.left {
			return
		}
	}
}

// readLine appends a line with its line feed, if it has one. It keeps nothing of a line
// that is too long, or that an error cuts short.
func readLine(text []byte, r *bufio.Reader) (longer []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if tooLong = tooLong || len(text)+len(part) > largestRow; !tooLong {
			text = append(text, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && err != io.EOF:
			return text[:0], false, err
		case tooLong:
			text = text[:0]
		}
		return text, tooLong, err
	}
}

// read reports whether the next line can be read.
func (l *lines) read(line []byte, number int, terminated bool) bool {
	p := l.walk.pass
	l.parser.reset(line, number)
	root, err := l.parser.next()
	if err == nil {
		if at := l.parser.start(); at < len(line) {
			f := &document.Error{Code: schema.CodeSyntax, Message: "the line goes on after its record", Advice: "write one record on each line"}
			f.Line, f.Column = l.parser.place(at)
			err = f
		}
	}
	var f *document.Error
	if errors.As(err, &f) {
		if f.Code == schema.CodeTruncated && !terminated {
			p.fail(f)
			return false
		}
		if f.Code == schema.CodeTruncated {
			f.Code, f.Message = schema.CodeSyntax, "the record does not end on its line"
			f.Advice, f.Option = "write each record on one line, or read the file in the format json", schema.OptionFormat
		}
		return p.spoiled(f)
	}
	return l.walk.record(withoutSchema(root), section{}) == nil && !p.left
}

func (p *pass) spoiled(f *document.Error) bool {
	e := schema.Entry{Place: p.next(f.Line, 0), Spoiled: true}
	e.Findings = []schema.Finding{f.Finding(e.Place)}
	return p.emit(e)
}
