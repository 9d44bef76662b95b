package manifest

import (
	"bytes"
	"errors"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func workbook(t testing.TB, sheets map[string][][]any) string {
	t.Helper()
	book := excelize.NewFile()
	for _, name := range []string{"Sheet1", "Old"} {
		if _, err := book.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range sheets[name] {
			cell, _ := excelize.CoordinatesToCellName(1, i+1)
			if err := book.SetSheetRow(name, cell, &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := errors.Join(book.Write(&out), book.Close()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWorkbook(t *testing.T) {
	rows := map[string][][]any{
		"Sheet1": {{}, {"Type", "Display Name", "disabled", "numericId", "_note"}, {"GITHUB", "Acme, \"a\"\nb", true, 12, time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)},
			nil, {"GITLAB", nil, false}, {"GITHUB", "x", nil, nil, nil, "lost"}},
		"Old": {{"type"}, {"AWS"}},
	}
	rows["Sheet1"][1][3] = "maxRefs"
	text := workbook(t, rows)
	first := []string{
		"2:4 unknown-field maxRefs: there is no such field",
		`#1 3:1 Type@3:1="GITHUB" Display Name@3:2="Acme, \"a\"\nb" disabled@3:3="TRUE" _note@3:5="11-27-26"`,
		`#2 5:1 Type@5:1="GITLAB" disabled@5:3="FALSE"`,
		`#3 6:1 Type@6:1="GITHUB" Display Name@6:2="x"`,
		"  of #3 6:6 unknown-field : column 6 has a value, but no name in the header",
	}
	tell(t, []story{
		{"by its name", "a.XLSX", "", text, first},
		{"by its content", "-", "", text, first},
		{"as asked", "a.csv", XLSX, text, first},
		{"a sheet", "a.xlsx#Old", "", text, []string{`#1 2:1 type@2:1="AWS"`}},
		{"no such sheet", "a.xlsx#New", "", text, []string{`0:0 syntax : the workbook has no sheet "New"`}},
		{"empty", "a.xlsx", "", workbook(t, nil), []string{"0:0 file-empty : the file has no records"}},
		{"no header", "a.xlsx", "", workbook(t, map[string][][]any{"Sheet1": {{"a"}, {"b"}}}), []string{"1:1 no-header : no cell of the first row names a field"}},
		{"no workbook", "a.xlsx", "", "type\nGITHUB\n", []string{"0:0 syntax : the file cannot be read as a workbook (xlsx): zip: not a valid zip file"}},
		{"cut", "a.xlsx", "", text[:len(text)/2], []string{"0:0 syntax : the file cannot be read as a workbook (xlsx): zip: not a valid zip file"}},
	})
}

// TestWorkbookIsNoCSV: the extension says what the file is, and its content is something else.
func TestWorkbookIsNoCSV(t *testing.T) {
	got := show(iotest.HalfReader(bytes.NewReader([]byte(workbook(t, nil)))), "a.csv", "")
	if diff := cmp.Diff([]string{"0:0 file-binary : the file is not text: it is a workbook (xlsx, ods) or another zip archive"}, got); diff != "" {
		t.Error(diff)
	}
}

func FuzzWorkbook(f *testing.F) {
	f.Add([]byte(workbook(f, map[string][][]any{"Sheet1": {{"type"}, {"GITHUB"}}})))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(show(bytes.NewReader(data), "a.xlsx", "")) == 0 {
			t.Error("neither a record nor a problem")
		}
	})
}
