package manifest

import (
	"bytes"
	"errors"
	"io"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// readLines reads JSON Lines as a stream. A line that is no JSON spoils its record and
// not the file: the next line begins anew.
func (p *pass) readLines(t *text) {
	p.readPieces(&lineCutter{src: t.Reader, size: p.pieceSize}, func() pieceReader {
		l := &lines{walk: walk{}} // JSON has no aliases
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
	if piece.tooLong && !p.spoiled(&document.Error{Code: schema.CodeCellTooLarge, Line: number + 1, Message: "the line is larger than 4 MiB"}) {
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
	return p.emit(&e)
}
