package planfile

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"gijbulk/schema"
)

func at(line int) schema.Place {
	return schema.Place{File: "a.csv", Line: line, Column: 1, Record: line - 1}
}

// sample has a record of each kind of decision, one that is not selected, and a deletion.
func sample() File {
	record := func(line int, values map[schema.Field]schema.Value) schema.Record {
		values[schema.FieldType] = schema.Text("GITHUB")
		r := schema.NewRecord(values)
		r.Place = at(line)
		return r
	}
	live := func(id int64, values map[schema.Field]schema.Value) schema.Record {
		values[schema.FieldType] = schema.Text("GITHUB")
		r := schema.NewRecord(values)
		r.ID = id
		return r
	}
	pat := schema.Hidden(schema.Refer(schema.SchemeEnv, "PAT"))
	created := record(2, map[schema.Field]schema.Value{schema.FieldDisplayName: schema.Text("new"), schema.FieldPat: pat, schema.FieldProjects: schema.Words("ACME")})
	created.Columns = []string{"type", "displayName", "pat", "projects", "note"}
	created.Cells = []schema.Column{{Name: "type", Text: "GITHUB"}, {Name: "note", Text: "ours"}}
	created.Findings = []schema.Finding{{Place: at(2), Field: "pat", Level: schema.LevelWarning, Create: true, Code: schema.CodeSecretMissing, Message: "m", Advice: "a"}}
	updated := record(3, map[schema.Field]schema.Value{schema.FieldDisplayName: schema.Text("old"), schema.FieldDisabled: schema.Bool(true), schema.FieldTagsFilter: schema.Text("")})
	rule := schema.NewRecord(map[schema.Field]schema.Value{schema.FieldKind: schema.Text("nested"), schema.FieldMatch: schema.Text("acme/*"), schema.FieldProjects: schema.Words("WEB")})
	rule.Place, rule.Owner = at(3), at(3)
	updated.Rules = []schema.Record{rule}
	nested := live(9, map[schema.Field]schema.Value{schema.FieldKind: schema.Text("nested"), schema.FieldProjectMappingIDs: schema.IDs(1)})
	nested.Integration = 7
	other := record(4, map[schema.Field]schema.Value{schema.FieldDisplayName: schema.Text("not selected")})
	conflict := record(5, map[schema.Field]schema.Value{schema.FieldDisplayName: schema.Text("twice")})
	have := live(7, map[schema.Field]schema.Value{schema.FieldDisplayName: schema.Text("old"), schema.FieldDisabled: schema.Bool(false), schema.FieldAPIPath: schema.Text("/not/wanted")})
	plan := schema.Plan{Actions: []schema.Action{
		{N: 0, Op: schema.OpCreate, Want: schema.ResolveProjects(created, map[string]int64{"ACME": 10})},
		{N: 1, Op: schema.OpUpdate, Want: schema.ResolveProjects(updated, map[string]int64{"WEB": 11}), Have: have, Changes: schema.Changes(updated, have)},
		{N: 2, Op: schema.OpConflict, Want: conflict, Reason: "two live records"},
		{N: 3, Op: schema.OpUpdate, Want: schema.ResolveProjects(rule, map[string]int64{"WEB": 11}), Have: nested,
			Changes: []schema.Change{{Field: schema.FieldProjectMappingIDs, From: schema.IDs(1), To: schema.IDs(11)}}},
		{N: 4, Op: schema.OpDelete, Have: live(1<<60, map[schema.Field]schema.Value{schema.FieldDisplayName: schema.Text("gone"), schema.FieldAPIPath: schema.Text("/x")}), Files: true},
	}}
	return File{Gijbulk: "1.2.3", Created: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Target: Target{"https://jira.example.org", "https://j.example.org"},
		Command: "sync", Options: Options{Prune: true, DeleteFiles: true, MaxDelete: "10%", MaxUpdate: "30%", Waves: []int{1}}, Files: []string{"a.csv"},
		Records: []schema.Record{created, updated, other, conflict}, Projects: map[string]int64{"ACME": 10, "WEB": 11},
		Findings: []schema.Finding{{Place: schema.Place{File: "a.csv"}, Level: schema.LevelWarning, Code: schema.CodeFileUnreadable, Message: "<m>"}}, Plan: plan, Digest: plan.Digest()}
}

