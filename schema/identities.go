package schema

import (
	"hash/maphash"
	"iter"
	"math/bits"
	"slices"
)

// Identities finds records of the same identity in manifests, in 24 bytes for each
// record: a hash of the identity, with a seed of its own, and where it stands. In a
// million records two would be taken for one by chance once in 18 million runs, and
// not again in the next.
type Identities struct {
	seed   maphash.Seed
	chunks []chunk
}

// chunk holds records of one file.
type chunk struct {
	file string
	seen []identity
}

type identity struct {
	hash                 Identity
	line, column, record uint32
}

// Identity is the hash of a record's identity, and in one of its 64 bits the kind; 0 is
// that of a record that has none: of an integration without a valid type, and of a
// repository without an origin.
type Identity uint64

// ofRepository is the bit that says the kind. Neither the first byte nor the last bits
// have it, which are to be spread evenly.
const ofRepository Identity = 1 << 48

// NewIdentities makes one with a seed of its own.
func NewIdentities() *Identities { return &Identities{seed: maphash.MakeSeed()} }

// Of hashes a record's identity. It may be called by several goroutines at once.
func (ids *Identities) Of(r *Record) Identity {
	spec := r.spec()
	if spec == &noType || spec.repository && r.get(FieldOrigin).text == "" {
		return 0
	}
	id := max(Identity(maphash.Comparable(ids.seed, r.key(spec)))&^ofRepository, 1)
	if spec.repository {
		id |= ofRepository
	}
	return id
}

// Note keeps an identity and where it stands.
func (ids *Identities) Note(id Identity, p Place) {
	const full = 1 << 14
	if id == 0 {
		return
	}
	last := len(ids.chunks) - 1
	switch {
	case last < 0 || ids.chunks[last].file != p.File:
		ids.chunks = append(ids.chunks, chunk{file: p.File})
		last++
	case len(ids.chunks[last].seen) == full: // it is a large file
		ids.chunks = append(ids.chunks, chunk{p.File, make([]identity, 0, full)})
		last++
	}
	c := &ids.chunks[last]
	c.seen = append(c.seen, identity{id, uint32(p.Line), uint32(p.Column), uint32(p.Record)})
}

// Twins yields a finding for each record whose identity another one before it has, in
// the order in which they were noted.
func (ids *Identities) Twins() iter.Seq[Finding] {
	return func(yield func(Finding) bool) {
		first := make(map[Identity]*Place)
		for _, id := range ids.repeated() {
			first[id] = nil
		}
		if len(first) == 0 {
			return
		}
		for _, c := range ids.chunks {
			for _, s := range c.seen {
				other, twin := first[s.hash]
				if !twin {
					continue
				}
				at := Place{File: c.file, Line: int(s.line), Column: int(s.column), Record: int(s.record)}
				if other == nil {
					first[s.hash] = &at
				} else if !yield(s.hash.twinFinding(at, *other)) {
					return
				}
			}
		}
	}
}

func (id Identity) twinFinding(at, other Place) Finding {
	where := Place{File: other.File, Line: other.Line}
	if id&ofRepository != 0 {
		return CodeDuplicateRecord.Newf(at, FieldOrigin.String(), "the record describes the same repository as %s: the origin is the same", where).
			Advise("remove one of them; a repository is connected once, whatever its displayName")
	}
	return CodeDuplicateRecord.Newf(at, FieldDisplayName.String(), "the record describes the same integration as %s: type, origin and displayName are the same", where)
}

// repeated lists the hashes that were noted more than once. They are looked at in parts,
// by their first byte, so that what was met fits into the processor's cache: one table
// for all, or sorting all, takes several times as long.
func (ids *Identities) repeated() (repeated []Identity) {
	var starts [257]int
	for h := range ids.all() {
		starts[h>>56+1]++
	}
	largest := slices.Max(starts[:])
	for i := range starts[1:] {
		starts[i+1] += starts[i]
	}
	hashes := make([]Identity, starts[256])
	next := starts
	for h := range ids.all() {
		hashes[next[h>>56]] = h
		next[h>>56]++
	}
	met := make([]Identity, tableSize(largest))
	for i := range 256 {
		part := hashes[starts[i]:starts[i+1]]
		repeated = appendRepeated(repeated, part, met[:tableSize(len(part))])
	}
	return repeated
}

// all yields every hash that was noted.
func (ids *Identities) all() iter.Seq[Identity] {
	return func(yield func(Identity) bool) {
		for _, c := range ids.chunks {
			for i := range c.seen {
				if !yield(c.seen[i].hash) {
					return
				}
			}
		}
	}
}

// tableSize is the size of a hash table for n hashes: a power of two, with room to spare.
func tableSize(n int) int { return 1 << bits.Len(uint(2*n)) }

// appendRepeated adds those of the hashes that were met before. met is an open hash
// table; 0 is a free slot, and no hash.
func appendRepeated(repeated, hashes, met []Identity) []Identity {
	clear(met)
	last := Identity(len(met) - 1)
	for _, h := range hashes {
		slot := h & last
		for met[slot] != 0 && met[slot] != h {
			slot = (slot + 1) & last
		}
		if met[slot] == h {
			repeated = append(repeated, h)
		}
		met[slot] = h
	}
	return repeated
}
