package journal

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"iter"
	"slices"
	"sync"

	"gijbulk/schema"
)

// Memory is how a value compares with what was last sent.
type Memory uint8

// The answers.
const (
	NeverSent Memory = iota // or it is not known what was
	SameSent                // this value was sent last
	OtherSent               // another value was sent last
	Unjudged                // the value is a secret that is not at hand
)

// Sent is what a target was last sent, held in memory as keyed hashes: about 17 bytes
// for each field of each integration. It serves one goroutine.
type Sent struct {
	hasher *hasher
	spans  map[int64][2]uint32 // by the live id: where its fields stand
	fields []sentField
}

type sentField struct {
	field schema.Field
	sum   sum
}

// Sent reads what a target was last sent.
func (j *Journal) Sent(ctx context.Context, target string) (*Sent, error) {
	s := &Sent{hasher: newHasher(j.key, target), spans: make(map[int64][2]uint32)}
	err := j.eachIdentity(ctx, target, func(id int64, i identity) {
		from := uint32(len(s.fields))
		for name, sum := range i.sent.all() {
			// A field that only a newer gijbulk knows is none that is asked for here.
			if f, known := schema.FieldNamed(name); known {
				s.fields = append(s.fields, sentField{f, sum})
			}
		}
		s.spans[id] = [2]uint32{from, uint32(len(s.fields))}
	})
	if err != nil {
		return nil, j.trouble("read what was sent", err)
	}
	return s, nil
}

// Compare holds a value against what the field of a live integration was last sent.
func (s *Sent) Compare(id int64, f schema.Field, v schema.Value) Memory {
	if secret, hidden := v.Secret(); hidden && !secret.Known() {
		return Unjudged
	}
	span := s.spans[id]
	for _, sent := range s.fields[span[0]:span[1]] {
		if sent.field != f {
			continue
		}
		if sent.sum == s.hasher.sum(id, f, v) {
			return SameSent
		}
		return OtherSent
	}
	return NeverSent
}

// sum is half of an HMAC-SHA256: enough to tell values apart.
type sum [sha256.Size / 2]byte

// hasher makes the keyed hashes of one target. It serves one goroutine.
type hasher struct {
	mac    hash.Hash
	target string
	text   []byte
	out    []byte
}

func newHasher(key []byte, target string) *hasher {
	return &hasher{mac: hmac.New(sha256.New, key), target: schema.NormalURL(target)}
}

// sum binds the value to its type, field, integration and target, so that equal values
// in two places do not look alike. A secret counts as the text that is sent for it:
// this is why a value is read here.
func (h *hasher) sum(id int64, f schema.Field, v schema.Value) sum {
	b := appendText(h.text[:0], h.target)
	b = binary.AppendVarint(b, id)
	b = appendText(b, f.String())
	if secret, hidden := v.Secret(); hidden {
		b = appendText(append(b, 't'), secret.Reveal())
	} else if v.IsText() {
		b = appendText(append(b, 't'), v.Text())
	} else {
		b = appendPlain(b, v)
	}
	h.mac.Reset()
	_, _ = h.mac.Write(b)
	h.out = h.mac.Sum(h.out[:0])
	clear(b)
	h.text = b
	return sum(h.out)
}

// appendPlain adds what is neither a text nor a secret.
func appendPlain(b []byte, v schema.Value) []byte {
	switch x := v.Plain().(type) {
	case bool:
		b = append(b, 'b', 0)
		if x {
			b[len(b)-1] = 1
		}
	case int64:
		b = binary.AppendVarint(append(b, 'i'), x)
	case []int64:
		b = binary.AppendUvarint(append(b, 'n'), uint64(len(x)))
		for _, n := range x {
			b = binary.AppendVarint(b, n)
		}
	case []string:
		b = binary.AppendUvarint(append(b, 'w'), uint64(len(x)))
		for _, word := range x {
			b = appendText(b, word)
		}
	}
	return b
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// hasherPool lends hashers to the goroutines of a log.
type hasherPool struct{ pool *sync.Pool }

func newHasherPool(key []byte, target string) hasherPool {
	return hasherPool{&sync.Pool{New: func() any { return newHasher(key, target) }}}
}

func (p hasherPool) get() *hasher  { return p.pool.Get().(*hasher) }
func (p hasherPool) put(h *hasher) { p.pool.Put(h) }

// sentFields are the hashes of one integration as the file holds them: for each field
// the length of its name, its name and its sum. Names, because the numbers of fields
// change when a field is added.
type sentFields []byte

// note adds a field, unless it is never sent.
func (s sentFields) note(h *hasher, id int64, f schema.Field, v schema.Value) sentFields {
	if secret, hidden := v.Secret(); f.Tool() || !v.IsSet() || hidden && !secret.Known() {
		return s
	}
	return s.add(f.String(), h.sum(id, f, v))
}

func (s sentFields) add(name string, sum sum) sentFields {
	s = append(s, byte(len(name)))
	s = append(s, name...)
	return append(s, sum[:]...)
}

// merge gives the fields with those of newer in their place.
func (s sentFields) merge(newer sentFields) sentFields {
	replaced := make(map[string]bool)
	for name := range newer.all() {
		replaced[name] = true
	}
	merged := newer
	for name, sum := range s.all() {
		if !replaced[name] {
			merged = merged.add(name, sum)
		}
	}
	return merged
}

// without gives the fields but for those of these names.
func (s sentFields) without(names []string) sentFields {
	kept := make(sentFields, 0, len(s))
	for name, sum := range s.all() {
		if !slices.Contains(names, name) {
			kept = kept.add(name, sum)
		}
	}
	return kept
}

// all visits the fields; what is cut off at the end is left out.
func (s sentFields) all() iter.Seq2[string, sum] {
	return func(yield func(string, sum) bool) {
		for rest := s; len(rest) > 0; {
			end := 1 + int(rest[0])
			if len(rest) < end+len(sum{}) {
				return
			}
			if !yield(string(rest[1:end]), sum(rest[end:])) {
				return
			}
			rest = rest[end+len(sum{}):]
		}
	}
}
