package reports

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

func table(t *testing.T, p Part, results ...schema.Result) [][]string {
	t.Helper()
	var b bytes.Buffer
	if err := CSV(p)(&b, testRun("a.csv", "b.csv"), results); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// own cuts our columns off.
func own(rows [][]string) [][]string {
	cut := slices.Clone(rows)
	for i, r := range cut {
		cut[i] = r[:len(r)-len(toolColumns)]
	}
	return cut
}

func TestCSVGolden(t *testing.T) {
	for _, p := range Parts() {
		golden(t, p.FileName(), func(w *bytes.Buffer) error { return CSV(p)(w, sampleRun(), sampleResults()) })
	}
}

func TestEveryStatusHasOnePart(t *testing.T) {
	want := map[schema.Status]Part{
		schema.StatusCreated: Succeeded, schema.StatusUpdated: Succeeded, schema.StatusDeleted: Succeeded,
		schema.StatusUnchanged: Succeeded, schema.StatusExists: Succeeded,
		schema.StatusFailed: Failed, schema.StatusConflict: Failed,
		schema.StatusUnknown: Unknown, schema.StatusUnprocessed: Unprocessed,
	}
	for _, s := range schema.Statuses() {
		if got := partOf(s); got != want[s] {
			t.Errorf("%s is in %s, want %s", s, got, want[s])
		}
	}
}

func TestOwnColumnsStayVerbatim(t *testing.T) {
	columns := []string{"Display Name", "type", "_note", "PAT", "_error", "projects", "_id"}
	first := row(place("a.csv", 1), github("=Acme"), columns, "=Acme", "GITHUB", "=1+1", "env:A", "old error", "A, B", "7")
	blank := row(place("a.csv", 2), github(""), columns, `\N`, "GITHUB", "", "", "", "", "")
	bad := row(place("a.csv", 3), nil, columns, " two\nlines ", "GITHUP", "n", `cmd:x "y"`, "", "A;B", "")
	failed := result(first, schema.OpCreate, schema.StatusFailed)
	failed.Error, failed.ID = "new error", 8
	rows := table(t, Failed, result(bad, schema.OpCreate, schema.StatusFailed), failed, result(blank, schema.OpConflict, schema.StatusConflict))

	wantHeader := append([]string{"Display Name", "type", "_note", "PAT", "projects"}, toolColumns...)
	if diff := cmp.Diff(wantHeader, rows[0]); diff != "" {
		t.Errorf("header:\n%s", diff)
	}
	want := [][]string{
		{"=Acme", "GITHUB", "=1+1", "env:A", "A, B"},
		{`\N`, "GITHUB", "", "", ""},
		{" two\nlines ", "GITHUP", "n", `cmd:x "y"`, "A;B"},
	}
	if diff := cmp.Diff(want, own(rows)[1:]); diff != "" {
		t.Errorf("rows:\n%s", diff)
	}
	if error, id := rows[1][10], rows[1][12]; error != "new error" || id != "8" {
		t.Errorf("_error %q, _id %q are not the new ones", error, id)
	}
}

// What was unprocessed or failed once is fed back, and its report has the same columns.
func TestFedBackTableKeepsItsColumns(t *testing.T) {
	columns := []string{"type", "displayName"}
	r := row(place("a.csv", 1), github("Acme"), columns, "GITHUB", "Acme")
	once := table(t, Failed, result(r, schema.OpCreate, schema.StatusFailed))
	again := row(place("failed.csv", 1), github("Acme"), once[0], once[1]...)
	twice := table(t, Failed, result(again, schema.OpCreate, schema.StatusFailed))
	if diff := cmp.Diff(once[0], twice[0]); diff != "" {
		t.Error(diff)
	}
}

func TestUnionOfColumns(t *testing.T) {
	columns := []string{"type", "display_name", "_note", "folderDepth"}
	values := fields{schema.FieldType: schema.Text("GITHUB"), schema.FieldTagsFilter: schema.Text(""),
		schema.FieldDisabled: schema.Bool(false), schema.FieldUsername: schema.Hidden(schema.Literal("", "")),
		schema.FieldPat:               schema.Hidden(schema.Refer(schema.SchemeFile, "/x").Resolved("hunter2")),
		schema.FieldProjectMappingIDs: schema.IDs(3, 1), schema.FieldProjects: schema.Words(), schema.FieldPreviously: schema.Words("a", "b; c")}
	rows := table(t, Unprocessed,
		result(wanted(place("b.csv", 1), values), schema.OpCreate, schema.StatusUnprocessed),
		result(row(place("a.csv", 1), github("A"), columns, "GITHUB", "A", "mine", "1.5"), schema.OpCreate, schema.StatusUnprocessed),
		result(wanted(place("b.csv", 2), fields{schema.FieldWave: schema.Int(2)}), schema.OpCreate, schema.StatusCreated))
	want := [][]string{
		{"type", "displayName", "disabled", "username", "pat", "projectMappingIds", "tagsFilter", "folderDepth", "projects", "wave", "previously"},
		{"GITHUB", "A", "", "", "", "", "", "1.5", "", "", ""}, // what could not be read stays to be fixed
		{"GITHUB", "", "false", `\N`, "file:/x", "1;3", `\N`, "", `\N`, "", `a;"b; c"`},
	}
	if diff := cmp.Diff(want, own(rows)); diff != "" {
		t.Error(diff)
	}
}

func TestTablesOfDifferentFilesAreUnited(t *testing.T) {
	columns := []string{"Type", "Display Name"}
	var results []schema.Result
	for _, file := range []string{"a.csv", "b.csv"} {
		results = append(results, result(row(place(file, 1), github("A"), columns, "GITHUB", "A"), schema.OpCreate, schema.StatusFailed))
	}
	if got := table(t, Failed, results...)[0][:2]; !slices.Equal(got, []string{"type", "displayName"}) {
		t.Errorf("header %q", got)
	}
	if got := table(t, Failed, results[0])[0][:2]; !slices.Equal(got, columns) {
		t.Errorf("header of one file %q", got)
	}
}

// A live record that no manifest holds is shown in the columns that there are.
func TestRecordOutsideTheManifest(t *testing.T) {
	columns := []string{"Display Name", "_note", "type"}
	rows := table(t, Succeeded, deleted(5, github("Old")), result(row(place("a.csv", 1), github("A"), columns, "A", "n", "GITHUB"), schema.OpCreate, schema.StatusCreated))
	want := [][]string{columns, {"A", "n", "GITHUB"}, {"Old", "", "GITHUB"}}
	if diff := cmp.Diff(want, own(rows)); diff != "" {
		t.Error(diff)
	}
}

// TestServersFormulasAreEscaped: a name on the server may begin like a formula.
func TestServersFormulasAreEscaped(t *testing.T) {
	columns := []string{"Display Name", "type"}
	rows := table(t, Succeeded, deleted(5, github("=HYPERLINK(1)")), result(row(place("a.csv", 1), github("-A"), columns, "-A", "GITHUB"), schema.OpCreate, schema.StatusCreated))
	want := [][]string{columns, {"-A", "GITHUB"}, {"'=HYPERLINK(1)", "GITHUB"}}
	if diff := cmp.Diff(want, own(rows)); diff != "" {
		t.Error(diff)
	}
}

func TestHeaderWithoutRows(t *testing.T) {
	for _, p := range Parts() {
		if diff := cmp.Diff([][]string{toolColumns}, table(t, p)); diff != "" {
			t.Errorf("%s without records:\n%s", p, diff)
		}
	}
	r := row(place("a.csv", 1), github("A"), []string{"Name"}, "A")
	if got := table(t, Unknown, result(r, schema.OpCreate, schema.StatusCreated)); len(got) != 1 || got[0][0] != "Name" {
		t.Errorf("an empty part has %q", got)
	}
}

func FuzzDefused(f *testing.F) {
	for _, s := range []string{"=1+1", "+1", "-1", "@x", "\tx", "\rx", "plain", "", "\x00\xff\x1b[0m", "a=b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := defused(s)
		if got != "" && strings.ContainsRune("=+-@\t\r", rune(got[0])) {
			t.Errorf("%q would be run", got)
		}
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }) {
			t.Errorf("%q is no text", got)
		}
		if defused(got) != got {
			t.Errorf("%q changes again", got)
		}
	})
}
