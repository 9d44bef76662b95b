package journal

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gijbulk/schema"
)

func kindOfError(t *testing.T, err error, path string) ErrorKind {
	t.Helper()
	failure, is := errors.AsType[*Error](err)
	if !is || failure.Path != path || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "\n") {
		t.Fatalf("error %v", err)
	}
	return failure.Kind
}

func TestFileMode(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	j := openAt(t, filepath.Join(dir, "50% of?it.db"))
	start(t, j, run("r1"), create("one"))
	for _, name := range []string{"", "50% of?it.db", "50% of?it.db-wal", "50% of?it.db-shm"} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Error(err)
		} else if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%q has mode %v", name, info.Mode())
		}
	}
}

// TestRestoredFile: a copy from a backup may have another mode and another journal.
func TestRestoredFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gijbulk.db")
	j := openAt(t, path)
	key := j.key
	l := start(t, j, run("r1"), create("one"))
	if err := errors.Join(l.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	alter(t, path, `PRAGMA journal_mode = DELETE`)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	j = openAt(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
	testSettings(t, start(t, j, run("r2")))
	if load(t, j, "r1").Run.ID != "r1" || !bytes.Equal(key, j.key) || len(key) != 32 {
		t.Error("it does not hold what was stored")
	}
	if other := open(t); bytes.Equal(other.key, key) {
		t.Error("two files have one key")
	}
}

// testSettings checks the settings that durability depends on.
func testSettings(t *testing.T, l *Log) {
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "30000", "auto_vacuum": "2", "foreign_keys": "1"} {
		var got string
		if err := l.session.(*sqliteSession).conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, not %s; error %v", pragma, got, want, err)
		}
	}
}

func TestSettings(t *testing.T) { testSettings(t, start(t, open(t), run("r1"))) }

