package manifest

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"sync"
)

// lineCutter cuts JSON Lines into pieces at the ends of lines. A line that is too long
// is left out, and ends its piece.
type lineCutter struct {
	src  *bufio.Reader
	size int // of a piece, about

	used    sync.Pool // of pieces whose room can be used again
	lines   int       // cut so far
	records int       // likewise, blank lines not counted
	end     error     // of the source, once it came
}

// next cuts the next piece; nil is the end of the file.
func (c *lineCutter) next() *piece {
	if c.end != nil {
		return nil
	}
	p := &piece{lines: c.lines, records: c.records}
	if done, ok := c.used.Get().(*piece); ok {
		p.text = done.text[:0]
	}
	for p.end == nil && !p.tooLong && len(p.text) < c.size {
		start := len(p.text)
		p.text, p.tooLong, p.end = appendLine(p.text, c.src, largestRow)
		c.lines++
		if p.tooLong || len(bytes.TrimSpace(p.text[start:])) > 0 {
			p.count++
		}
	}
	c.records += p.count
	c.end = p.end
	return p
}

// recycle takes back a piece that has been read, for the room that its text has.
func (c *lineCutter) recycle(p *piece) {
	if cap(p.text) <= 2*c.size { // a very long line's would only be kept for nothing
		c.used.Put(p)
	}
}

// appendLine reads a line of at most limit bytes and appends it with its line feed, if
// it ends with one. Of a longer one, and of one that an error cuts short, nothing is
// kept.
func appendLine(text []byte, r *bufio.Reader, limit int) (longer []byte, tooLong bool, err error) {
	start := len(text)
	for {
		part, err := r.ReadSlice('\n')
		if len(text)-start+len(part) > limit {
			tooLong, text = true, text[:start]
		}
		if !tooLong {
			text = append(text, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && err != io.EOF:
			return text[:start], false, err
		}
		return text, tooLong, err
	}
}
