package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestFigures(t *testing.T) {
	got := figures(`goos: linux
BenchmarkValidate/1000000_CSV_rows-2         	       5	       113.0 MB	         2.630 s	         2.210 times-the-bare-reader
BenchmarkStart 	       5	         7.200 ms
    pacing_test.go:95: BenchmarkPacing/490_records	1	9.03 s	1.00 times-the-ideal
PASS
ok  	gijbulk/cmd/gijbench	9.1s
`)
	want := []figure{
		{"Validate: 1000000 CSV rows", "113.0 MB, 2.630 s, 2.210 times the bare reader"},
		{"Start", "7.200 ms"},
		{"Pacing: 490 records", "9.03 s, 1.00 times the ideal"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestDocument(t *testing.T) {
	readme := filepath.Join(t.TempDir(), "README.md")
	write := func(text string) {
		if err := os.WriteFile(readme, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found := []figure{{"validate", "1.0 s, twice"}, {"start", "3 ms"}}
	write("before\n" + speedBegins + "old\n" + speedEnds + "after\n")
	for range 2 { // it finds its own lines again
		if err := document(readme, found); err != nil {
			t.Fatal(err)
		}
	}
	want := "before\n" + speedBegins + "\n| what | measured |\n| --- | --- |\n| validate | 1.0 s, twice |\n| start | 3 ms |\n\n" + speedEnds + "after\n"
	if got, err := os.ReadFile(readme); err != nil || string(got) != want {
		t.Errorf("error %v, README:\n%s", err, got)
	}
	write("nothing to replace\n")
	if err := document(readme, found); err == nil {
		t.Error("a README without the lines is taken")
	}
}
