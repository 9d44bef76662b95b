package journal

import (
	"os"
	"strings"
	"testing"

	"gijbulk/schema"
)

// TestFullDisk limits the file to the pages that it has.
func TestFullDisk(t *testing.T) {
	j := open(t)
	actions := creates(400)
	l := start(t, j, run("r1"), actions...)
	do(t, l, actions[0], schema.StatusCreated, 1)
	if _, err := l.session.(*sqliteSession).conn.ExecContext(t.Context(), `PRAGMA max_page_count = 1`); err != nil {
		t.Fatal(err)
	}
	var err error
	stored := 1
	for ; err == nil && stored < len(actions); stored++ {
		o := done(actions[stored], schema.StatusFailed, 0)
		o.Error = strings.Repeat("the words of the server ", 20)
		err = l.End(t.Context(), o)
	}
	stored-- // the last one failed
	if kind := kindOfError(t, err, j.path); kind != KindFull {
		t.Fatalf("after %d outcomes: %v", stored, err)
	}
	judged := 0
	for _, o := range load(t, j, "r1").Outcomes {
		if o.Status == schema.StatusCreated || o.Status == schema.StatusFailed {
			judged++
		}
	}
	if judged != stored {
		t.Errorf("%d outcomes were stored, %d are there", stored, judged)
	}
	if _, err := l.session.(*sqliteSession).conn.ExecContext(t.Context(), `PRAGMA max_page_count = 100000`); err != nil {
		t.Fatal(err)
	}
	do(t, l, actions[stored], schema.StatusCreated, 5)
}

// TestVanishedFile: once the file was removed, or another one is in its place, nothing more is to be sent.
func TestVanishedFile(t *testing.T) {
	for _, replaced := range []bool{false, true} {
		j := open(t)
		actions := creates(2)
		l := start(t, j, run("r1"), actions...)
		do(t, l, actions[0], schema.StatusCreated, 1)
		if err := os.Rename(j.path, j.path+".moved"); err != nil {
			t.Skip("an open file cannot be moved here: ", err)
		}
		if replaced {
			if err := os.WriteFile(j.path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if kind := kindOfError(t, l.Begin(t.Context(), actions[1]), j.path); kind != KindVanished {
			t.Errorf("replaced %t: %v", replaced, kind)
		}
	}
}
