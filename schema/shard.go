package schema

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
)

// Shard is the part of the work that one of several processes does: Index, from 1, of
// Of. The zero Shard is all of it.
type Shard struct {
	Index, Of int
}

// Whole reports whether the work is not split.
func (s Shard) Whole() bool { return s.Of <= 1 }

// Holds reports whether an identity falls into the shard.
func (s Shard) Holds(k Key) bool { return s.Whole() || k.Shard(s.Of) == s.Index-1 }

// String is "2/6", or "" for all of the work.
func (s Shard) String() string {
	if s.Whole() {
		return ""
	}
	return fmt.Sprintf("%d/%d", s.Index, s.Of)
}

// ManifestDigest names what is wanted: the records' fields, whatever their order and
// their files are called, and whatever the server holds. All shards of one manifest have
// the same. A secret counts by its reference.
func ManifestDigest(records iter.Seq[Record]) string {
	var sums [][sha256.Size]byte
	var b []byte
	for r := range records {
		b = b[:0]
		b = appendFields(b, r)
		for _, rule := range r.Rules {
			b = appendFields(append(b, 0), rule)
		}
		sums = append(sums, sha256.Sum256(b))
	}
	slices.SortFunc(sums, func(x, y [sha256.Size]byte) int { return bytes.Compare(x[:], y[:]) })
	h := sha256.New()
	for _, sum := range sums {
		_, _ = h.Write(sum[:])
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

func appendFields(b []byte, r Record) []byte {
	for f, v := range r.All() {
		text := v.String()
		b = append(append(b, f.String()...), 0)
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	return b
}
