package reports

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"gijbulk/schema"
)

// listed is a list with all that needs care: two of one identity, texts that a terminal or a
// spreadsheet would act on, a login in an origin, a secret, and ids of projects without a key.
func listed() []ListedRecord {
	live := func(id int64, values fields) schema.Record {
		r := schema.NewRecord(values)
		r.ID = id
		return r
	}
	hub := func(name string) fields {
		return fields{schema.FieldType: schema.Text("GITHUB"), schema.FieldOrigin: schema.Text("https://api.github.com"), schema.FieldDisplayName: schema.Text(name)}
	}
	first, formula, foreign := hub("Acme"), hub("=HYPERLINK(\"x\")"), hub("evil\x1b[2J\u202e name tok-123456")
	first[schema.FieldGlobal], first[schema.FieldProjectMappingIDs] = schema.Bool(false), schema.IDs(10, 11)
	formula[schema.FieldGlobal], formula[schema.FieldProjectMappingIDs] = schema.Bool(true), schema.IDs(10)
	again := live(9, fields{schema.FieldType: schema.Text("GITHUB"), schema.FieldOrigin: schema.Text("https://GitHub.com/"), schema.FieldDisplayName: schema.Text("Acme")})
	plain := live(3, fields{schema.FieldKind: schema.Text("repository"), schema.FieldOrigin: schema.Text("https://joe:pw@git.example.org/a.git"), schema.FieldDisplayName: schema.Text("a")})
	indexed := live(7, first)
	indexed.Indexed = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixMilli()
	all := []schema.Record{again, indexed, live(5, formula), live(4, foreign), plain}
	nested := []schema.Record{{Integration: 7}, {Integration: 7}, {Integration: 4}, {}}
	return ListRecords(all, nested, map[int64]string{10: "ACME"}, schema.NewMask(nil, "tok-123456"))
}

func TestListJSON(t *testing.T) {
	var out bytes.Buffer
	if err := ListJSON(&out, listed()); err != nil {
		t.Fatal(err)
	}
	want := `{"id":3,"kind":"repository","type":"","displayName":"a","origin":"https://git.example.org/a.git","global":null,"projects":[],"nested":0,"lastIndexed":null,"duplicate":false}
{"id":4,"kind":"integration","type":"GITHUB","displayName":"evil\u001b[2J<RLO> name [secret]","origin":"https://api.github.com","global":null,"projects":[],"nested":1,"lastIndexed":null,"duplicate":false}
{"id":5,"kind":"integration","type":"GITHUB","displayName":"=HYPERLINK(\"x\")","origin":"https://api.github.com","global":true,"projects":[],"nested":0,"lastIndexed":null,"duplicate":false}
{"id":7,"kind":"integration","type":"GITHUB","displayName":"Acme","origin":"https://api.github.com","global":false,"projects":["ACME","11"],"nested":2,"lastIndexed":"2026-01-02T03:04:05Z","duplicate":true}
{"id":9,"kind":"integration","type":"GITHUB","displayName":"Acme","origin":"https://GitHub.com/","global":null,"projects":[],"nested":0,"lastIndexed":null,"duplicate":true}
`
	if got := strings.ReplaceAll(out.String(), "\u202e", "<RLO>"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	for line := range strings.Lines(out.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %s", line)
		}
	}
}

func TestListCSV(t *testing.T) {
	records := listed()
	records[1].Errors = []string{"+1", "401"}
	var out bytes.Buffer
	if err := ListCSV(&out, records); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 6 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for i, want := range map[int][]string{
		2: {"4", "integration", "GITHUB", "evil�[2J\u202e name [secret]", "https://api.github.com", "", "", "1", "", "'+1\n401", "false"},
		3: {"5", "integration", "GITHUB", "'=HYPERLINK(\"x\")", "https://api.github.com", "true", "", "0", "", "", "false"},
		4: {"7", "integration", "GITHUB", "Acme", "https://api.github.com", "false", "ACME;11", "2", "2026-01-02T03:04:05Z", "", "true"},
	} {
		if !slices.Equal(rows[i], want) {
			t.Errorf("row %d: %q, want %q", i, rows[i], want)
		}
	}
}

func TestListText(t *testing.T) {
	records := listed()
	records[3].LastIndexed = nil // it is shown in local time
	records[1].Errors = []string{"Indexing evil:\n 401\x1b[0m"}
	var out bytes.Buffer
	if err := ListText(&out, records, Page{}); err != nil {
		t.Fatal(err)
	}
	want := `ID  KIND         TYPE    NAME                     ORIGIN                         PROJECTS  NESTED  LAST INDEXED
3   repository   -       a                        https://git.example.org/a.git  -         -       never
4   integration  GITHUB  evil�[2J� name [secret]  https://api.github.com         -         1       never
    Indexing evil: 401�[0m
5   integration  GITHUB  =HYPERLINK("x")          https://api.github.com         all       0       never
7   integration  GITHUB  Acme                     https://api.github.com         ACME,11   2       never  duplicate
9   integration  GITHUB  Acme                     https://GitHub.com/            -         0       never  duplicate
`
	if out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
	if got := ListCounts(records); got != "5 records: 4 integrations, 1 repository; 2 of them are duplicates: each shares its identity with another live record" {
		t.Error(got)
	}
}
