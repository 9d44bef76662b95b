package schema

import "hash/maphash"

// Identities finds records of the same identity in a manifest, in a small constant
// memory for each record: it keeps a 128-bit hash of the identity and a place, so that
// of a million records two would be taken for one by chance once in 10^26 runs. The
// zero value is ready.
type Identities struct {
	first, second maphash.Seed
	seen          map[[2]uint64]spot
	files         []string
	fileOf        map[string]uint32
}

type spot struct{ file, line, record uint32 }

// Add notes a record, and returns a finding where one of the same identity was noted
// before. A record without a valid type has no identity.
func (ids *Identities) Add(r Record) (Finding, bool) {
	if !r.Type().Valid() {
		return Finding{}, false
	}
	if ids.seen == nil {
		ids.first, ids.second = maphash.MakeSeed(), maphash.MakeSeed()
		ids.seen = make(map[[2]uint64]spot)
		ids.fileOf = make(map[string]uint32)
	}
	key := r.Key()
	hash := [2]uint64{maphash.Comparable(ids.first, key), maphash.Comparable(ids.second, key)}
	at, known := ids.seen[hash]
	if !known {
		ids.seen[hash] = spot{ids.file(r.Place.File), uint32(r.Place.Line), uint32(r.Place.Record)}
		return Finding{}, false
	}
	other := Place{File: ids.files[at.file], Line: int(at.line)}
	if key.Named() {
		return CodeDuplicateRecord.Newf(r.Place, "", "%s is already described at %s", key, other), true
	}
	return CodeDuplicateRecord.Newf(r.Place, "", "%s without a displayName is already described at %s", key, other).
		Advise("give each a displayName: without one only one record for each type and origin can be told apart"), true
}

func (ids *Identities) file(name string) uint32 {
	i, ok := ids.fileOf[name]
	if !ok {
		i = uint32(len(ids.files))
		ids.files = append(ids.files, name)
		ids.fileOf[name] = i
	}
	return i
}
