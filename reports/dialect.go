package reports

import (
	"encoding/csv"
	"io"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"

	"gijbulk/schema"
)

// dialectOf is that of the input, which its tables keep: who made it in a spreadsheet can open
// them in the same one. Files of different dialects, and of other formats, have the usual one.
func dialectOf(run RunInfo) schema.Dialect {
	if len(run.Files) == 0 {
		return schema.Dialect{}
	}
	first := run.Dialects[run.Files[0]]
	for _, file := range run.Files[1:] {
		if run.Dialects[file] != first {
			return schema.Dialect{}
		}
	}
	return first
}

func newTableWriter(w io.Writer, d schema.Dialect) *csv.Writer {
	out := csv.NewWriter(encoderOf(d).Writer(w))
	if d.Delimiter != 0 {
		out.Comma = rune(d.Delimiter)
	}
	return out
}

// encoderOf gives UTF-16 a byte order mark, also where the input had none: readers know it
// without one only while nearly all of the text is ASCII, and errors may not be. What another
// encoding does not have is written as HTML escapes it.
func encoderOf(d schema.Dialect) *encoding.Encoder {
	switch {
	case d.Encoding == schema.UTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder()
	case d.Encoding == schema.UTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder()
	case d.BOM:
		return unicode.UTF8BOM.NewEncoder()
	}
	if e, err := htmlindex.Get(string(d.Encoding)); err == nil {
		return encoding.HTMLEscapeUnsupported(e.NewEncoder())
	}
	return encoding.Nop.NewEncoder()
}
