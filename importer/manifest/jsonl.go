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
	p.readPieces(&lineCutter{src: t.Reader, size: p.pieceSize}, func() pieceReader {
		l := &lines{walk: walk{budget: budget{left: math.MaxInt}}} // JSON has no aliases
		return l.read
	})
}

// lines reads pieces of JSON Lines, one after the other.
type lines struct {
	parser jsonParser
	walk   walk
}

// read reports whether to go on after the piece.
func (l *lines) read(p *pass, piece *piece) bool {
	l.walk.pass = p
	number := piece.lines
	for rest := piece.text; len(rest) > 0; {
		line, after, terminated := bytes.Cut(rest, []byte("\n"))
		rest = after
		number++
		if len(bytes.TrimSpace(line)) > 0 && !l.readLine(line, number, terminated) {
			return false
		}
	}
	if piece.tooLong && !p.spoiled(&flaw{code: schema.CodeCellTooLarge, line: number + 1, message: "the line is larger than 4 MiB"}) {
		return false
	}
	return piece.end == nil || piece.end != io.EOF && p.fail(piece.end)
}

// readLine reports whether to go on.
func (l *lines) readLine(line []byte, number int, terminated bool) bool {
	p := l.walk.pass
	l.parser.reset(line, number)
	root, err := l.parser.next()
	if err == nil {
		if at := l.parser.start(); at < len(line) {
			f := &flaw{code: schema.CodeSyntax, message: "the line goes on after its record", advice: "write one record on each line"}
			f.line, f.column = l.parser.place(at)
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
			f.code, f.message = schema.CodeSyntax, "the record does not end on its line"
			f.advice, f.option = "write each record on one line, or read the file in the format json", schema.OptionFormat
		}
		return p.spoiled(f)
	}
	return l.walk.record(root.withoutSchema(), section{}) == nil && !p.left
}

// spoiled hands out a record of which nothing could be read.
func (p *pass) spoiled(f *flaw) bool {
	e := schema.Entry{Place: p.next(f.line, 0), Spoiled: true}
	e.Findings = []schema.Finding{f.finding(e.Place)}
	return p.emit(&e)
}
