package schema

import "hash/maphash"

// Identities finds records of the same identity in a manifest, in a small constant
// memory for each record: it keeps a 64-bit hash of the identity, with a seed of its
// own, and a place. In a million records two would be taken for one by chance once in
// 37 million runs, and not again in the next. The zero value is ready.
type Identities struct {
	seed   maphash.Seed
	seen   map[uint64]spot
	files  []string
	latest map[string]uint32
}

type spot struct{ file, line uint32 }

// Add notes a record, and returns a finding where one of the same identity was noted
// before. A record without a valid type has no identity.
func (ids *Identities) Add(r *Record) (Finding, bool) {
	key := KeyOf(Type(r.get(FieldType).text), r.get(FieldOrigin).text, r.get(FieldAwsRegion).text, r.get(FieldDisplayName).text)
	if !key.Type.Valid() {
		return Finding{}, false
	}
	if ids.seen == nil {
		ids.seed, ids.seen, ids.latest = maphash.MakeSeed(), make(map[uint64]spot), make(map[string]uint32)
	}
	hash := ids.hash(key)
	at, known := ids.seen[hash]
	if !known {
		ids.seen[hash] = spot{ids.file(r.Place.File), uint32(r.Place.Line)}
		return Finding{}, false
	}
	other := Place{File: ids.files[at.file], Line: int(at.line)}
	if key.Named() {
		return CodeDuplicateRecord.Newf(r.Place, "", "%s is already described at %s", key, other), true
	}
	return CodeDuplicateRecord.Newf(r.Place, "", "%s without a displayName is already described at %s", key, other).
		Advise("give each a displayName: without one only one record for each type and origin can be told apart"), true
}

func (ids *Identities) hash(key Key) uint64 {
	var h maphash.Hash
	h.SetSeed(ids.seed)
	for _, s := range [...]string{string(key.Type), key.Origin, key.Region, key.Name} {
		_, _ = h.WriteString(s)
		_ = h.WriteByte(0)
	}
	return h.Sum64()
}

func (ids *Identities) file(name string) uint32 {
	if last := len(ids.files) - 1; last >= 0 && ids.files[last] == name {
		return uint32(last)
	}
	i, ok := ids.latest[name]
	if !ok {
		i = uint32(len(ids.files))
		ids.files = append(ids.files, name)
		ids.latest[name] = i
	}
	return i
}
