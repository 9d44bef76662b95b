package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// answerMark begins an [Record.AnswerDigest].
const answerMark = "answer"

// AnswerDigest is what the answer to a create shows beyond what was wanted, and how it spells the identity: a
// word for each field, since a list may show others. IsAsShown compares it with a live record.
func (r *Record) AnswerDigest(want Record) string {
	shown := []string{answerMark}
	for f, v := range r.All() {
		spelled := f.identifies() && f != FieldType
		later := f == FieldRealRoot || f.identifies() && v.Blank()
		if (!want.Has(f) || spelled) && !later {
			shown = append(shown, f.String()+"="+v.digest())
		}
	}
	for _, f := range Fields() {
		if f.LeftOutWhereBlank() && !want.Has(f) && !r.Has(f) {
			shown = append(shown, f.String()+"="+Text("").digest())
		}
	}
	return strings.Join(shown, " ")
}

// LeftOutWhereBlank reports whether servers that show the field leave it out of a record where it is
// blank, as the examples of the vendor's "List All Integrations API" page do.
func (f Field) LeftOutWhereBlank() bool {
	return f == FieldTagsFilter || f == FieldAPIPath || f == FieldAPIFilter
}

func (v Value) digest() string {
	sum := sha256.Sum256([]byte(v.String()))
	return hex.EncodeToString(sum[:4])
}

// WholeDigest reports whether a digest is a [Record.Digest], of all fields that a list shows.
func WholeDigest(digest string) bool { return digest != "" && !strings.HasPrefix(digest, answerMark) }

// IsAsShown reports whether a live record is still as a digest says, its Digest or its AnswerDigest, as
// far as the record shows the fields of that.
func (r *Record) IsAsShown(digest string) bool {
	if WholeDigest(digest) {
		return r.Digest() == digest
	}
	for _, word := range strings.Fields(digest) {
		name, sum, _ := strings.Cut(word, "=")
		if f, known := FieldNamed(name); known && r.Has(f) && r.Get(f).digest() != sum {
			return false
		}
	}
	return true
}
