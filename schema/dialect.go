package schema

import "fmt"

// Dialect is how a CSV or TSV file was written. The zero value is UTF-8 without a byte order
// mark, with commas.
type Dialect struct {
	Delimiter Delimiter `json:"delimiter,omitzero"` // 0: a comma
	Encoding  Encoding  `json:"encoding,omitzero"`
	BOM       bool      `json:"bom,omitzero"` // it begins with a byte order mark
}

// Delimiter separates the cells of a row.
type Delimiter rune

// MarshalText gives the character.
func (d Delimiter) MarshalText() ([]byte, error) { return []byte(string(d)), nil }

// UnmarshalText reads one character.
func (d *Delimiter) UnmarshalText(text []byte) error {
	one := []rune(string(text))
	if len(one) != 1 {
		return fmt.Errorf("%q is not a delimiter", text)
	}
	*d = Delimiter(one[0])
	return nil
}

// Encoding is that of a text: "" is UTF-8, others are named as https://encoding.spec.whatwg.org
// does.
type Encoding string

// The encodings that are detected.
const (
	UTF8    Encoding = ""
	UTF16LE Encoding = "utf-16le"
	UTF16BE Encoding = "utf-16be"
)
