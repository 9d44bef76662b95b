package manifest

import (
	"bytes"
	"errors"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

var samples = []schema.Record{
	schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldType:              schema.Text("GITHUB_SERVER"),
		schema.FieldGlobal:            schema.Bool(false),
		schema.FieldDisplayName:       schema.Text(`Acme "West"; a, b`),
		schema.FieldDisabled:          schema.Bool(false),
		schema.FieldPat:               schema.Hidden(schema.Literal("hunter2-canary", "env:GIJBULK_PAT")),
		schema.FieldAPIPath:           schema.Text("/orgs/acme/repos"),
		schema.FieldProjectMappingIDs: schema.IDs(10001, 10000),
	}),
	schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldType:                 schema.Text("GITLAB_SERVER"),
		schema.FieldOrigin:               schema.Text("https://git.example.org:8443/x"),
		schema.FieldDisplayName:          schema.Text(""),
		schema.FieldMaxMinsToCommitEmail: schema.Int(1440),
		schema.FieldPat:                  schema.Hidden(schema.Refer(schema.SchemeFile, "/run/secrets/git lab")),
		schema.FieldPreviously:           schema.Words("a; b", "https://x, y", ""),
		schema.FieldGlobal:               schema.Bool(true),
		schema.FieldProjects:             schema.Words(),
	}),
}

func TestWrite(t *testing.T) {
	for f, want := range map[Format]string{
		CSV: `type,origin,displayName,disabled,maxMinsToCommitEmail,pat,apiPath,global,projectMappingIds,projects,previously
GITHUB_SERVER,,"Acme ""West""; a, b",false,,env:GIJBULK_PAT,/orgs/acme/repos,false,10000;10001,,
GITLAB_SERVER,https://git.example.org:8443/x,\N,,1440,file:/run/secrets/git lab,,true,,\N,"""a; b"";""https://x, y"";"""""
`,
		TSV: "type\torigin\tdisplayName\tdisabled\tmaxMinsToCommitEmail\tpat\tapiPath\tglobal\tprojectMappingIds\tprojects\tpreviously\n" +
			"GITHUB_SERVER\t\t\"Acme \"\"West\"\"; a, b\"\tfalse\t\tenv:GIJBULK_PAT\t/orgs/acme/repos\tfalse\t10000;10001\t\t\n" +
			"GITLAB_SERVER\thttps://git.example.org:8443/x\t\\N\t\t1440\tfile:/run/secrets/git lab\t\ttrue\t\t\\N\t\"\"\"a; b\"\";\"\"https://x, y\"\";\"\"\"\"\"\n",
		YAML: `version: 1
integrations:
  - type: GITHUB_SERVER
    displayName: "Acme \"West\"; a, b"
    disabled: false
    pat: env:GIJBULK_PAT
    apiPath: /orgs/acme/repos
    global: false
    projectMappingIds: [10000, 10001]
  - type: GITLAB_SERVER
    origin: https://git.example.org:8443/x
    displayName: ""
    maxMinsToCommitEmail: 1440
    pat: file:/run/secrets/git lab
    global: true
    projects: []
    previously: ["a; b", "https://x, y", ""]
`,
		JSON: `{"version": 1, "integrations": [
  {"type": "GITHUB_SERVER", "displayName": "Acme \"West\"; a, b", "disabled": false, "pat": "env:GIJBULK_PAT", "apiPath": "/orgs/acme/repos", "global": false, "projectMappingIds": [10000,10001]},
  {"type": "GITLAB_SERVER", "origin": "https://git.example.org:8443/x", "displayName": "", "maxMinsToCommitEmail": 1440, "pat": "file:/run/secrets/git lab", "global": true, "projects": [], "previously": ["a; b","https://x, y",""]}
]}
`,
		JSONL: `{"type": "GITHUB_SERVER", "displayName": "Acme \"West\"; a, b", "disabled": false, "pat": "env:GIJBULK_PAT", "apiPath": "/orgs/acme/repos", "global": false, "projectMappingIds": [10000,10001]}
{"type": "GITLAB_SERVER", "origin": "https://git.example.org:8443/x", "displayName": "", "maxMinsToCommitEmail": 1440, "pat": "file:/run/secrets/git lab", "global": true, "projects": [], "previously": ["a; b","https://x, y",""]}
`,
	} {
		var b bytes.Buffer
		if err := Write(&b, f, slices.Values(samples)); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f, diff)
		}
		sameRecords(t, f, samples, recordsIn(t, f, b.Bytes()))
	}
}

