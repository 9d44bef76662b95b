package schema

import (
	"hash/maphash"
	"iter"
	"slices"
)

// Identities finds records of the same identity in manifests, in 24 bytes for each
// record: a 64-bit hash of the identity, with a seed of its own, and where it stands. In a
// million records two would be taken for one by chance once in 37 million runs, and
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

// Identity is the hash of a record's identity; 0 is that of a record that has none,
// for it has no valid type.
type Identity uint64

// NewIdentities makes one with a seed of its own.
func NewIdentities() *Identities { return &Identities{seed: maphash.MakeSeed()} }

// Of hashes a record's identity. It may be called by several goroutines at once.
func (ids *Identities) Of(r *Record) Identity {
	key := r.key()
	if !key.Type.Valid() {
		return 0
	}
	return Identity(max(maphash.Comparable(ids.seed, key), 1))
}

// Note keeps an identity and where it stands.
func (ids *Identities) Note(id Identity, p Place) {
	const full = 1 << 14
	if id == 0 {
		return
	}
	last := len(ids.chunks) - 1
	if last < 0 || ids.chunks[last].file != p.File || len(ids.chunks[last].seen) == full {
		ids.chunks = append(ids.chunks, chunk{file: p.File})
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
				} else if !yield(twinFinding(at, *other)) {
					return
				}
			}
		}
	}
}

func twinFinding(at, other Place) Finding {
	where := Place{File: other.File, Line: other.Line}
	return CodeDuplicateRecord.Newf(at, FieldDisplayName.String(), "the record describes the same integration as %s: type, origin and displayName are the same", where)
}

// repeated lists the hashes that were noted more than once.
func (ids *Identities) repeated() []Identity {
	n := 0
	for _, c := range ids.chunks {
		n += len(c.seen)
	}
	all := make([]Identity, 0, n)
	for _, c := range ids.chunks {
		for _, s := range c.seen {
			all = append(all, s.hash)
		}
	}
	slices.Sort(all)
	var repeated []Identity
	for i := 1; i < len(all); i++ {
		if all[i] == all[i-1] {
			repeated = append(repeated, all[i])
		}
	}
	return slices.Compact(repeated)
}
