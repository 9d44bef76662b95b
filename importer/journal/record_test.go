package journal

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"gijbulk/schema"
)

// TestRecordsRoundTrip holds that a record comes back as it was, but for its secrets,
// which come back as references.
func TestRecordsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r, want := drawRecord(t)
		var h headers
		data := encodeRecord(r, &h, schema.Mask{})
		got, err := decodeRecord(data, h.list)
		if err != nil {
			t.Fatal(err)
		}
		if !sameRecord(want, got) {
			t.Fatalf("%s", diff(want, got))
		}
		if schemaDigest(r) != schemaDigest(got) {
			t.Fatal("the plan's digest is another after the round trip")
		}
		for _, s := range got.Secrets() {
			if s.Known() && s.Reveal() != "" {
				t.Fatal("a secret's value came back")
			}
		}
	})
}

func schemaDigest(r schema.Record) string {
	return schema.Plan{Actions: []schema.Action{{Op: schema.OpCreate, Want: r}}}.Digest()
}

// drawRecord makes a record, and what is to come back.
func drawRecord(t *rapid.T) (r, back schema.Record) {
	values, expected := make(map[schema.Field]schema.Value), make(map[schema.Field]schema.Value)
	for _, f := range rapid.SliceOfDistinct(rapid.SampledFrom(schema.Fields()), rapid.ID[schema.Field]).Draw(t, "fields") {
		values[f], expected[f] = drawValue(t, f)
	}
	r, back = schema.NewRecord(values), schema.NewRecord(expected)
	number := rapid.IntRange(0, 1<<31)
	place := schema.Place{File: rapid.String().Draw(t, "file"), Line: number.Draw(t, "line"), Column: number.Draw(t, "column"), Record: number.Draw(t, "record")}
	words := rapid.SliceOf(rapid.String())
	cells := rapid.SliceOf(rapid.Custom(func(t *rapid.T) schema.Column {
		return schema.Column{Name: rapid.String().Draw(t, "name"), Text: rapid.String().Draw(t, "text")}
	})).Draw(t, "cells")
	faults := rapid.SliceOf(rapid.Custom(func(t *rapid.T) schema.Finding {
		return schema.Finding{Place: place, Field: "origin", Level: rapid.SampledFrom([]schema.Level{schema.LevelError, schema.LevelWarning}).Draw(t, "level"),
			Code: schema.CodeBadOrigin, Message: rapid.String().Draw(t, "message"), Advice: rapid.String().Draw(t, "advice")}
	})).Draw(t, "faults")
	id, columns := rapid.Int64().Draw(t, "id"), words.Draw(t, "columns")
	for _, each := range []*schema.Record{&r, &back} {
		each.Place, each.ID = place, id
		*each = each.WithCells(columns, cells).WithFaults(faults...)
	}
	if len(values) == 0 && id == 0 && place == (schema.Place{}) && len(cells) == 0 && len(faults) == 0 {
		back = schema.Record{}
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
	value, target := rapid.String().Draw(t, "value"), rapid.String().Draw(t, "target")
	referred := schema.Refer(schema.SchemeFile, target)
	switch rapid.SampledFrom([]string{"text", "literal", "nameless", "blank", "reference", "resolved"}).Draw(t, "secret") {
	case "text":
		if !f.Hidden() {
			return schema.Text(value), schema.Text(value)
		}
		fallthrough
	case "literal":
		return schema.Hidden(schema.Literal(value+"x", "file:"+target)), schema.Hidden(referred)
	case "nameless":
		return schema.Hidden(schema.Literal(value+"x", "")), schema.Hidden(schema.Secret{})
	case "blank":
		return schema.Hidden(schema.Literal("", "")), schema.Hidden(schema.Literal("", ""))
	case "resolved":
		return schema.Hidden(referred.Resolved(value + "x")), schema.Hidden(referred)
	}
	return schema.Hidden(referred), schema.Hidden(referred)
}

func TestChangesRoundTrip(t *testing.T) {
	want := []schema.Change{
		{Field: schema.FieldGlobal, From: schema.Bool(false), To: schema.Bool(true)},
		{Field: schema.FieldTagsFilter, From: schema.Text("v.*"), To: schema.Text("")},
		{Field: schema.FieldProjectMappingIDs, From: schema.IDs(), To: schema.IDs(1, 1<<63-1)},
		{Field: schema.FieldPat, To: schema.Hidden(schema.Refer(schema.SchemeEnv, "TOKEN").Resolved("swordfish")), Unseen: true},
	}
	data := encodeChanges(want)
	if bytes.Contains(data, []byte("swordfish")) {
		t.Error("a secret was written")
	}
	var in []changeJSON
	if err := json.Unmarshal(data, &in); err != nil {
		t.Fatal(err)
	}
	got, err := changesIn(in)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(want, got); d != "" {
		t.Error(d)
	}
}

// TestPlainTextInASecretsFieldIsNotWritten covers a caller that made a text of it.
func TestPlainTextInASecretsFieldIsNotWritten(t *testing.T) {
	r := record("a", map[schema.Field]schema.Value{schema.FieldPassword: schema.Text("swordfish")})
	if data := encodeRecord(r, &headers{}, schema.Mask{}); bytes.Contains(data, []byte("swordfish")) {
		t.Error("the text is in the file")
	}
}

// FuzzDecodeRecord holds that no content of the file makes the reader panic, and that
// what it accepts is stable.
func FuzzDecodeRecord(f *testing.F) {
	for _, seed := range []string{
		`{"file":"a.csv","line":2,"record":1,"header":0,"cells":[["Name","x"]],"fields":{"type":"AWS","global":false}}`,
		`{"id":9007199254740993,"fields":{"projectMappingIds":[1,2],"projects":["A"],"pat":{"secret":"env:X"},"folderDepth":3}}`,
		`{"fields":{"password":{"secret":""},"username":{"secret":null},"previously":[]}}`,
		`{"fields":{"pat":0}}`,
		`{"faults":[{"level":"warning","code":"bad-origin","message":"m"}],"fields":{"wave":1e9,"disabled":null}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if !json.Valid(data) {
			return
		}
		columns := [][]string{{"Name"}}
		first, err := decodeRecord(data, columns)
		if err != nil {
			return
		}
		var h headers
		again := encodeRecord(first, &h, schema.Mask{})
		second, err := decodeRecord(again, h.list)
		if err != nil {
			t.Fatalf("%s cannot be read back: %v", again, err)
		}
		if again != nil && !sameRecord(first, second) {
			t.Fatalf("%s: %s", again, diff(first, second))
		}
	})
}