// TestWriteBothKinds: YAML and JSON have a list for each kind; elsewhere the field says it.
func TestWriteBothKinds(t *testing.T) {
	integration := func(name string) schema.Record {
		return schema.NewRecord(map[schema.Field]schema.Value{schema.FieldType: schema.Text("VSTS"), schema.FieldDisplayName: schema.Text(name)})
	}
	repository := func(origin string) schema.Record {
		return schema.NewRecord(map[schema.Field]schema.Value{schema.FieldKind: schema.Text("repository"), schema.FieldOrigin: schema.Text(origin),
			schema.FieldAbsoluteRoot: schema.Bool(false), schema.FieldMainBranch: schema.Text("main")})
	}
	mixed := []schema.Record{repository("git@h:a"), integration("b"), repository("https://h/c"), integration("d").Set(schema.FieldKind, schema.Text("integration"))}
	for _, tt := range []struct {
		format  Format
		records []schema.Record
		want    string
	}{
		{CSV, mixed, "type,origin,displayName,mainBranch,absoluteRoot,kind\n,git@h:a,,main,false,repository\nVSTS,,b,,,\n,https://h/c,,main,false,repository\nVSTS,,d,,,integration\n"},
		{YAML, mixed, `version: 1
integrations:
  - type: VSTS
    displayName: b
  - type: VSTS
    displayName: d
    kind: integration
repositories:
  - origin: git@h:a
    mainBranch: main
    absoluteRoot: false
  - origin: https://h/c
    mainBranch: main
    absoluteRoot: false
`},
		{YAML, mixed[2:3], "version: 1\nrepositories:\n  - origin: https://h/c\n    mainBranch: main\n    absoluteRoot: false\n"},
		{JSON, mixed, `{"version": 1, "integrations": [
  {"type": "VSTS", "displayName": "b"},
  {"type": "VSTS", "displayName": "d", "kind": "integration"}
], "repositories": [
  {"origin": "git@h:a", "mainBranch": "main", "absoluteRoot": false},
  {"origin": "https://h/c", "mainBranch": "main", "absoluteRoot": false}
]}
`},
		{JSON, mixed[2:3], `{"version": 1, "repositories": [
  {"origin": "https://h/c", "mainBranch": "main", "absoluteRoot": false}
]}
`},
		{JSONL, mixed[:2], `{"origin": "git@h:a", "mainBranch": "main", "absoluteRoot": false, "kind": "repository"}
{"type": "VSTS", "displayName": "b"}
`},
	} {
		var b bytes.Buffer
		if err := Write(&b, tt.format, slices.Values(tt.records)); err != nil {
			t.Errorf("%s: %v", tt.format, err)
		}
		if diff := cmp.Diff(tt.want, b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.format, diff)
		}
		sameRecords(t, tt.format, inOrder(tt.format, tt.records), recordsIn(t, tt.format, b.Bytes()))
	}
	bad := repository("\xff")
	for _, f := range []Format{YAML, JSON} {
		err := Write(io.Discard, f, slices.Values([]schema.Record{bad, mixed[1]}))
		if want := "record 1: origin: the text is not UTF-8"; err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", f, err, want)
		}
	}
}

// recordsIn reads a manifest that has no problem of its own.
func recordsIn(t *testing.T, f Format, data []byte) []schema.Record {
	t.Helper()
	var checker schema.Checker
	var records []schema.Record
	for e, err := range Read(bytes.NewReader(data), "", f, schema.UTF8) {
		var p *Problem
		if errors.As(err, &p) {
			if p.Finding.Code != schema.CodeFileEmpty {
				t.Fatalf("%s: what was written cannot be read: %v\n%s", f, err, data)
			}
			continue
		}
		if len(e.Findings) > 0 {
			t.Fatalf("%s: what was written has findings: %v\n%s", f, e.Findings, data)
		}
		r := checker.Check(e)
		records = append(records, r)
	}
	return records
}

func sameRecords(t *testing.T, f Format, want, got []schema.Record) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%s: %d records became %d", f, len(want), len(got))
	}
	for i := range want {
		if diff := cmp.Diff(want[i].Fields(), got[i].Fields()); diff != "" {
			t.Errorf("%s: fields of record %d (-written +read):\n%s", f, i+1, diff)
		}
		for _, field := range want[i].Fields() {
			w, g := want[i].Get(field), got[i].Get(field)
			ws, _ := w.Secret()
			gs, _ := g.Secret()
			if !w.Equal(g) && (ws.Reference() == "" || ws.Reference() != gs.Reference()) {
				t.Errorf("%s: %s of record %d: %q became %q", f, field, i+1, w, g)
			}
		}
	}
}

