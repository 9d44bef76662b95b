package document

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"gijbulk/schema"
)

// saveAsUTF8 is the advice for a text in a legacy encoding. Windows-1252 is not guessed:
// it takes every byte, so a wrong guess would silently garble names.
const saveAsUTF8 = `save the file as UTF-8 (in Excel: "CSV UTF-8"; else iconv -f WINDOWS-1252 -t UTF-8)`

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

// encodingFound is what the beginning of a file says about its encoding. The zero
// value is UTF-8 without a byte order mark.
type encodingFound struct {
	mark    int  // length of the byte order mark
	wide    bool // UTF-16
	endian  unicode.Endianness
	refused string // an encoding that is not read
}

func encodingOf(head []byte) encodingFound {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return encodingFound{mark: 3}
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")), bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return encodingFound{refused: "UTF-32"}
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return encodingFound{mark: 2, wide: true, endian: unicode.LittleEndian}
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return encodingFound{mark: 2, wide: true, endian: unicode.BigEndian}
	}
	return unmarked(head)
}

// unmarked knows UTF-16 without a byte order mark by the zero bytes of its ASCII
// characters: nearly all on one side of each pair, none on the other.
func unmarked(head []byte) encodingFound {
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
		return encodingFound{}
	case zeros[0] == 0 && zeros[1] > most:
		return encodingFound{wide: true, endian: unicode.LittleEndian}
	case zeros[1] == 0 && zeros[0] > most:
		return encodingFound{wide: true, endian: unicode.BigEndian}
	}
	return encodingFound{}
}

// name is that of an encoding that is read.
func (e encodingFound) name() schema.Encoding {
	switch {
	case !e.wide:
		return schema.UTF8
	case e.endian == unicode.LittleEndian:
		return schema.UTF16LE
	}
	return schema.UTF16BE
}

// decode gives the file as UTF-8, without its byte order mark. What UTF-16 cannot mean
// arrives as U+FFFD.
func (e encodingFound) decode(r *bufio.Reader) io.Reader {
	_, _ = r.Discard(e.mark) // it was peeked at, so it is there
	if !e.wide {
		return r
	}
	return transform.NewReader(r, unicode.UTF16(e.endian, unicode.IgnoreBOM).NewDecoder())
}
