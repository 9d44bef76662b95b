package journal

import (
	"encoding/base64"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// An object is JSON that is being written, member by member, where encoding/json would
// look every member up: a run writes three of these for each record. Members that hold
// nothing are left out, as omitempty leaves them out.
type object []byte

// newObject opens an object behind what is there already.
func newObject(b []byte) object { return append(b, '{') }

// end closes it.
func (o object) end() []byte { return append(o, '}') }

// member names what is appended next.
func (o object) member(name string) object {
	if o[len(o)-1] != '{' {
		o = append(o, ',')
	}
	return append(append(append(o, '"'), name...), '"', ':')
}

func (o object) int(name string, n int64) object {
	if n == 0 {
		return o
	}
	return strconv.AppendInt(o.member(name), n, 10)
}

func (o object) bool(name string, yes bool) object {
	if !yes {
		return o
	}
	return append(o.member(name), "true"...)
}

func (o object) text(name, s string) object {
	if s == "" {
		return o
	}
	return quote(o.member(name), s)
}

func (o object) texts(name string, all []string) object {
	if len(all) == 0 {
		return o
	}
	return list(o.member(name), all)
}

func (o object) bytes(name string, b []byte) object {
	if len(b) == 0 {
		return o
	}
	return append(base64.StdEncoding.AppendEncode(append(o.member(name), '"'), b), '"')
}

// json adds what is JSON already.
func (o object) json(name string, raw []byte) object {
	if len(raw) == 0 {
		return o
	}
	return append(o.member(name), raw...)
}

// quote replaces what is not UTF-8, as encoding/json does: the file holds text.
func quote(b []byte, s string) []byte {
	b, _ = jsontext.AppendQuote(b, s)
	return b
}

func list(b []byte, all []string) []byte {
	b = append(b, '[')
	for i, s := range all {
		if i > 0 {
			b = append(b, ',')
		}
		b = quote(b, s)
	}
	return append(b, ']')
}
