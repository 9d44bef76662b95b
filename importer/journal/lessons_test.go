package journal

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"gijbulk/schema"
)

// lore is what a target's runs have taught, kept in the plainest way.
type lore map[int64]*taught

type taught struct {
	key  schema.Key
	sent map[schema.Field]schema.Value
}

func (m lore) give(id int64, key schema.Key, sent map[schema.Field]schema.Value, all bool) {
	maps.DeleteFunc(m, func(other int64, known *taught) bool { return other != id && known.key == key })
	if m[id] == nil || all {
		m[id] = &taught{sent: make(map[schema.Field]schema.Value)}
	}
	m[id].key = key
	maps.Copy(m[id].sent, sent)
}

// TestWhatRunsTaught lets two runs on one target write at once, and end at any time: what
// is known of the target is the same wherever it is kept.
func TestWhatRunsTaught(t *testing.T) {
	j := open(t)
	targets := 0
	fields := []schema.Field{schema.FieldPat, schema.FieldTagsFilter}
	planned := schema.Action{Op: schema.OpCreate, Want: record("a", map[schema.Field]schema.Value{
		schema.FieldPat: secret("token"), schema.FieldTagsFilter: schema.Text("x"), schema.FieldSendCommitEmails: schema.Bool(false)})}
	rapid.Check(t, func(t *rapid.T) {
		targets++
		target, m := fmt.Sprint(jira, "/", targets), lore{}
		var logs []*Log
		var runs []schema.Run
		for i := range 2 {
			r := run(fmt.Sprint("run ", targets, " ", i))
			r.Target = target
			l, err := begun(t.Context(), j, r, plan(planned), nil, schema.Mask{})
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			logs, runs = append(logs, l), append(runs, r)
		}
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			which := rapid.IntRange(0, 1).Draw(t, "run")
			l, id := logs[which], rapid.Int64Range(1, 3).Draw(t, "id")
			values := map[schema.Field]schema.Value{}
			for _, f := range fields {
				if rapid.Bool().Draw(t, "given") {
					values[f] = schema.Text(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "value"))
				}
			}
			a := update(id, rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name"), values)
			status := schema.StatusUpdated
			var err error
			switch rapid.SampledFrom([]string{"create", "as planned", "begin", "update", "delete", "finish"}).Draw(t, "step") {
			case "create":
				a.Op, a.Changes, status = schema.OpCreate, nil, schema.StatusCreated
				values[schema.FieldType], values[schema.FieldDisplayName] = a.Want.Get(schema.FieldType), a.Want.Get(schema.FieldDisplayName)
				m.give(id, a.Want.Key(), values, true)
				err = l.End(t.Context(), done(a, status, id))
			case "as planned":
				sent := make(map[schema.Field]schema.Value)
				for _, f := range planned.Want.Fields() {
					sent[f] = planned.Want.Get(f)
				}
				m.give(id, planned.Want.Key(), sent, true)
				err = l.End(t.Context(), done(planned, schema.StatusCreated, id))
			case "begin":
				for f := range values {
					if m[id] != nil {
						delete(m[id].sent, f)
					}
				}
				err = l.Begin(t.Context(), a)
			case "update":
				m.give(id, a.Want.Key(), values, false)
				err = l.End(t.Context(), done(a, status, id))
			case "delete":
				delete(m, id)
				err = l.End(t.Context(), done(a, schema.StatusDeleted, id))
			case "finish":
				err = l.Finish(t.Context(), runs[which])
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, when := range []string{"before", "after"} {
			m.check(t, j, target, append(fields, schema.FieldDisplayName, schema.FieldSendCommitEmails))
			if err := logs[0].Finish(t.Context(), runs[0]); err != nil {
				t.Fatalf("%s the end: %v", when, err)
			}
		}
	})
}

func (m lore) check(t *rapid.T, j *Journal, target string, fields []schema.Field) {
	want := make(map[schema.Key]int64)
	for id, known := range m {
		want[known.key] = id
	}
	got, err := j.IDs(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	if d := diff(want, got); d != "" {
		t.Fatal(d)
	}
	sent, err := j.Sent(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	for id := range int64(4) {
		for _, f := range fields {
			var value schema.Value
			if m[id] != nil {
				value = m[id].sent[f]
			}
			memory, probe := NeverSent, schema.Text("x")
			if value.IsSet() {
				memory, probe = SameSent, value
			}
			if got := sent.Compare(id, f, probe); got != memory {
				t.Fatalf("%s of %d: %d, not %d", f, id, got, memory)
			}
		}
	}
}

// TestStepsAfterAPrune: the numbers of steps are given again, and what comes under them
// is news all the same.
func TestStepsAfterAPrune(t *testing.T) {
	j := open(t)
	actions := creates(3)
	old := run("old")
	l := start(t, j, old, actions...)
	for _, a := range actions {
		end(t, l, done(a, schema.StatusCreated, int64(10+a.N)))
	}
	old.Ended = started
	if err := l.Finish(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if n, err := j.Prune(t.Context(), started.Add(time.Hour)); err != nil || n != 1 {
		t.Fatalf("%d runs removed, error %v", n, err)
	}
	again := creates(1)
	l = start(t, j, run("new"), again...)
	end(t, l, done(again[0], schema.StatusCreated, 20))
	ids, err := j.IDs(t.Context(), jira)
	if err != nil || len(ids) != 3 || ids[again[0].Want.Key()] != 20 || ids[actions[1].Want.Key()] != 11 {
		t.Errorf("ids %v, error %v", ids, err)
	}
}

// TestLookingLeavesNoTrace: what a dead run taught is seen, and stays where it is.
func TestLookingLeavesNoTrace(t *testing.T) {
	j := open(t)
	a := create("one")
	end(t, start(t, j, run("r1"), a), done(a, schema.StatusCreated, 4))
	files := func() (all []string) {
		for _, end := range []string{"", "-wal"} {
			content, err := os.ReadFile(j.path + end)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, string(content))
		}
		return all
	}
	before := files()
	ids, err := j.IDs(t.Context(), jira)
	if err != nil || ids[a.Want.Key()] != 4 {
		t.Errorf("ids %v, error %v", ids, err)
	}
	if got := compare(t, j, 4, schema.FieldDisplayName, schema.Text("one")); got != SameSent {
		t.Errorf("what was sent: %d", got)
	}
	if !slices.Equal(before, files()) {
		t.Error("the file was changed")
	}
}

// TestAStepThatIsDamaged: what no version wrote is an error, and never a panic.
func TestAStepThatIsDamaged(t *testing.T) {
	for _, line := range []string{"{", "7", `{"n":-1,"begun":1}`, `{"n":1}`, `{"n":0,"status":"failed","seen":{"have":7}}`, `{"id":"x"}`, `{"id":4,"run":1,"made":2}`, `{"id":4,"run":9,"made":1}`} {
		j := open(t)
		l := start(t, j, run("r1"), create("one"))
		err := l.work("damage it", func(db database) error {
			_, err := db.ExecContext(t.Context(), `INSERT INTO steps (run, events, lessons) VALUES (?, ?, ?)`, l.run, line, line)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		_, loading := j.Load(t.Context(), "r1")
		_, looking := j.IDs(t.Context(), jira)
		_, comparing := j.Sent(t.Context(), jira)
		told := 0
		for _, err := range []error{loading, looking, comparing} {
			if trouble, is := errors.AsType[*Error](err); is && trouble.Path == j.path {
				told++
			} else if err != nil {
				t.Errorf("%s: %v", line, err)
			}
		}
		if told == 0 {
			t.Errorf("%s: it was taken", line)
		}
	}
}

// TestAnIdentityThatWasGivenOn: the one that had it first is gone, also where the one that
// got it is called something else by now.
func TestAnIdentityThatWasGivenOn(t *testing.T) {
	j := open(t)
	first, r := create("one"), run("r1")
	l := start(t, j, r, first)
	end(t, l, done(first, schema.StatusCreated, 10))
	if err := l.Finish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	again, renamed, r := create("one"), update(20, "two", nil), run("r2")
	l = start(t, j, r, again, renamed)
	renamed.N = 1
	end(t, l, done(again, schema.StatusCreated, 20))
	end(t, l, done(renamed, schema.StatusUpdated, 20))
	for _, when := range []string{"before the end", "after it"} {
		ids, err := j.IDs(t.Context(), jira)
		if d := diff(map[schema.Key]int64{renamed.Want.Key(): 20}, ids); err != nil || d != "" {
			t.Errorf("%s: %s, error %v", when, d, err)
		}
		if err := l.Finish(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}