func written(t *testing.T, f File) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, f, schema.Mask{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestRoundTrip: what is read back decides the same.
func TestRoundTrip(t *testing.T) {
	want := sample()
	text := written(t, want)
	got, err := Read(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if digest := got.Plan.Digest(); digest != want.Digest || got.Digest != want.Digest {
		t.Errorf("the digest was %s, and is %s", want.Digest, digest)
	}
	if len(got.Records) != 4 || len(got.Plan.Actions) != 5 || got.Records[2].Name() != "not selected" {
		t.Fatalf("%d records, %d actions", len(got.Records), len(got.Plan.Actions))
	}
	for i := range want.Records {
		a, b := &want.Records[i], &got.Records[i]
		if a.Place != b.Place || !slices.Equal(a.Fields(), b.Fields()) || !slices.Equal(a.Cells, b.Cells) || !slices.Equal(a.Findings, b.Findings) {
			t.Errorf("record %d: %+v, want %+v", i, b, a)
		}
	}
	if !slices.Equal(got.Records[0].Columns, want.Records[0].Columns) || !slices.Equal(got.Findings, want.Findings) || got.Target != want.Target ||
		got.Command != "sync" || !got.Created.Equal(want.Created) || got.Options.MaxDelete != "10%" || !slices.Equal(got.Options.Waves, []int{1}) {
		t.Errorf("%+v", got)
	}
	if again := written(t, got); again != text {
		t.Errorf("written again it is another:\n%s\n%s", text, again)
	}
	if strings.Contains(text, "/not/wanted") {
		t.Error("it holds a field that the plan does not depend on")
	}
}

func TestReadRefuses(t *testing.T) {
	text := written(t, sample())
	for _, tt := range []struct {
		name, text string
		want       error
	}{
		{"nothing", "", ErrForeign},
		{"cut", text[:len(text)/2], ErrForeign},
		{"cut at the end", strings.TrimSuffix(text, "}\n"), ErrForeign},
		{"a manifest", `{"version": 1, "integrations": []}`, ErrForeign},
		{"a list", `[]`, ErrForeign},
		{"an action edited", strings.Replace(text, `"action":"conflict"`, `"action":"create"`, 1), ErrEdited},
		{"a limit edited", strings.Replace(text, `"maxDelete":"10%"`, `"maxDelete":"99%"`, 1), ErrEdited},
		{"a record removed", strings.Replace(text, "not selected", "", 1), ErrEdited},
		{"an id edited in its last digit", strings.Replace(text, `"id":1152921504606846976`, `"id":1152921504606846977`, 1), ErrEdited},
		{"the checksum edited", strings.Replace(text, `"checksum": "sha256:`, `"checksum": "sha256:0`, 1), ErrEdited},
	} {
		if tt.text == text {
			t.Fatalf("%s: the text is as it was", tt.name)
		}
		if _, err := Read(strings.NewReader(tt.text)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	_, err := Read(strings.NewReader(strings.Replace(text, `"version": 1`, `"version": 2`, 1)))
	if foreign, ok := errors.AsType[*ForeignVersion](err); !ok || foreign.Version != "2" {
		t.Errorf("another version: %v", err)
	}
}

// TestLayoutIsNoEdit: what only lays the file out anew leaves it valid.
func TestLayoutIsNoEdit(t *testing.T) {
	text := strings.Join(strings.Split(written(t, sample()), "\n    "), "")
	if _, err := Read(strings.NewReader(text)); err != nil {
		t.Error(err)
	}
}

// TestSecrets: no value of one is written, and a field that holds one is refused.
func TestSecrets(t *testing.T) {
	mask := schema.NewMask(nil, "the-token-itself")
	f := sample()
	f.Records[0] = f.Records[0].Set(schema.FieldPat, schema.Hidden(schema.Refer(schema.SchemeEnv, "PAT").Resolved("the-token-itself")))
	f.Records[0].Findings[0].Message, f.Records[0].Cells[1].Text, f.Plan.Actions[2].Reason = "x the-token-itself", "the-token-itself", "the-token-itself"
	var out bytes.Buffer
	if err := Write(&out, f, mask); err != nil || strings.Contains(out.String(), "the-token") {
		t.Errorf("%v:\n%s", err, out.String())
	}
	f.Records[1] = f.Records[1].Set(schema.FieldTagsFilter, schema.Text("^the-token-itself$"))
	err := Write(&out, f, mask)
	if in, ok := errors.AsType[*SecretInField](err); !ok || in.Field != schema.FieldTagsFilter || !strings.HasPrefix(err.Error(), "a.csv:3:1: tagsFilter: ") || strings.Contains(err.Error(), "the-token") {
		t.Errorf("a wanted field: %v", err)
	}
	f = sample()
	f.Plan.Actions[4].Have = f.Plan.Actions[4].Have.Set(schema.FieldDisplayName, schema.Text("the-token-itself"))
	if _, ok := errors.AsType[*SecretInField](Write(&out, f, mask)); !ok {
		t.Error("a live field that holds a secret is written")
	}
}

// FuzzRead: whatever a file holds, reading it ends with a plan or an error.
func FuzzRead(f *testing.F) {
	var out bytes.Buffer
	if err := Write(&out, sample(), schema.Mask{}); err != nil {
		f.Fatal(err)
	}
	f.Add(out.Bytes())
	f.Add([]byte(`{"version":1,"target":{},"records":[],"checksum":"x"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		plan, err := Read(bytes.NewReader(data))
		if err != nil {
			return
		}
		again, err := Read(strings.NewReader(written(t, plan)))
		if err != nil || again.Plan.Digest() != plan.Plan.Digest() {
			t.Errorf("written again, it is another plan: %v", err)
		}
	})
}
