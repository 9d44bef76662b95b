package gij

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"gijbulk/schema"
)

// listing is a list of live records. It is whole, or err says why not: a record that is
// missing from it would be created a second time.
type listing struct {
	records []schema.Record
	nested  []schema.Record // of repositories, those inside integrations
	err     error
}

var errNoList = errors.New("the answer has no list")

// listBuilder decodes a list record by record.
type listBuilder struct {
	kind    schema.Kind
	decoder recordDecoder
	chunks  [][]schema.Record // parts, joined once: a long list that grew would leave much behind
	nested  [][]schema.Record // likewise
	seen    int
	bad     error // of the first that cannot be used
	at      int   // its number
}

// addNext takes in what comes next. Repositories that belong to an integration are kept
// apart, whatever else they show. The error is one of syntax.
func (b *listBuilder) addNext(in *jsontext.Decoder) error {
	p, err := b.decoder.nextRecord(b.kind, in)
	if err != nil {
		return err
	}
	if p != nil && p.tracked() {
		b.nested = kept(b.nested, p.nested())
		return nil
	}
	b.seen++
	switch {
	case b.bad != nil:
		return nil
	case p == nil:
		b.bad, b.at = errNoObject, b.seen
		return nil
	}
	r, err := p.record()
	if err != nil {
		b.bad, b.at = err, b.seen
		return nil
	}
	b.chunks = kept(b.chunks, r)
	return nil
}

// kept are chunks of records with one more.
func kept(chunks [][]schema.Record, r schema.Record) [][]schema.Record {
	const chunk = 1024
	last := len(chunks) - 1
	if last < 0 || len(chunks[last]) == cap(chunks[last]) {
		chunks = append(chunks, make([]schema.Record, 0, min(chunk, 16<<(2*min(len(chunks), 3)))))
		last++
	}
	chunks[last] = append(chunks[last], r)
	return chunks
}

func (b *listBuilder) list() listing {
	if b.bad != nil {
		return listing{err: fmt.Errorf("%s %d of %d: %w", b.kind, b.at, b.seen, b.bad)}
	}
	records := slices.Concat(b.chunks...)
	if id, twice := duplicateID(records); twice {
		return listing{err: fmt.Errorf("%s %d is in it twice", b.kind, id)}
	}
	return listing{records: records, nested: slices.Concat(b.nested...)}
}

func duplicateID(records []schema.Record) (id int64, twice bool) {
	seen := make(map[int64]bool, len(records))
	for i := range records {
		if id = records[i].ID; seen[id] {
			return id, true
		}
		seen[id] = true
	}
	return 0, false
}

// readList reads an answer that lists a kind, and decodes the list as it comes in: it may
// have tens of megabytes. What is left of the answer, for the judge, has an empty list in
// its place; where the answer is not JSON or was cut, it is not JSON either. The error is
// one of reading.
func readList(body io.Reader, kind schema.Kind) (rest []byte, list listing, err error) {
	tap := &errorReader{r: body}
	in := bufio.NewReaderSize(tap, 64<<10)
	if !startsObject(in) {
		rest, err = readChunked(io.LimitReader(in, longestRead), -1) // it is no list, however long it is
		return rest, listing{err: errNoList}, err
	}
	a := listAnswer{kind: kind, decoder: newDecoder(in), lists: make(map[string]listing)}
	if a.read() != nil { // of syntax, or of reading
		return a.rest, listing{err: errNoList}, tap.err
	}
	return a.rest, a.result(), nil
}

func startsObject(in *bufio.Reader) bool {
	for {
		next, err := in.Peek(1)
		switch {
		case err != nil:
			return false
		case strings.IndexByte(" \t\r\n", next[0]) < 0:
			return next[0] == '{'
		}
		_, _ = in.Discard(1)
	}
}

// errorReader remembers why reading ended, which a decoder tells only in its own words.
type errorReader struct {
	r   io.Reader
	err error // nil where all was read
}

func (t *errorReader) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if err != nil && err != io.EOF {
		t.err = err
	}
	return n, err
}

// listAnswer is an answer with a list while it is read.
type listAnswer struct {
	kind    schema.Kind
	decoder *jsontext.Decoder
	rest    []byte             // the answer with empty lists
	lists   map[string]listing // by their names in it, in lower case
}

func (a *listAnswer) read() error {
	d := a.decoder
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for a.rest = append(a.rest, '{'); d.PeekKind() == '"'; {
		if len(a.rest) > 1 {
			a.rest = append(a.rest, ',')
		}
		quoted, err := d.ReadValue()
		if err != nil {
			return err
		}
		name := strings.ToLower(asText(json.RawMessage(quoted)))
		a.rest = append(append(a.rest, quoted...), ':')
		if d.PeekKind() == '[' && slices.Contains(a.listNames(), name) {
			a.lists[name], err = a.decodeList()
			a.rest = append(a.rest, "[]"...)
		} else {
			var value jsontext.Value
			value, err = d.ReadValue()
			a.rest = append(a.rest, value...)
		}
		if err != nil {
			return err
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	if err := expectEnd(d); err != nil {
		return err
	}
	a.rest = append(a.rest, '}')
	return nil
}

func (a *listAnswer) listNames() []string {
	if a.kind == schema.KindRepository {
		return []string{"repositories", "repository"}
	}
	return []string{"integrations", "integration"}
}

func (a *listAnswer) decodeList() (listing, error) {
	d := a.decoder
	if _, err := d.ReadToken(); err != nil {
		return listing{}, err
	}
	b := listBuilder{kind: a.kind}
	for d.PeekKind() != ']' {
		if err := b.addNext(d); err != nil {
			return listing{}, err
		}
	}
	_, err := d.ReadToken()
	return b.list(), err
}

func (a *listAnswer) result() listing {
	r, err := parseReply(a.rest)
	if err != nil {
		return listing{err: err}
	}
	for i, raw := range r.candidates(a.kind) {
		switch firstByte(raw) {
		case '{':
			b := listBuilder{kind: a.kind}
			if err := b.addNext(newDecoder(bytes.NewBuffer(raw))); err != nil {
				return listing{err: err}
			}
			return b.list()
		case '[':
			return a.lists[a.listNames()[i]]
		}
	}
	return listing{err: errNoList}
}
