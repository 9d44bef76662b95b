package manifest

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

func FuzzReadCSV(f *testing.F) {
	for _, s := range []string{
		"type,displayName\nGITHUB,Acme\n", "sep=;\ntype;origin\nA;\"b\nc\"\n", "\ufeffType\tpat\r\nA\tenv:X\r\n",
		"type,_a,,x,type\nA,1,2,3,4\nB\n,,,,\n", "type,\"origin\nA", "type\rA\r", "type,projects\nA,\"\"\"a;b\"\";c\"\n",
		"type,displayName\nA,\\N\nB,1.5\nC,010\n", "\xff\xfet\x00y\x00p\x00e\x00\n\x00A\x00\n\x00", "type,origin\nA,x\"y\n", "type,pat,origin\nA,b\nC,d,e,f\n",
		"type,origin\nA,\xff\n", "PK\x03\x04", "type|id\nA|9223372036854775808\n", "type,pat\nA,s3cret\n",
		"kind,type,origin,mainBranch\nrepository,,git@h:p,main\nintegration,A,,\n,B,https://u:p@h/x,\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		readAnything(t, CSV, data)
		readAnything(t, TSV, data)
	})
}

func FuzzReadYAML(f *testing.F) {
	for _, s := range []string{
		"version: 1\ndefaults: {wave: 1}\nintegrations:\n- type: GITHUB\n  displayName: 1.10\n  disabled: yes\n", "- type: A\n---\ntype: B\n",
		"- &a {type: A, <<: *a}\n", "a: &a [*a]\nintegrations: *a\n", "- type: A\n  type: B\n  orign: x\n", "repositories: [{origin: x}]\n", "$schema: x\ntype: A\n$schema: y\n",
		"integrations: [{type: A, kind: repository}]\nrepositories:\n- {}\n- {kind: integration, origin: 'git@h:p'}\n- {mainBranch: main, absoluteRoot: no}\ndefaults: {kind: repository}\n",
		"- {type: A, projects: [X, \"Y\", 1], previously: [a, ~, '\\N', \"\\t\"]}\n", "- type: !x y\n", "- pat: |\n    a\n    b\n  folderDepth: 010\n",
		"# c\n- type: A # d\n# e\n", "? [a]\n: b\n", "- type: \"\\x85\\L\"\n", "integrations: {type: A}\nversion: 2\n", "-\n- a\n- [b]\n",
		// What parsers of this family have panicked on.
		"a:\n.\n-\n", "0: [:!00 \xef", "#\n-\n{", "#\n-\n-\n0", "{{},<<}", "#" + strings.Repeat(" ", 1600),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { readAnything(t, YAML, data) })
}

func FuzzReadJSON(f *testing.F) {
	for _, s := range jsonSeeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { readAnything(t, JSON, data) })
}

func FuzzReadJSONL(f *testing.F) {
	for _, s := range jsonSeeds {
		f.Add([]byte(s))
		f.Add([]byte(s + "\n" + s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { readAnything(t, JSONL, data) })
}

var jsonSeeds = []string{
	`{"version":1,"defaults":{"wave":1},"integrations":[{"type":"GITHUB","displayName":"","disabled":false}]}`,
	`[{"type":"A"}]{"type":"B"}`, `{"type":"A","type":"B","orign":1}`, `{"type":"\ud83d\ude00\/\ud83d"}`, `[{"type":"A",}]`, `[{"type":`,
	`{"projects":["X",1,null,{}],"previously":["a;b","\\N"," ",""],"projectMappingIds":[3,2,3],"id":1e3}`, `{"repositories":[{"origin":"x"}]}`,
	`{"repositories":[{"origin":"ssh://git@h/p","realRoot":"/x"},{"kind":null}],"integrations":[{"kind":"repository"}]}`, `[{"kind":"repository","origin":"D:\\x"},{}]`, `"x"`, `[[[[`, `{"":[]},`, `,`,
}

// readAnything reads what may be no manifest at all. Places must make sense, it must
// not matter how the text arrives, and what could be read must survive being written in
// every format.
func readAnything(t *testing.T, format Format, data []byte) {
	lines := 1 + bytes.Count(data, []byte("\n")) + bytes.Count(data, []byte("\r")) + len(data)/2 // breaks of YAML and UTF-16
	var checker schema.Checker
	var records []schema.Record
	for e, err := range Read(bytes.NewReader(data), "f", format, schema.UTF8) {
		var p *Problem
		if errors.As(err, &p) {
			saneFinding(t, p.Finding, lines)
			continue
		}
		r := checker.Check(e)
		for _, f := range e.Findings {
			saneFinding(t, f, lines)
		}
		for _, f := range r.Findings {
			saneFinding(t, f, lines)
		}
		if e.Place.Record != len(records)+1 || e.Place.Line < 1 || e.Place.Line > lines {
			t.Fatalf("record %d is at %+v", len(records)+1, e.Place)
		}
		for _, c := range e.Cells {
			if c.Line < 1 || int(c.Line) > lines || c.Column < 1 || int(c.Column) > 2*len(data)+1 {
				t.Fatalf("cell %s is at %d:%d", c.Name, c.Line, c.Column)
			}
		}
		records = append(records, r)
	}
	whole := show(bytes.NewReader(data), "f", format)
	pieces := show(iotest.OneByteReader(bytes.NewReader(data)), "f", format)
	if diff := cmp.Diff(whole, pieces); diff != "" {
		t.Fatalf("read in pieces it is another manifest:\n%s", diff)
	}
	for _, f := range Formats() {
		survive(t, f, records)
	}
}

func saneFinding(t *testing.T, f schema.Finding, lines int) {
	t.Helper()
	p := f.Place
	if p.File != "f" || p.Line < 0 || p.Line > lines || p.Column < 0 || f.Message == "" || f.Advice == "" || f.Code.Explanation().Code == "" {
		t.Fatalf("finding %+v", f)
	}
}

func survive(t *testing.T, f Format, records []schema.Record) {
	table := f == CSV || f == TSV
	records = slices.Clone(records)
	records = slices.DeleteFunc(records, func(r schema.Record) bool {
		return Write(new(bytes.Buffer), f, slices.Values([]schema.Record{r})) != nil && table && !tableFits(r)
	})
	var b bytes.Buffer
	if err := Write(&b, f, slices.Values(records)); err != nil {
		t.Fatalf("%s: %v", f, err)
	}
	sameRecords(t, f, inOrder(f, records), recordsIn(t, f, b.Bytes()))
}

// inOrder brings records into the order in which a format writes them.
func inOrder(f Format, records []schema.Record) []schema.Record {
	records = slices.Clone(records)
	if f == YAML || f == JSON {
		slices.SortStableFunc(records, func(a, b schema.Record) int { return strings.Compare(string(a.Kind()), string(b.Kind())) })
	}
	return records
}

// tableFits says from the format's description whether a table can hold a record.
func tableFits(r schema.Record) bool {
	for _, field := range r.Fields() {
		v := r.Get(field)
		for _, s := range append(v.Words(), v.Text()) {
			if s == `\N` || s != "" && strings.TrimSpace(s) == "" || strings.ContainsAny(s, "\r\x00") {
				return false
			}
		}
		if s, ok := v.Secret(); ok && strings.ContainsAny(s.Reference(), "\r\x00") {
			return false
		}
	}
	return len(r.Fields()) > 0
}
