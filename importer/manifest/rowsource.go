package manifest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// largestRow is how many bytes a row or line may have. No cell may have more than 1 MiB; a
// row that is larger has most often swallowed others through a quote that is not closed.
const largestRow = 4 << 20

var errRowTooLarge = errors.New("the row is too large")

// rowSource is what the CSV reader reads. It keeps the text from the current row on, for
// the reader's errors do not give the position of a quote that is never closed.
type rowSource struct {
	src   io.Reader
	text  []byte // as far as it was read
	row   int    // index into text where the current row begins
	start int64  // offset of that row in what the CSV reader has read
	line  int    // of that row in the file
	err   error  // why the text ends early, once the CSV reader has seen it
}

func (s *rowSource) Read(b []byte) (int, error) {
	s.skipBlankLines()
	if len(s.text)-s.row > largestRow {
		s.err = errRowTooLarge
		return 0, s.err
	}
	n, err := s.src.Read(b)
	s.text = append(s.text[:copy(s.text, s.text[s.row:])], b[:n]...)
	s.row = 0
	if err != io.EOF {
		s.err = err
	}
	return n, err
}

// begin starts the next row at an offset, and drops the text before it.
func (s *rowSource) begin(offset int64) { s.skip(int(offset - s.start)) }

func (s *rowSource) skip(n int) {
	s.line += bytes.Count(s.text[s.row:s.row+n], []byte("\n"))
	s.row += n
	s.start += int64(n)
}

// skipBlankLines skips the lines that the CSV reader skips.
func (s *rowSource) skipBlankLines() {
	for {
		rest := s.text[s.row:]
		switch {
		case bytes.HasPrefix(rest, []byte("\n")):
			s.skip(1)
		case bytes.HasPrefix(rest, []byte("\r\n")):
			s.skip(2)
		default:
			return
		}
	}
}

// rest is the text that was read from the row's first line on.
func (s *rowSource) rest() []byte {
	s.skipBlankLines()
	return s.text[s.row:]
}

// terminated reports whether the row up to an offset ends with a line feed.
func (s *rowSource) terminated(end int64) bool { return s.text[s.row+int(end-s.start)-1] == '\n' }

// stop reports the error that ends the reading of the table.
func (tb *table) stop(err error) {
	cause := tb.source.err
	if cause != nil && cause != errRowTooLarge {
		tb.pass.fail(cause) // the CSV reader may have reported a broken quote instead
		return
	}
	rest := tb.source.rest()
	quote, open := brokenQuote(rest, byte(tb.reader.Comma))
	before := rest[:max(quote, 0)]
	f := &document.Error{Code: schema.CodeSyntax, Line: tb.source.line + bytes.Count(before, []byte("\n")),
		Column: len(before) - bytes.LastIndexByte(before, '\n')}
	var parse *csv.ParseError
	switch {
	case cause != nil:
		f.Code, f.Message = schema.CodeCellTooLarge, "the row that begins here is larger than 4 MiB"
		if open {
			f.Message = "the quoted cell that begins here makes its row larger than 4 MiB"
		}
	case errors.Is(err, csv.ErrBareQuote) && errors.As(err, &parse):
		f.Line, f.Column = parse.Line+tb.skipped, parse.Column
		f.Message = "a quote stands inside a cell that does not begin with one"
		f.Advice = `put the whole cell in quotes, and write "" for each quote inside it`
	case open && !bytes.HasSuffix(rest, []byte("\n")):
		f.Code, f.Message = schema.CodeTruncated, "the file ends inside the quoted cell that begins here"
	case open:
		f.Message = "the quote that begins here is never closed"
		f.Advice = `close the quote; inside a quoted cell, write "" for a quote`
	case quote >= 0:
		f.Message = "the quoted cell that begins here goes on after its closing quote"
		f.Advice = `close the quote before the delimiter; inside a quoted cell, write "" for a quote`
	default:
		tb.pass.fail(err)
		return
	}
	tb.pass.fail(f)
}

// brokenQuote finds the first quoted cell that does not end properly, in text that begins
// with a row; at is -1 if there is none. open means that the cell extends to the end of the
// text.
func brokenQuote(text []byte, delimiter byte) (at int, open bool) {
	atStart := true // of a cell
	for i := 0; i < len(text); i++ {
		if text[i] != '"' || !atStart {
			atStart = text[i] == delimiter || text[i] == '\n'
			continue
		}
		end := closingQuote(text[i+1:])
		if end < 0 {
			return i, true
		}
		next := bytes.TrimPrefix(text[i+1+end+1:], []byte("\r"))
		if len(next) > 0 && next[0] != delimiter && next[0] != '\n' {
			return i, false
		}
		i, atStart = i+1+end, false
	}
	return -1, false
}

// closingQuote is the index of the first quote that is not doubled, or -1.
func closingQuote(s []byte) int {
	for i := 0; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 == len(s) || s[i+1] != '"' {
			return i
		}
		i++
	}
	return -1
}
