package schema

import "encoding/binary"

// Duplicates finds records of one identity in manifests. It keeps a small constant for each
// record, not the identity itself. Its zero value is ready; it serves one goroutine.
type Duplicates struct {
	files []string
	seen  map[Identity]position
}

// Identity stands for a record's identity: the start of its SHA-256. Two of a million records
// have the same by chance in one of 37 million manifests.
type Identity uint64

// position is where the first record of an identity is.
type position struct {
	file int32 // among the files
	line int32
}

// Identity sums up the record's identity. ok is false for a record that has none: an
// integration without a valid type, a repository without an origin, and a rule, which
// [RuleLinks] compares with others.
func (r Record) Identity() (id Identity, ok bool) {
	k := r.Key()
	if !k.Valid() || k.Kind == KindNested {
		return 0, false
	}
	sum := k.sum()
	return Identity(binary.BigEndian.Uint64(sum[:8])), true
}

// Find reports an earlier record of the same identity as a finding about this one.
func (d *Duplicates) Find(id Identity, kind Kind, at Place) (f Finding, found bool) {
	if d.seen == nil {
		d.seen = make(map[Identity]position)
	}
	if first, known := d.seen[id]; known {
		return duplicate(kind, at, Place{File: d.files[first.file], Line: int(first.line)}), true
	}
	if last := len(d.files) - 1; last < 0 || d.files[last] != at.File {
		d.files = append(d.files, at.File)
	}
	d.seen[id] = position{int32(len(d.files) - 1), int32(at.Line)}
	return Finding{}, false
}

func duplicate(kind Kind, at, first Place) Finding {
	if kind == KindRepository {
		return CodeDuplicateRecord.Newf(at, FieldOrigin.String(), "the record describes the same repository as %s: the origin is the same", first).
			Advise("remove one of them; a repository is connected once, whatever its displayName")
	}
	return CodeDuplicateRecord.Newf(at, FieldDisplayName.String(), "the record describes the same integration as %s: type, origin and displayName are the same", first)
}
