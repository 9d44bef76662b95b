package reports

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gijbulk/importer/manifest"
	"gijbulk/schema"
)

// written are the rows of a part of a run over these files, as bytes.
func written(t *testing.T, run schema.Run, results ...schema.Result) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := CSV(Failed)(&b, run, results); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTablesKeepTheDialect(t *testing.T) {
	columns := []string{"type", "displayName", "projects"}
	for _, tt := range []struct {
		name    string
		dialect *schema.Dialect
		begins  string // the bytes of what is written
	}{
		{"usual", nil, "type,displayName,"},
		{"semicolons and a mark", &schema.Dialect{Delimiter: ';', BOM: true}, "\xef\xbb\xbftype;displayName;"},
		{"tabs", &schema.Dialect{Delimiter: '\t'}, "type\tdisplayName\t"},
		{"utf-16 little", &schema.Dialect{Delimiter: ';', Encoding: schema.UTF16LE, BOM: true}, "\xff\xfet\x00y\x00p\x00e\x00;\x00"},
		{"utf-16 big, without a mark", &schema.Dialect{Encoding: schema.UTF16BE}, "\xfe\xff\x00t\x00y\x00p\x00e\x00,"},
		{"another encoding", &schema.Dialect{Delimiter: ';', Encoding: "gb18030"}, "type;displayName;"},
	} {
		r := row(place("a.csv", 1), github("Ünïcode 😀; x"), columns, "GITHUB", "Ünïcode 😀; x", "A;B")
		r.Dialect = tt.dialect
		got := written(t, testRun("a.csv"), result(r, schema.OpCreate, schema.StatusFailed))
		if !bytes.HasPrefix(got, []byte(tt.begins)) {
			t.Errorf("%s: it begins with %q", tt.name, got[:min(len(got), 40)])
		}
		path := filepath.Join(t.TempDir(), "failed.csv")
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		if !FormatCSV.Owns(path) {
			t.Errorf("%s: not recognized as an earlier report", tt.name)
		}
		rows, named := 0, schema.UTF8
		if tt.dialect != nil {
			named = tt.dialect.Encoding
		}
		for e, err := range manifest.Read(bytes.NewReader(got), "failed.csv", "", named) { // read back as a manifest
			if rows++; err != nil {
				t.Fatalf("%s: %v", tt.name, err)
			}
			if e.Text(schema.FieldDisplayName) != "Ünïcode 😀; x" || e.Text(schema.FieldProjects) != "A;B" {
				t.Errorf("%s: %+v", tt.name, e.Cells)
			}
			if named == schema.UTF16BE {
				tt.dialect.BOM = true // else it could not be told
			}
			if diff := cmp.Diff(tt.dialect, e.Dialect); diff != "" {
				t.Errorf("%s: its dialect:\n%s", tt.name, diff)
			}
		}
		if rows != 1 {
			t.Errorf("%s: %d rows", tt.name, rows)
		}
	}
}

// TestWhatAnEncodingDoesNotHave is escaped, and the rest of the file stays as it is.
func TestWhatAnEncodingDoesNotHave(t *testing.T) {
	r := row(place("a.csv", 1), github("Müller"), []string{"displayName"}, "Müller")
	r.Dialect = &schema.Dialect{Encoding: "windows-1252"}
	failed := result(r, schema.OpCreate, schema.StatusFailed)
	failed.Error = "東 is too far"
	if got := string(written(t, testRun("a.csv"), failed)); !strings.Contains(got, "M\xfcller,") || !strings.Contains(got, "&#26481; is too far") {
		t.Errorf("%q", got)
	}
}

func TestDialectOfSeveralFiles(t *testing.T) {
	columns := []string{"type", "displayName"}
	excel, tabs := &schema.Dialect{Delimiter: ';', BOM: true}, &schema.Dialect{Delimiter: '\t'}
	for _, tt := range []struct {
		name   string
		a, b   *schema.Dialect
		begins string
	}{
		{"the same", excel, excel, "\ufefftype;"},
		{"different", excel, tabs, "type,"},
		{"one is usual", excel, nil, "type,"},
	} {
		a, b := row(place("a.csv", 1), github("A"), columns, "GITHUB", "A"), row(place("b.csv", 1), github("B"), columns, "GITHUB", "B")
		a.Dialect, b.Dialect = tt.a, tt.b
		got := written(t, testRun("a.csv", "b.csv"), result(a, schema.OpCreate, schema.StatusFailed), result(b, schema.OpCreate, schema.StatusFailed))
		if !strings.HasPrefix(string(got), tt.begins) {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}
