package journal

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"gijbulk/schema"
)

// through stores a record and reads it back.
func through(r schema.Record) (schema.Record, error) {
	var data any
	var err error
	if data, err = (document{encodeRecord(&r, schema.Mask{})}).Value(); err != nil {
		return r, err
	}
	var in *recordJSON
	if err := (document{&in}).Scan(data); err != nil {
		return r, err
	}
	return in.decode(map[string]tableJSON{r.Place.File: {r.Columns, r.Dialect}})
}

// TestRecordsRoundTrip: a record comes back as it was, but for its secrets, which come
// back as references.
func TestRecordsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, want := drawRecord(t)
		got, err := through(r)
		if err != nil {
			t.Fatal(err)
		}
		if !sameRecord(want, got) {
			t.Fatalf("%s", diff(want, got))
		}
		if digestOf(r) != digestOf(got) {
			t.Fatal("the digest of the plan is different")
		}
		for _, s := range got.Secrets() {
			if s.Known() && s.Reveal() != "" {
				t.Fatal("the value of a secret came back")
			}
		}
	})
}

func digestOf(r schema.Record) string {
	return schema.Plan{Actions: []schema.Action{{Op: schema.OpCreate, Want: r}}}.Digest()
}

// drawRecord makes a record, and what is to come back.
func drawRecord(t *rapid.T) (r, back schema.Record) {
	values, expected := make(map[schema.Field]schema.Value), make(map[schema.Field]schema.Value)
	for _, f := range rapid.SliceOfDistinct(rapid.SampledFrom(schema.Fields()), rapid.ID[schema.Field]).Draw(t, "fields") {
		values[f], expected[f] = drawValue(t, f)
	}
	r, back = schema.NewRecord(values), schema.NewRecord(expected)
	number, text := rapid.IntRange(0, 1<<31), rapid.String()
	place := schema.Place{File: "a.csv", Line: number.Draw(t, "line"), Column: number.Draw(t, "column"), Record: number.Draw(t, "record")}
	cells := rapid.SliceOf(rapid.Custom(func(t *rapid.T) schema.Column {
		return schema.Column{Name: text.Draw(t, "name"), Text: text.Draw(t, "text")}
	})).Draw(t, "cells")
	findings := rapid.SliceOf(rapid.Custom(func(t *rapid.T) schema.Finding {
		return schema.Finding{Place: place, Field: "origin", Level: rapid.SampledFrom([]schema.Level{schema.LevelError, schema.LevelWarning}).Draw(t, "level"),
			Create: rapid.Bool().Draw(t, "create"), Code: schema.CodeBadOrigin, Message: text.Draw(t, "message"), Advice: text.Draw(t, "advice")}
	})).Draw(t, "findings")
	columns := rapid.SliceOf(text).Draw(t, "columns")
	id, initDate := rapid.Int64().Draw(t, "id"), rapid.Int64().Draw(t, "initDate")
	for _, each := range []*schema.Record{&r, &back} {
		each.Place, each.ID, each.InitDate, each.Columns, each.Cells, each.Findings = place, id, initDate, columns, cells, findings
	}
	return r, back
}

func drawValue(t *rapid.T, f schema.Field) (v, back schema.Value) {
	switch f.Shape() {
	case schema.ShapeBool:
		v = schema.Bool(rapid.Bool().Draw(t, "bool"))
	case schema.ShapeInt:
		v = schema.Int(rapid.Int64().Draw(t, "int"))
	case schema.ShapeIDs:
		v = schema.IDs(rapid.SliceOf(rapid.Int64()).Draw(t, "ids")...)
	case schema.ShapeWords:
		v = schema.Words(rapid.SliceOf(rapid.String()).Draw(t, "words")...)
	case schema.ShapeSecret:
		return drawSecret(t, f)
	default:
		v = schema.Text(rapid.String().Draw(t, "text"))
	}
	return v, v
}

func drawSecret(t *rapid.T, f schema.Field) (v, back schema.Value) {
	value, target := rapid.StringMatching(`[a-z]*`).Draw(t, "value"), rapid.String().Draw(t, "target")
	referred := schema.Refer(schema.SchemeFile, target)
	if !f.Hidden() && rapid.Bool().Draw(t, "plain") {
		return schema.Text(value), schema.Text(value)
	}
	switch rapid.SampledFrom([]string{"literal", "nameless", "reference", "resolved"}).Draw(t, "secret") {
	case "literal":
		return schema.Hidden(schema.Literal(value+"x", "file:"+target)), schema.Hidden(referred)
	case "nameless":
		return schema.Hidden(schema.Literal(value+"x", "")), schema.Hidden(schema.Secret{})
	case "resolved":
		return schema.Hidden(referred.Resolved(value + "x")), schema.Hidden(referred)
	}
	return schema.Hidden(referred), schema.Hidden(referred)
}

func TestZeroRecordIsNothing(t *testing.T) {
	if data, err := (document{encodeRecord(&schema.Record{}, schema.Mask{})}).Value(); data != nil || err != nil {
		t.Errorf("%v, error %v", data, err)
	}
	if r, err := (*recordJSON)(nil).decode(nil); err != nil || !sameRecord(schema.Record{}, r) {
		t.Errorf("%v, error %v", r, err)
	}
}

