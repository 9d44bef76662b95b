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

// Encoding is that of a text.
type Encoding uint8

// The encodings.
const (
	UTF8 Encoding = iota
	UTF16LE
	UTF16BE
)

// String is the encoding's name.
func (e Encoding) String() string {
	switch e {
	case UTF8:
		return "utf-8"
	case UTF16LE:
		return "utf-16le"
	case UTF16BE:
		return "utf-16be"
	}
	return fmt.Sprintf("Encoding(%d)", e)
}

// MarshalText gives the name.
func (e Encoding) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads a name.
func (e *Encoding) UnmarshalText(text []byte) error {
	for _, known := range []Encoding{UTF8, UTF16LE, UTF16BE} {
		if known.String() == string(text) {
			*e = known
			return nil
		}
	}
	return fmt.Errorf("%q is not a known encoding", text)
}
