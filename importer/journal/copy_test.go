package journal

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"testing"

	"gijbulk/importer/journal/postgrestest"
	"gijbulk/schema"
)

// dump is all that a state holds but what is about the state itself.
func dump(t testing.TB, j *Journal) map[string][]string {
	t.Helper()
	all := make(map[string][]string)
	for _, table := range copiedTables() {
		err := eachRow(t.Context(), j.db, func(rows *sql.Rows) error {
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			err = rows.Scan(into...)
			all[table] = append(all[table], fmt.Sprintf("%q %#v", columns, values))
			return err
		}, `SELECT * FROM `+table)
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(all[table])
	}
	return all
}

// fill records two runs on a target, one of them interrupted, and one that has no plan on another.
func fill(t testing.TB, j *Journal) {
	t.Helper()
	made := inSet(create("one"), "red")
	made.Want = made.Want.Set(schema.FieldPat, secret("sent"))
	lost := create("lost\x01 \u2028")
	lost.N = 1
	l := start(t, j, run("r1"), made, lost)
	do(t, l, made, schema.StatusCreated, 4)
	begin(t, l, lost)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	end := run("r2")
	end.Ended = started
	l = start(t, j, end)
	finish(t, l, end)
	other := run("r3")
	other.Target = jira + "/other"
	if _, err := j.Start(t.Context(), other, []byte(`{"flags":{}}`), schema.Mask{}); err != nil {
		t.Fatal(err)
	}
}

// eachPair tests two states of all combinations of backends; place makes the place of a new one.
func eachPair(t *testing.T, test func(t *testing.T, from, to string)) {
	file := func(t *testing.T) string { return filepath.Join(t.TempDir(), "gijbulk.db") }
	t.Run("SQLite to SQLite", func(t *testing.T) { test(t, file(t), file(t)) })
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgrestest.Start(t)
		database := func() string { return server.URL(server.NewSchema()) }
		t.Run("from SQLite", func(t *testing.T) { test(t, file(t), database()) })
		t.Run("to SQLite", func(t *testing.T) { test(t, database(), file(t)) })
		t.Run("to another", func(t *testing.T) { test(t, database(), database()) })
	})
}

// TestCopy: nothing is lost, hashes of secrets stay valid, and new runs come after those that were copied.
func TestCopy(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to string) {
		a := openURL(t, from, Options{})
		fill(t, a)
		b := openURL(t, to, Options{})
		copied, err := a.Copy(t.Context(), b)
		if err != nil || copied != (Copied{Runs: 3, Targets: 2, Records: 1}) {
			t.Fatalf("copied %+v: %v", copied, err)
		}
		if d := diff(dump(t, a), dump(t, b)); d != "" {
			t.Error(d)
		}
		if _, err := a.Copy(t.Context(), b); kindOf(err) != KindUsed {
			t.Errorf("a second copy: %v", err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		b = openURL(t, to, Options{})
		if d := diff(load(t, a, "r1"), load(t, b, "r1")); d != "" {
			t.Error(d)
		}
		if got := compare(t, b, 4, schema.FieldPat, secret("sent")); got != same {
			t.Errorf("the secret that was sent: %+v", got)
		}
		if got := sets(t, b); !maps.Equal(got, map[int64]string{4: "red"}) {
			t.Errorf("the sets are %v", got)
		}
		next := start(t, b, run("r4"), create("two"))
		do(t, next, create("two"), schema.StatusCreated, 9)
		third := run("r5")
		third.Target = jira + "/third"
		start(t, b, third)
		if all := runs(t, b); all[0].ID != "r5" || all[1].ID != "r4" || len(all) != 5 {
			t.Errorf("the runs are %+v", all)
		}
	})
}

// TestCopyFails: nothing is left of a copy that does not reach its end.
func TestCopyFails(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to string) {
		a := openURL(t, from, Options{})
		fill(t, a)
		b := openURL(t, to, Options{})
		if _, err := b.db.ExecContext(t.Context(), `DROP TABLE identities`); err != nil {
			t.Fatal(err)
		}
		if _, err := a.Copy(t.Context(), b); err == nil {
			t.Fatal("it was copied")
		}
		if all := runs(t, b); len(all) != 0 {
			t.Errorf("left are %+v", all)
		}
	})
}

// TestCopyKey: a key that the users keep stays theirs, and a state's own stays its own.
func TestCopyKey(t *testing.T) {
	eachPair(t, func(t *testing.T, from, to string) {
		const key = "a-long-enough-key-1"
		a := openURL(t, from, Options{Key: key})
		fill(t, a)
		b := openURL(t, to, Options{Key: key})
		if _, err := a.Copy(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if got := compare(t, b, 4, schema.FieldPat, secret("sent")); got != same {
			t.Errorf("the secret that was sent: %+v", got)
		}
		for users, want := range map[string]ErrorKind{"": KindKeyMissing, "a-long-enough-key-2": KindKeyWrong} {
			if _, err := Open(t.Context(), to, Options{Key: users}); kindOf(err) != want {
				t.Errorf("opened with the key %q: %v", users, err)
			}
		}
	})
}

func kindOf(err error) ErrorKind {
	var known *Error
	if errors.As(err, &known) {
		return known.Kind
	}
	return KindOther
}

// testStored: what is stored of one target is listed, and forgotten, apart from that of others.
func testStored(t *testing.T, s store) {
	j := s.open(t)
	fill(t, j)
	two := TargetURLs{BaseURL: jira + "/two", URL: jira + "/two"}
	elsewhere := run("r4")
	elsewhere.Target = two.URL
	do(t, start(t, j, elsewhere, create("one")), create("one"), schema.StatusCreated, 4)

	targets := func() []StoredTarget {
		t.Helper()
		stored, err := j.Targets(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return stored
	}
	other := StoredTarget{URL: jira + "/other", Runs: 1, LastRun: "r3"}
	second := StoredTarget{URL: jira + "/two", Runs: 1, LastRun: "r4", Records: 1}
	if d := diff([]StoredTarget{{URL: jira, Runs: 2, LastRun: "r2", Records: 1, Secrets: 1, Sets: map[string]int{"red": 1}}, other, second}, targets()); d != "" {
		t.Error(d)
	}
	records, err := j.Records(t.Context(), target)
	want := []StoredRecord{{ID: 4, Key: record("one", nil).Key(), Set: "red", Secrets: []string{"pat"}, Run: "r1"}}
	if d := diff(want, records); d != "" || err != nil {
		t.Error(d, err)
	}

	l, err := j.Reopen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := l.Forget(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	if d := diff([]StoredTarget{other, second}, targets()); d != "" {
		t.Error(d)
	}
	if all := runs(t, j); len(all) != 2 || all[0].ID != "r4" || all[1].ID != "r3" {
		t.Errorf("the runs are %+v", all)
	}
	if rows := dump(t, j); len(rows["actions"]) != 1 || len(rows["intents"]) != 1 || len(rows["outcomes"]) != 1 {
		t.Errorf("left are %v", rows)
	}
}