// TestDocumentFormat: what is in the state files of users stays readable.
func TestDocumentFormat(t *testing.T) {
	const text = `{"position":{"File":"a.csv","Line":2,"Column":0,"Record":1},"id":7,"initDate":1700000000123,` +
		`"cells":[{"Name":"Name","Text":"x"}],"findings":[{"Place":{"File":"a.csv","Line":2,"Column":0,"Record":1},"Field":"origin","Level":1,` +
		`"Create":true,"Code":"bad-origin","Message":"m","Advice":"a","Option":""}],"fields":{"disabled":false,"folderDepth":3,"password":"",` +
		`"pat":"env:X","projectMappingIds":[1,9007199254740993],"projects":["A"],"tagsFilter":"","username":"svc"}}`
	want := schema.NewRecord(map[schema.Field]schema.Value{schema.FieldDisabled: schema.Bool(false), schema.FieldFolderDepth: schema.Int(3),
		schema.FieldPassword: schema.Hidden(schema.Literal("", "")), schema.FieldPat: schema.Hidden(schema.Refer(schema.SchemeEnv, "X")),
		schema.FieldProjectMappingIDs: schema.IDs(1, 1<<53+1), schema.FieldProjects: schema.Words("A"), schema.FieldTagsFilter: schema.Text(""),
		schema.FieldUsername: schema.Text("svc")})
	want.Place, want.ID, want.InitDate = schema.Place{File: "a.csv", Line: 2, Record: 1}, 7, 1_700_000_000_123
	want.Cells = []schema.Column{{Name: "Name", Text: "x"}}
	want.Findings = []schema.Finding{{Place: want.Place, Field: "origin", Level: schema.LevelWarning, Create: true, Code: schema.CodeBadOrigin, Message: "m", Advice: "a"}}
	if got, err := (document{encodeRecord(&want, schema.Mask{})}).Value(); err != nil || got != text {
		t.Errorf("written: %s, error %v", got, err)
	}
	var in *recordJSON
	if err := (document{&in}).Scan(text); err != nil {
		t.Fatal(err)
	}
	if got, err := in.decode(nil); err != nil || !sameRecord(want, got) {
		t.Errorf("read: %s, error %v", diff(want, got), err)
	}
}

func TestChangesRoundTrip(t *testing.T) {
	want := []schema.Change{
		{Field: schema.FieldGlobal, From: schema.Bool(false), To: schema.Bool(true)},
		{Field: schema.FieldTagsFilter, From: schema.Text("v.*"), To: schema.Text("")},
		{Field: schema.FieldProjectMappingIDs, From: schema.IDs(), To: schema.IDs(1, 1<<63-1)},
		{Field: schema.FieldPat, To: secret("swordfish"), Unseen: true},
	}
	data, err := json.Marshal(encodeChanges(want))
	if err != nil || bytes.Contains(data, []byte("swordfish")) {
		t.Errorf("%s, error %v", data, err)
	}
	var in []changeJSON
	if err := json.Unmarshal(data, &in); err != nil {
		t.Fatal(err)
	}
	want[3].To = schema.Hidden(schema.Refer(schema.SchemeEnv, "TOKEN"))
	if got, err := decodeChanges(in); err != nil || diff(want, got) != "" {
		t.Errorf("%s, error %v", diff(want, got), err)
	}
}

// FuzzRecord: no content of the file makes the reader panic, and what it accepts is
// stable.
func FuzzRecord(f *testing.F) {
	for _, seed := range []string{
		`{"position":{"File":"a.csv","Line":2},"cells":[{"Name":"x"}],"fields":{"type":"AWS","global":false}}`,
		`{"id":9007199254740993,"fields":{"projectMappingIds":[1,2],"projects":["A"],"pat":"env:X","folderDepth":3}}`,
		`{"fields":{"password":"","username":"[secret]","previously":[]}}`,
		`{"fields":{"pat":0}}`, `{"fields":{"unknown":0}}`, `null`, `7`,
		`{"findings":[{"Level":1,"Code":"bad-origin","Message":"m"}],"fields":{"wave":1e9,"disabled":null}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data string) {
		var in *recordJSON
		if (document{&in}).Scan(data) != nil {
			return
		}
		first, err := in.decode(nil)
		if err != nil {
			return
		}
		second, err := through(first)
		if err != nil {
			t.Fatalf("%s cannot be read back: %v", data, err)
		}
		if !sameRecord(first, second) {
			t.Fatalf("%s: %s", data, diff(first, second))
		}
	})
}

// TestTablesOfRules: the file of an integration's rules may be another one.
func TestTablesOfRules(t *testing.T) {
	rule := schema.Record{Place: schema.Place{File: "rules.csv"}, Columns: []string{"kind", "match"}}
	tables := tablesByFile([]schema.Action{{Want: schema.Record{Place: schema.Place{File: "a.yaml"}, Rules: []schema.Record{rule}}}})
	if got := tables["rules.csv"].Columns; len(got) != 2 || len(tables) != 1 {
		t.Errorf("tables %v", tables)
	}
}
