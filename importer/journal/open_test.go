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

func TestAFileOfItsOwner(t *testing.T) {
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

// TestALooseFileIsTightened: somebody may have copied it back from a backup.
func TestALooseFileIsTightened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gijbulk.db")
	if err := openAt(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	openAt(t, path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, error %v", info.Mode(), err)
	}
}

// TestDurability holds the settings that everything else depends on.
func TestDurability(t *testing.T) {
	j := open(t)
	l := start(t, j, run("r1"))
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "30000", "auto_vacuum": "2"} {
		var got string
		if err := l.writer.conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %s, not %s; error %v", pragma, got, want, err)
		}
	}
}

func TestItIsOpenedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gijbulk.db")
	j := openAt(t, path)
	key := bytes.Clone(j.key)
	l := start(t, j, run("r1"), create("one"))
	if err := errors.Join(l.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	j = openAt(t, path)
	if load(t, j, "r1").Run.ID != "r1" || !bytes.Equal(key, j.key) || len(key) != 32 {
		t.Error("it does not hold what was kept")
	}
	if other := open(t); bytes.Equal(other.key, key) {
		t.Error("two files have one key")
	}
}

// TestAFileThatCannotBeMade: the reason is told once.
func TestAFileThatCannotBeMade(t *testing.T) {
	_, err := Open(filepath.Join(t.TempDir(), strings.Repeat("x", 300)))
	if err == nil || strings.Count(err.Error(), "too long") != 1 || strings.Contains(err.Error(), "\n") {
		t.Errorf("got %v", err)
	}
}

// TestFilesThatAreRefused: each error names the path and says what to do, and the file
// stays as it was.
func TestFilesThatAreRefused(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	valid := stateFile(t)
	damaged := bytes.Clone(valid)
	for i := 4096; i < len(damaged); i++ {
		damaged[i] ^= 0x5a
	}
	for _, c := range []struct{ name, path, says string }{
		{"a directory", dir, "directory"},
		{"a text", write("text", []byte("these are no records of runs\n")), "no state file"},
		{"a long text", write("long", bytes.Repeat([]byte("these are no records\n"), 1000)), "no state file"},
		{"cut in its first page", write("cut", valid[:300]), "damaged"},
		{"cut later", write("short", valid[:len(valid)/2]), "damaged"},
		{"damaged", write("damaged", damaged), "damaged"},
		{"of another program", alter(t, write("foreign", nil), `CREATE TABLE birds (name)`), "another program"},
		{"of a newer version", alter(t, write("newer", valid), `PRAGMA user_version = 99`), "layout 99"},
		{"below a file", filepath.Join(write("file", nil), "gijbulk.db"), "not a directory"},
		{"in a folder that nobody may write to", filepath.Join(readOnly(t), "gijbulk.db"), ""},
		{"a device", os.DevNull, "no regular file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			before, _ := os.ReadFile(c.path)
			_, err := Open(c.path)
			var trouble *Error
			if !errors.As(err, &trouble) {
				t.Fatalf("error %v", err)
			}
			if !strings.Contains(err.Error(), c.path) || !strings.Contains(err.Error(), c.says) || trouble.Hint == "" {
				t.Errorf("error %q, hint %q", err, trouble.Hint)
			}
			if after, _ := os.ReadFile(c.path); !bytes.Equal(before, after) {
				t.Error("the file was changed")
			}
		})
	}
}

// stateFile gives the bytes of a small state file with a run in it.
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

// readOnly is a folder in which this account can make nothing. Modes mean nothing to
// root; the kernel's own folder is closed to it too.
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

// TestDamageIsToldInTheMiddle: a file beyond the size that is checked when it is opened.
func TestDamageIsToldInTheMiddle(t *testing.T) {
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
	if err != nil || len(content) <= wholeCheck {
		t.Fatalf("%d bytes, error %v", len(content), err)
	}
	clear(content[len(content)/2 : len(content)/2+1<<20])
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = openAt(t, path).Load(t.Context(), "r1")
	var trouble *Error
	if !errors.As(err, &trouble) || !strings.Contains(err.Error(), path) || trouble.Hint != hintDamaged {
		t.Errorf("error %v", err)
	}
}

// TestALayoutOfBefore: a file that stopped at an earlier layout gets what is missing.
func TestALayoutOfBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "gijbulk.db")
	alter(t, path, `PRAGMA application_id = 1195985474`) // marked, and nothing in it yet
	start(t, openAt(t, path), run("r1"), create("one"))
	var version int
	if err := openAt(t, path).db.QueryRow(`PRAGMA user_version`).Scan(&version); err != nil || version != len(migrations) {
		t.Errorf("layout %d, error %v", version, err)
	}
}

func TestOptionsStayWhatTheyAre(t *testing.T) {
	masked, err := maskOptions([]byte(`{"n":9007199254740993,"list":["a",null,true],"html":"<&>"}`), schema.Mask{})
	if err != nil || !bytes.Contains(masked, []byte("9007199254740993")) {
		t.Errorf("%s, error %v", masked, err)
	}
}