// TestRefusedFiles: each error has its kind, and the file stays as it was.
func TestRefusedFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	valid := stateFile(t)
	broken := bytes.Clone(valid)
	for i := 4096; i < len(broken); i++ {
		broken[i] ^= 0x5a
	}
	for _, c := range []struct {
		name, path string
		kind       ErrorKind
	}{
		{"a directory", dir, KindDirectory},
		{"a text", write("text", []byte("these are no records of runs\n")), KindForeign},
		{"a long text", write("long", bytes.Repeat([]byte("these are no records\n"), 1000)), KindForeign},
		{"cut in its first page", write("cut", valid[:300]), KindDamaged},
		{"cut later", write("short", valid[:len(valid)/2]), KindDamaged},
		{"damaged", write("damaged", broken), KindDamaged},
		{"of another program", alter(t, write("foreign", nil), `CREATE TABLE birds (name)`), KindForeign},
		{"of a layout before the first", alter(t, write("unversioned", nil), `PRAGMA application_id = 1195985474`), KindOlder},
		{"of an older layout", alter(t, write("older", valid), `PRAGMA user_version = 8`), KindOlder},
		{"of a newer layout", alter(t, write("newer", valid), `PRAGMA user_version = 99`), KindNewer},
		{"below a file", filepath.Join(write("file", nil), "gijbulk.db"), KindUnwritable},
		{"in a folder without permission", filepath.Join(readOnly(t), "gijbulk.db"), KindUnwritable},
		{"with a name that is too long", filepath.Join(dir, strings.Repeat("x", 300)), KindUnwritable},
		{"a device", os.DevNull, KindIrregular},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, _ := os.ReadFile(c.path)
			_, err := Open(t.Context(), c.path, Options{})
			if kind := kindOfError(t, err, c.path); kind != c.kind {
				t.Errorf("kind %q, not %q: %v", kind, c.kind, err)
			}
			if after, _ := os.ReadFile(c.path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

// stateFile returns the bytes of a small state file with a run in it.
func stateFile(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "gijbulk.db")
	j := openAt(t, path)
	l := start(t, j, run("r1"), creates(50)...)
	if err := errors.Join(l.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func alter(t *testing.T, path, statement string) string {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// readOnly is a folder in which this account can make nothing. Root may write to any but
// the kernel's own.
func readOnly(t *testing.T) string {
	t.Helper()
	if os.Geteuid() == 0 {
		return "/proc"
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestDamageInTheMiddle: a file beyond the size that is checked when it is opened.
func TestDamageInTheMiddle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gijbulk.db")
	j := openAt(t, path)
	actions := creates(3000)
	for i := range actions {
		actions[i].Want = actions[i].Want.Set(schema.FieldAPIFilter, schema.Text(strings.Repeat("x", 2000)))
	}
	l := start(t, j, run("r1"), actions...)
	if err := errors.Join(l.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil || len(content) <= checkedSize {
		t.Fatalf("%d bytes, error %v", len(content), err)
	}
	clear(content[len(content)/2 : len(content)/2+1<<20])
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = openAt(t, path).Load(t.Context(), "r1")
	if kind := kindOfError(t, err, path); kind != KindDamaged {
		t.Errorf("error %v", err)
	}
}

// TestDamagedRows: what no version has written is an error, and never a panic.
func TestDamagedRows(t *testing.T) {
	for _, damage := range []string{
		`UPDATE actions SET want = '{'`, `UPDATE actions SET want = '7'`, `UPDATE actions SET want = '{"fields":{"unknown":1}}'`,
		`UPDATE actions SET want = '{"fields":{"disabled":"yes"}}'`, `UPDATE actions SET changes = '[{"field":"unknown"}]'`,
		`UPDATE actions SET n = 5`, `UPDATE outcomes SET n = -1`, `UPDATE outcomes SET n = 1`, `UPDATE intents SET n = 1`,
		`UPDATE outcomes SET seen = '{"have":7}'`, `UPDATE identities SET sent = '7'`, `UPDATE identities SET secrets = '{"pat":"?"}'`,
	} {
		j := open(t)
		a := create("one")
		l := start(t, j, run("r1"), a)
		do(t, l, a, schema.StatusCreated, 4)
		if _, err := l.session.(*sqliteSession).conn.ExecContext(t.Context(), `PRAGMA foreign_keys = OFF; `+damage); err != nil {
			t.Fatal(err)
		}
		_, loading := j.Load(t.Context(), "r1")
		_, reading := j.Identities(t.Context(), target)
		if loading == nil && reading == nil {
			t.Errorf("%s: no error", damage)
		}
		for _, err := range []error{loading, reading} {
			if err == nil {
				continue
			}
			if kind := kindOfError(t, err, j.path); kind != KindDamaged {
				t.Errorf("%s: %v", damage, err)
			}
		}
	}
}

// TestBusy: another process writes for longer than the timeout.
func TestBusy(t *testing.T) {
	j := open(t)
	a := create("one")
	l := start(t, j, run("r1"), a)
	if _, err := l.session.(*sqliteSession).conn.ExecContext(t.Context(), `PRAGMA busy_timeout = 1`); err != nil {
		t.Fatal(err)
	}
	tx, err := j.db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	if kind := kindOfError(t, l.Begin(t.Context(), a), j.path); kind != KindBusy {
		t.Errorf("kind %q", kind)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	begin(t, l, a)
}

func TestPruneShrinksTheFile(t *testing.T) {
	j := open(t)
	pages := func() (n int) {
		if err := j.db.QueryRow(`PRAGMA page_count`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	r := run("big")
	l := start(t, j, r, creates(2000)...)
	r.Ended = started
	finish(t, l, r)
	before := pages()
	if removed, err := j.Prune(t.Context(), started.Add(1)); err != nil || removed != 1 {
		t.Fatalf("%d runs removed, error %v", removed, err)
	}
	if after := pages(); after > before/4 {
		t.Errorf("the file had %d pages and has %d", before, after)
	}
}

// TestReadingWritesNothing: a dry run leaves no trace.
func TestReadingWritesNothing(t *testing.T) {
	j := open(t)
	do(t, start(t, j, run("r1"), create("one")), create("one"), schema.StatusCreated, 4)
	before := contents(t, filepath.Dir(j.path))
	load(t, j, "r1")
	runs(t, j)
	identities(t, j, target)
	compare(t, j, 4, schema.FieldDisplayName, schema.Text("one"))
	after := contents(t, filepath.Dir(j.path))
	for _, name := range []string{"gijbulk.db", "gijbulk.db-wal"} {
		if before[name] != after[name] {
			t.Errorf("%s was changed", name)
		}
	}
}

// contents are the files of a folder, by name.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := make(map[string]string)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		found[e.Name()] = string(data)
	}
	return found
}

func TestListRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "50% of?it.db")
	j := openAt(t, path)
	l := oneOfEach(t, j, run("r1"))
	want := runs(t, j)
	check := func() {
		t.Helper()
		if got, err := ListRuns(t.Context(), path); err != nil || diff(want, got) != "" {
			t.Errorf("%s, error %v", diff(want, got), err)
		}
	}
	check() // while another process writes to it
	if err := errors.Join(l.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	before := contents(t, filepath.Dir(path))
	check()
	if d := diff(before, contents(t, filepath.Dir(path))); d != "" {
		t.Error("something was changed:", d)
	}
}

// TestListRunsMakesNothing: neither where there is nothing nor where there is something
// else.
func TestListRunsMakesNothing(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"empty": "", "text": "not a database at all, but a long enough text"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := contents(t, dir)
	for name, kind := range map[string]ErrorKind{"missing": KindUnwritable, "no/folder": KindUnwritable, "text": KindForeign, ".": KindUnwritable} {
		path := filepath.Join(dir, name)
		got, err := ListRuns(t.Context(), path)
		if k := kindOfError(t, err, path); k != kind || got != nil {
			t.Errorf("%s: %v, error %v", name, got, err)
		}
	}
	if got, err := ListRuns(t.Context(), filepath.Join(dir, "empty")); err != nil || got != nil {
		t.Errorf("empty: %v, error %v", got, err)
	}
	if d := diff(before, contents(t, dir)); d != "" {
		t.Error("something was made:", d)
	}
}
