package manifest

import (
	"bytes"
	"encoding/csv"
	"io"
	"slices"
	"sync"
	"unicode/utf8"
)

// pieceSize is about how many bytes a piece has.
const pieceSize = 256 << 10

// readSize is the least room in bytes for a read from the file.
const readSize = 64 << 10

// cutter cuts a table into pieces at the ends of rows. A row ends with a line feed
// outside quotes; a quote where none may stand deceives it, but then the reader of that
// piece stops there, and nothing behind it counts.
type cutter struct {
	src       io.Reader
	delimiter byte
	size      int // of a piece

	header  []byte
	buffer  []byte    // the header, and behind it
	held    []byte    // what was read and not yet cut
	used    sync.Pool // of pieces whose room can be used again
	scanned int       // of held: no row ends between the last cut and here
	quoted  bool      // whether a quote is open there
	lines   int       // of the file before held
	records int       // likewise, blank rows not counted
	end     error     // of the source, once it came
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
	c.header = slices.Clone(c.held[:end])
	p.text = c.header
	c.take(end)
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
	p.text = c.take(last)
	c.records += records
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
	if cap(c.buffer)-len(c.buffer) < readSize {
		c.buffer = slices.Grow(c.buffer, readSize)
	}
	n, err := c.src.Read(c.buffer[len(c.buffer):cap(c.buffer)])
	c.buffer = c.buffer[:len(c.buffer)+n]
	c.held = c.buffer[len(c.buffer)-len(c.held)-n:]
	c.end = err
}

// take cuts off the beginning of held and gives it with the header before it. What is
// left goes on in another buffer.
func (c *cutter) take(n int) []byte {
	text := c.buffer[:len(c.buffer)-len(c.held)+n]
	rest := c.held[n:]
	c.lines += bytes.Count(c.held[:n], []byte("\n"))
	c.scanned = max(c.scanned-n, 0)
	var room []byte
	if done, ok := c.used.Get().(*piece); ok {
		room = done.text[:0]
	}
	c.buffer = append(append(room, c.header...), rest...)
	c.held = c.buffer[len(c.header):]
	return text
}

// recycle takes back a piece that has been read, for the room that its text has.
func (c *cutter) recycle(p *piece) {
	if cap(p.text) <= c.size+4*readSize { // a very large row's would only be kept for nothing
		c.used.Put(p)
	}
}
