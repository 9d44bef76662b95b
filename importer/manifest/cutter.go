package manifest

import (
	"bytes"
	"encoding/csv"
	"io"
	"unicode/utf8"
)

// pieceSize is about how many bytes a piece has.
const pieceSize = 256 << 10

// cutter cuts a table into pieces at the ends of rows. A row ends with a line feed
// outside quotes; a quote where none may stand deceives it, but then the reader of that
// piece stops there, and nothing behind it counts.
type cutter struct {
	src       io.Reader
	delimiter byte
	size      int // of a piece

	header  []byte
	held    []byte // read and not yet cut
	scanned int    // of held: no row ends between the last cut and here
	quoted  bool   // whether a quote is open there
	lines   int    // of the file before held
	records int    // likewise, blank rows not counted
	end     error  // of the source, once it came
}

// takeHeader cuts the first row that is not empty and keeps it as the header. It is
// the text of the header's piece, and its end.
func (c *cutter) takeHeader() *piece {
	end, _ := c.nextEnd(0)
	for end >= 0 && len(bytes.TrimRight(c.held[:end], "\r\n")) == 0 {
		end, _ = c.nextEnd(end)
	}
	p := &piece{lines: c.lines, end: io.EOF}
	if end < 0 {
		end, p.end = len(c.held), c.end
	}
	p.text = c.held[:end:end]
	c.header = p.text
	c.drop(end)
	return p
}

// next cuts the next piece; nil is the end of the table.
func (c *cutter) next() *piece {
	last, records := 0, 0
	for last < c.size {
		end, blank := c.nextEnd(last)
		if end < 0 {
			break
		}
		if last = end; !blank {
			records++
		}
	}
	p := &piece{records: c.records, count: records, lines: c.lines - bytes.Count(c.header, []byte("\n")), end: io.EOF}
	if last == 0 || c.end != nil && last < c.size {
		// Nothing ends properly any more: the rest is the last piece.
		last, p.end = len(c.held), c.end
		if last == 0 && p.end == io.EOF {
			return nil
		}
	}
	p.text = append(append(make([]byte, 0, len(c.header)+last), c.header...), c.held[:last]...)
	c.records += records
	c.drop(last)
	if p.end != io.EOF {
		c.end = io.EOF // it has been handed on
	}
	return p
}

// nextEnd is where the row that begins at an offset of held ends; -1 where it does not,
// before the source ends or the row is too large. blank tells a row that is no record.
func (c *cutter) nextEnd(from int) (end int, blank bool) {
	c.scanned = max(c.scanned, from)
	for {
		feed := bytes.IndexByte(c.held[c.scanned:], '\n')
		if feed >= 0 {
			line := c.held[c.scanned : c.scanned+feed]
			c.scanned += feed + 1
			if bytes.Count(line, []byte{'"'})%2 == 1 {
				c.quoted = !c.quoted
			}
			if c.quoted {
				continue
			}
			return c.scanned, c.blank(c.held[from:c.scanned])
		}
		if c.end == nil && len(c.held)-from > largestRow {
			c.end = errRowTooLarge
		}
		if c.end != nil {
			return -1, false
		}
		c.read()
	}
}

// blank reports whether a row is one that the reader passes over.
func (c *cutter) blank(row []byte) bool {
	if b := row[0]; b > ' ' && b < utf8.RuneSelf && b != c.delimiter && b != '"' {
		return false
	}
	r := csv.NewReader(bytes.NewReader(row))
	r.Comma = rune(c.delimiter)
	texts, err := r.Read()
	return err == io.EOF || err == nil && allBlank(texts)
}

func (c *cutter) read() {
	const step = 64 << 10
	if cap(c.held)-len(c.held) < step {
		grown := make([]byte, len(c.held), max(2*len(c.held), c.size)+step)
		copy(grown, c.held)
		c.held = grown
	}
	n, err := c.src.Read(c.held[len(c.held):cap(c.held)])
	c.held = c.held[:len(c.held)+n]
	c.end = err
}

// drop takes what was cut off held.
func (c *cutter) drop(n int) {
	c.lines += bytes.Count(c.held[:n], []byte("\n"))
	c.held = c.held[n:]
	c.scanned = max(c.scanned-n, 0)
}
