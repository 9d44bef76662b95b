package journal

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gijbulk/schema"
)

// model is what is known of a target's records, kept in the plainest way.
type model map[int64]*modelRecord

type modelRecord struct {
	key  schema.Key
	run  int // that knew it last
	sent map[schema.Field]schema.Value
}

func (m model) learn(run int, id int64, key schema.Key, sent map[schema.Field]schema.Value, fresh bool) {
	if m[id] == nil || fresh {
		m[id] = &modelRecord{sent: make(map[schema.Field]schema.Value)}
	}
	m[id].key, m[id].run = key, run
	maps.Copy(m[id].sent, sent)
}

var modelFields = []schema.Field{schema.FieldPat, schema.FieldUsername, schema.FieldTagsFilter}

// testModel lets two runs on one target write at once.
func testModel(t *testing.T, s store) {
	j := s.open(t)
	targets := 0
	rapid.Check(t, func(t *rapid.T) {
		targets++
		at, m := fmt.Sprint(jira, "/", targets), model{}
		var logs [2]*Log
		var planned [2]int
		for i := range logs {
			r := run(fmt.Sprint("run ", targets, " ", i))
			r.Target = at
			l, err := startPlanned(t.Context(), j, r, schema.Plan{}, nil, schema.Mask{})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			logs[i] = l
		}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			i := rapid.IntRange(0, 1).Draw(t, "run")
			m.step(t, i, logs[i], planned[i])
			planned[i]++
		}
		m.check(t, j, TargetURLs{BaseURL: at, URL: at})
	})
}

// step plans and sends one action, and draws its outcome.
func (m model) step(t *rapid.T, run int, l *Log, n int) {
	id := rapid.Int64Range(1, 3).Draw(t, "id")
	values := make(map[schema.Field]schema.Value)
	for _, f := range modelFields {
		value := rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "value")
		switch {
		case value == "":
		case f == schema.FieldTagsFilter, f == schema.FieldUsername && rapid.Bool().Draw(t, "plain"):
			values[f] = schema.Text(value)
		default:
			values[f] = secret(value)
		}
	}
	a := update(id, rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name"), values)
	a.N = n
	status := rapid.SampledFrom([]schema.Status{schema.StatusCreated, schema.StatusUpdated, schema.StatusDeleted, schema.StatusUnchanged,
		schema.StatusUnknown}).Draw(t, "status")
	switch status {
	case schema.StatusCreated:
		a.Op, a.Changes, a.Have = schema.OpCreate, nil, schema.Record{}
		values[schema.FieldType], values[schema.FieldDisplayName] = a.Want.Get(schema.FieldType), a.Want.Get(schema.FieldDisplayName)
		m.learn(run, id, a.Want.Key(), values, true)
	case schema.StatusDeleted:
		a.Op, a.Changes = schema.OpDelete, nil
		delete(m, id)
	case schema.StatusUnchanged:
		a.Op, a.Changes = schema.OpUnchanged, nil
		m.learn(run, id, a.Want.Key(), nil, false)
	case schema.StatusUpdated:
		m.learn(run, id, a.Want.Key(), values, false)
	case schema.StatusUnknown:
		for f := range values {
			if m[id] != nil && m[id].sent[f].IsSet() {
				m[id].run = run
				delete(m[id].sent, f)
			}
		}
	}
	for _, err := range []error{l.Extend(t.Context(), []schema.Action{a}), l.Begin(t.Context(), a), l.End(t.Context(), done(a, status, id))} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func (m model) check(t *rapid.T, j *Journal, at TargetURLs) {
	want := make(map[schema.Key]schema.Known)
	for run := range 2 {
		for _, id := range slices.Sorted(maps.Keys(m)) {
			if m[id].run == run {
				want[m[id].key] = schema.Known{ID: id}
			}
		}
	}
	got, err := j.Identities(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(want, got.Known); d != "" {
		t.Fatal(d)
	}
	for id := range int64(4) {
		for _, f := range append(modelFields, schema.FieldDisplayName) {
			value, known := schema.Text("x"), false
			if m[id] != nil && m[id].sent[f].IsSet() {
				value, known = m[id].sent[f], true
			}
			if same, judged := got.Compare(id, f, value); same != known || !judged {
				t.Fatalf("%s of %d: same %t, not %t; judged %t", f, id, same, known, judged)
			}
		}
	}
}
