package manifest

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/text/encoding/unicode"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

func utf16(t *testing.T, s string, endian unicode.Endianness, bom unicode.BOMPolicy) string {
	t.Helper()
	out, err := unicode.UTF16(endian, bom).NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEncodings(t *testing.T) {
	const table = "type;displayName\r\nGITHUB;Zürich 🚀\r\n"
	want := []string{`#1 2:1 type@2:1="GITHUB" displayName@2:8="Zürich 🚀"`}
	long := strings.Repeat("ü", headSize)
	tell(t, []story{
		{"utf-8", "", CSV, table, want},
		{"utf-8 with mark", "", CSV, "\xef\xbb\xbf" + table, want},
		{"utf-16 little", "", CSV, utf16(t, table, unicode.LittleEndian, unicode.UseBOM), want},
		{"utf-16 big", "", CSV, utf16(t, table, unicode.BigEndian, unicode.UseBOM), want},
		{"utf-16 little without mark", "", CSV, utf16(t, table, unicode.LittleEndian, unicode.IgnoreBOM), want},
		{"utf-16 big without mark", "", CSV, utf16(t, table, unicode.BigEndian, unicode.IgnoreBOM), want},
		{"utf-16 for yaml", "", YAML, utf16(t, "- type: GITHUB\n", unicode.LittleEndian, unicode.UseBOM),
			[]string{`#1 1:3 type@1:9=~s"GITHUB"`}},
		{"utf-16 with half a pair", "", CSV, utf16(t, "type\nGITHUB\n", unicode.LittleEndian, unicode.UseBOM) + "\x00\xd8a\x00\n\x00",
			[]string{`#1 2:1 type@2:1="GITHUB"`, `3:0 bad-encoding : the text is not UTF-16LE from here on`}},
		{"utf-16 cut in a unit", "", CSV, utf16(t, "type\nGITHUB\n", unicode.LittleEndian, unicode.UseBOM) + "a",
			[]string{`#1 2:1 type@2:1="GITHUB"`, `3:0 bad-encoding : the text is not UTF-16LE from here on`}},
		{"utf-32", "", CSV, "\xff\xfe\x00\x00t\x00\x00\x00", []string{`0:0 bad-encoding : the file is encoded as UTF-32`}},
		{"windows-1252", "", CSV, "type,displayName\nGITHUB,Acme\nGITHUB,Z\xfcrich\n", []string{
			`#1 2:1 type@2:1="GITHUB" displayName@2:8="Acme"`,
			`3:0 bad-encoding : the text is not UTF-8 from here on`,
		}},
		{"a rune cut by the end", "", CSV, "type\nA\n\xc3", []string{
			`#1 2:1 type@2:1="A"`, `3:0 bad-encoding : the text is not UTF-8 from here on`}},
		{"runes across chunks", "", CSV, "type,displayName\nA,x" + long + "\n",
			[]string{`#1 2:1 type@2:1="A" displayName@2:3="x` + long + `"`}},
		{"windows-1252 on old Macs", "", CSV, "type\rA\r\xfc\r",
			[]string{`#1 2:1 type@2:1="A"`, `3:0 bad-encoding : the text is not UTF-8 from here on`}},
		{"windows-1252 in yaml", "", YAML, "- type: A\n  displayName: Z\xfcrich\n",
			[]string{`2:0 bad-encoding : the text is not UTF-8 from here on`}},
	})
}

func TestNotText(t *testing.T) {
	tell(t, []story{
		{"nothing", "", "", "", []string{`0:0 file-empty : the file has no records`}},
		{"prose", "", "", "Dear colleague,\nhello\n", []string{`0:0 format-unknown : neither the name nor the content tells the format`}},
		{"nothing with a name", "a.csv", "", "", []string{`0:0 file-empty : the file has no records`}},
		{"blank csv", "", CSV, "\ufeff \n\r\n", []string{`0:0 file-empty : the file has no records`}},
		{"blank yaml", "", YAML, "# nothing\n", []string{`0:0 file-empty : the file has no records`}},
		{"blank json", "", JSON, " \n", []string{`0:0 file-empty : the file has no records`}},
		{"blank jsonl", "", JSONL, "\n\n", []string{`0:0 file-empty : the file has no records`}},
		{"workbook", "a.csv", "", "PK\x03\x04\x14\x00", []string{`0:0 file-binary : the file is not text: it is a workbook (xlsx, ods) or another zip archive`}},
		{"gzip", "a.csv", "", "\x1f\x8b\x08", []string{`0:0 file-binary : the file is not text: it is compressed with gzip`}},
		{"NUL in a row", "", CSV, "type,origin\nA,x\nB,y\x00\n", []string{
			`#1 2:1 type@2:1="A" origin@2:3="x"`, `3:0 file-binary : the file is not text: it contains a NUL byte`}},
		{"NUL within quotes", "", CSV, "type,origin\nA,\"x\x00\"\n", []string{`2:0 file-binary : the file is not text: it contains a NUL byte`}},
		{"an unknown format", "a.csv", "xml", "type\nA\n", []string{`0:0 format-unknown : there is no format "xml"`}},
	})
}

// TestNamedEncoding: the user names the encoding of what has no byte order mark.
func TestNamedEncoding(t *testing.T) {
	for _, tt := range []struct{ name, text, encoding, want string }{
		{"cp1252", "type;displayName\nGITHUB;M\xfcller \x80\n", "CP1252", "Müller €"},
		{"latin1 has more names", "type,displayName\nGITHUB,M\xfcller\n", "latin1", "Müller"},
		{"of several bytes", "type,displayName\nGITHUB,\x93\x8c\n", "shift_jis", "東"},
		{"utf-16 without a mark", utf16(t, "type,displayName\nGITHUB,é\n", unicode.BigEndian, unicode.IgnoreBOM), "UTF-16BE", "é"},
		{"a mark says more", "\ufefftype,displayName\nGITHUB,Müller\n", "cp1252", "Müller"},
		{"utf-8", "type,displayName\nGITHUB,Müller\n", "utf8", "Müller"},
		{"cannot be", "type,displayName\nGITHUB,\x93\n", "shift_jis", "2:0 bad-encoding : the text is not SHIFT_JIS from here on"},
	} {
		encoding, ok := document.NamedEncoding(tt.encoding)
		if !ok {
			t.Fatalf("%s: no encoding %s", tt.name, tt.encoding)
		}
		var got string
		for e, err := range Read(iotest.OneByteReader(strings.NewReader(tt.text)), "m.csv", "", encoding) {
			got = e.Text(schema.FieldDisplayName)
			if p, is := errors.AsType[*Problem](err); is {
				got = showFinding(p.Finding)
			}
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	for _, name := range []string{"cp12520", "", "iso-2022-kr"} {
		if e, ok := document.NamedEncoding(name); ok {
			t.Errorf("%q is %q", name, e)
		}
	}
}

func TestDialects(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		f          Format
		want       schema.Dialect
	}{
		{"usual", "type,pat\nGITHUB,x\n", CSV, schema.Dialect{}},
		{"semicolons", "type;pat\nGITHUB;x\n", CSV, schema.Dialect{Delimiter: ';'}},
		{"mark", "\ufefftype,pat\nGITHUB,x\n", CSV, schema.Dialect{BOM: true}},
		{"tabs", "type\tpat\nGITHUB\tx\n", TSV, schema.Dialect{Delimiter: '\t'}},
		{"separator line", "sep=|\ntype|pat\nGITHUB|x\n", CSV, schema.Dialect{Delimiter: '|'}},
		{"utf-16", utf16(t, "type;pat\nGITHUB;x\n", unicode.LittleEndian, unicode.UseBOM), CSV, schema.Dialect{Delimiter: ';', Encoding: schema.UTF16LE, BOM: true}},
		{"utf-16 without mark", utf16(t, "type,pat\nGITHUB,x\n", unicode.BigEndian, unicode.IgnoreBOM), CSV, schema.Dialect{Encoding: schema.UTF16BE}},
		{"no table", "\ufeff- type: GITHUB\n", YAML, schema.Dialect{}},
	} {
		for e, err := range Read(strings.NewReader(tt.text), "m", tt.f, schema.UTF8) {
			var got schema.Dialect
			if e.Dialect != nil {
				got = *e.Dialect
			}
			if err != nil || got != tt.want {
				t.Errorf("%s: %+v, want %+v; error %v", tt.name, got, tt.want, err)
			}
		}
	}
}