func TestWriteTexts(t *testing.T) {
	texts := []string{"1.10", "010", "yes", "Off", "null", "~", "a: b", "a #b", "- a", "[x]", "{x}", "*a", "&a", "!a", "%a", "@a", "`a", "'a", "a:",
		"2001-12-14", "0x1F", "<<", "=", ".inf", "?", "|", ">", " a", "a ", "a\tb", "a\nb", "\u0085", "\u2028", "\ufeff", "\x7f", "😀", "\u00a0x", `\`, `"`, `\\N`, "/", "a/b c:d"}
	for _, f := range Formats() {
		var records []schema.Record
		for _, s := range texts {
			if blank(s) && (f == CSV || f == TSV) {
				continue
			}
			records = append(records, schema.NewRecord(map[schema.Field]schema.Value{
				schema.FieldType: schema.Text("GERRIT"), schema.FieldDisplayName: schema.Text(s), schema.FieldPreviously: schema.Words(s, "x", s)}))
		}
		var b bytes.Buffer
		if err := Write(&b, f, slices.Values(records)); err != nil {
			t.Fatal(err)
		}
		sameRecords(t, f, records, recordsIn(t, f, b.Bytes()))
	}
}

func TestWriteNothing(t *testing.T) {
	for _, f := range Formats() {
		var b bytes.Buffer
		if err := Write(&b, f, iter.Seq[schema.Record](func(func(schema.Record) bool) {})); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		got := show(bytes.NewReader(b.Bytes()), "", f)
		if want := []string{"0:0 file-empty : the file has no records"}; !slices.Equal(got, want) {
			t.Errorf("%s: %q reads as %q", f, b.String(), got)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	one := func(f schema.Field, v schema.Value) schema.Record {
		return schema.NewRecord(map[schema.Field]schema.Value{f: v})
	}
	for _, tt := range []struct {
		format Format
		record schema.Record
		want   string
	}{
		{CSV, one(schema.FieldDisplayName, schema.Text(`\N`)), `record 2: displayName: a table takes \N for an empty value; write YAML or JSON`},
		{CSV, one(schema.FieldPreviously, schema.Words("a", `\N`)), `record 2: previously: a table takes \N for an empty value; write YAML or JSON`},
		{TSV, one(schema.FieldDisplayName, schema.Text(" ")), `record 2: displayName: a table takes blanks for an absent value; write YAML or JSON`},
		{TSV, one(schema.FieldDisplayName, schema.Text("a\r\nb")), `record 2: displayName: a table cannot hold a carriage return; write YAML or JSON`},
		{CSV, one(schema.FieldDisplayName, schema.Text("a\x00b")), `record 2: displayName: a table cannot hold a NUL; write YAML or JSON`},
		{CSV, schema.Record{}, `record 2: it has no field, and a blank row would be no record`},
		{YAML, one(schema.FieldDisplayName, schema.Text("a\xffb")), `record 2: displayName: the text is not UTF-8`},
		{JSONL, one(schema.FieldPrHideFilter, schema.Text("a\xffb")), `record 2: prHideFilter: the text is not UTF-8`},
		{JSON, one(schema.FieldPreviously, schema.Words("a\xffb")), `record 2: previously: the text is not UTF-8`},
		{JSON, one(schema.FieldPat, schema.Hidden(schema.Literal("hunter2", ""))), `record 2: pat: the secret has no reference that could stand in its place`},
		{"xml", samples[0], `there is no format "xml"`},
	} {
		err := Write(io.Discard, tt.format, slices.Values([]schema.Record{samples[0], tt.record}))
		if err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v, want %s", tt.format, err, tt.want)
		}
	}
	for _, f := range Formats() {
		if err := Write(fullDisk{}, f, slices.Values(samples)); err == nil || !strings.Contains(err.Error(), "disk full") {
			t.Errorf("%s: a writer that fails: %v", f, err)
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("disk full") }

// TestWriteSource: what a record was made of is written where a reader leaves it aside.
func TestWriteSource(t *testing.T) {
	with := schema.NewRecord(map[schema.Field]schema.Value{schema.FieldType: schema.Text("GITHUB_SERVER")})
	with.Cells = []schema.Column{{Name: "type", Text: "GITHUB_SERVER"}, {Name: schema.SourceColumn, Text: "list.json:3: \x1b[1m\"a\"\n- b: c,\u2028d"}}
	without := schema.NewRecord(map[schema.Field]schema.Value{schema.FieldType: schema.Text("GITLAB_SERVER")})
	for f, want := range map[Format]string{
		CSV:  "type,_source\nGITHUB_SERVER,\"list.json:3: [1m\"\"a\"\" - b: c, d\"\nGITLAB_SERVER,\n",
		TSV:  "type\t_source\nGITHUB_SERVER\t\"list.json:3: [1m\"\"a\"\" - b: c, d\"\nGITLAB_SERVER\t\n",
		YAML: "version: 1\nintegrations:\n  # list.json:3: [1m\"a\" - b: c, d\n  - type: GITHUB_SERVER\n  - type: GITLAB_SERVER\n",
		JSON: `{"version": 1, "integrations": [
  {"type": "GITHUB_SERVER", "_source": "list.json:3: [1m\"a\" - b: c, d"},
  {"type": "GITLAB_SERVER"}
]}
`,
		JSONL: `{"type": "GITHUB_SERVER", "_source": "list.json:3: [1m\"a\" - b: c, d"}
{"type": "GITLAB_SERVER"}
`,
	} {
		var b bytes.Buffer
		records := []schema.Record{with, without}
		if err := Write(&b, f, slices.Values(records)); err != nil {
			t.Errorf("%s: %v", f, err)
		}
		if diff := cmp.Diff(want, b.String()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", f, diff)
		}
		sameRecords(t, f, records, recordsIn(t, f, b.Bytes()))
	}
}
