package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestDocument(t *testing.T) {
	readme := filepath.Join(t.TempDir(), "README.md")
	write := func(text string) {
		if err := os.WriteFile(readme, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	b := bench{readme: readme, told: &[]string{"validate: 1.0 s, twice", "start: 3 ms"}}
	write("before\n" + speedBegins + "old\n" + speedEnds + "after\n")
	for range 2 { // it finds its own lines again
		if err := b.document(); err != nil {
			t.Fatal(err)
		}
	}
	want := "before\n" + speedBegins + "\n| what | measured |\n| --- | --- |\n| validate | 1.0 s, twice |\n| start | 3 ms |\n\n" + speedEnds + "after\n"
	if got, err := os.ReadFile(readme); err != nil || string(got) != want {
		t.Errorf("error %v, README:\n%s", err, got)
	}
	write("nothing to replace\n")
	if err := b.document(); err == nil {
		t.Error("a README without the lines is taken")
	}
	b.only = "start"
	if err := b.document(); err != nil {
		t.Errorf("a part that was measured alone: %v", err)
	}
}
