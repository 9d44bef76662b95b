package document

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/transform"

	"gijbulk/schema"
)

// saveAsUTF8 is the advice for a text in a legacy encoding. Windows-1252 is not guessed:
// it takes every byte, so a wrong guess would silently garble names.
const saveAsUTF8 = `save the file as UTF-8 (in Excel: "CSV UTF-8"), or name its encoding, such as cp1252`

var magics = []struct{ prefix, kind string }{
	{"PK\x03\x04", "a workbook (xlsx, ods) or another zip archive"},
	{"PK\x05\x06", "a zip archive"},
	{"\xd0\xcf\x11\xe0", "a workbook of an old Excel (xls)"},
	{"\x1f\x8b", "compressed with gzip"},
	{"BZh", "compressed with bzip2"},
	{"\xfd7zXZ", "compressed with xz"},
	{"(\xb5/\xfd", "compressed with zstd"},
	{"%PDF-", "a PDF"},
	{"SQLite format 3", "an SQLite database"},
	{"\x7fELF", "a program"},
	{"\x89PNG", "an image"},
}

func binaryKind(head []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.prefix)) {
			return m.kind
		}
	}
	return ""
}

// NamedEncoding is the encoding that a name means, such as cp1252 or latin1. ok is false where
// the WHATWG Encoding Standard has none of that name.
func NamedEncoding(name string) (e schema.Encoding, ok bool) {
	known, err := htmlindex.Get(name)
	if err != nil || known == encoding.Replacement {
		return "", false
	}
	if name, err = htmlindex.Name(known); err != nil || name == "utf-8" {
		return schema.UTF8, err == nil
	}
	return schema.Encoding(name), true
}

// encodingFound is the encoding of a file, and the length of its byte order mark.
type encodingFound struct {
	name    schema.Encoding
	mark    int
	refused string // an encoding that is not read
}

// encodingOf trusts a byte order mark more than what the user named.
func encodingOf(head []byte, named schema.Encoding) encodingFound {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return encodingFound{mark: 3}
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return encodingFound{refused: "UTF-32"}
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return encodingFound{mark: 2, name: schema.UTF16LE}
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return encodingFound{mark: 2, name: schema.UTF16BE}
	case named != schema.UTF8:
		return encodingFound{name: named}
	}
	return encodingFound{name: unmarked(head)}
}

// unmarked knows UTF-16 without a byte order mark by the zero bytes of its ASCII
// characters: nearly all on one side of each pair, none on the other.
func unmarked(head []byte) schema.Encoding {
	head = head[:min(len(head), 1024)&^1]
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	most := len(head) / 2 * 7 / 10
	switch {
	case len(head) < 4:
	case zeros[0] == 0 && zeros[1] > most:
		return schema.UTF16LE
	case zeros[1] == 0 && zeros[0] > most:
		return schema.UTF16BE
	}
	return schema.UTF8
}

// decode gives the file as UTF-8, without its byte order mark. What the encoding cannot mean
// arrives as U+FFFD.
func (e encodingFound) decode(r *bufio.Reader) (io.Reader, error) {
	_, _ = r.Discard(e.mark) // it was peeked at, so it is there
	if e.name == schema.UTF8 {
		return r, nil
	}
	known, err := htmlindex.Get(string(e.name))
	if err != nil {
		return nil, err
	}
	return transform.NewReader(r, known.NewDecoder()), nil
}
