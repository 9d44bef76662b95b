package manifest

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"gijbulk/schema"
)

// told writes all that a reading yields.
func told(entries iter.Seq2[schema.Entry, error]) []string {
	var all []string
	for e, err := range entries {
		all = append(all, fmt.Sprintf("%+v %v", e, err))
	}
	return all
}

// mapped writes all that a reading in pieces yields.
func mapped(table string, size int) []string {
	var all []string
	for entry, err := range mapPieces(strings.NewReader(table), "m", CSV, size, shown) {
		if err != nil {
			entry = fmt.Sprintf("%+v", schema.Entry{})
		}
		all = append(all, fmt.Sprintf("%s %v", entry, err))
	}
	return all
}

func shown() func(*schema.Entry) string {
	return func(e *schema.Entry) string { return fmt.Sprintf("%+v", *e) }
}

// trapTables are tables whose rows are hard to cut.
func trapTables(t testing.TB) []string {
	tables := []string{
		"", "type\n", "type,displayName\nGITHUB,a\n\n,\nGITHUB,b\r\n \nGITHUB,c",
		"type,displayName\nGITHUB,\"two\nlines, and a \"\" quote\"\nGITHUB,b\n\"GITHUB\",\"c\n\n\"\n",
		"type,displayName\nGITHUB,on\"e\nGITHUB,b\nGITHUB,\"c\"\n",
		"type,displayName\nGITHUB,\"never closed\nGITHUB,b\nGITHUB,c\n",
		"type,displayName\nGITHUB,\"closed\" late\nGITHUB,b\n",
		"type,displayName\nGITHUB\nGITHUB,b,c\nGITHUB,d\nGITHUB",
		"type,displayName\nGITHUB,a\n\",\",\nGITHUB,b\n\u00a0,\nGITHUB,c\n",
		"\"ty\npe\",displayName\nGITHUB,a\nGITHUB,b\n", "sep=;\ntype;displayName\nGITHUB;a\nGITHUB;b\n",
		"type,displayName\nGITHUB,a\nGITHUB,\xff\nGITHUB,b\n", "\n\ntype,displayName\n\nGITHUB,a\n",
	}
	for _, sample := range []string{"integrations.csv", "broken.csv", "excel.csv"} {
		content, err := os.ReadFile(filepath.Join("../../samples", sample))
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, string(content))
	}
	return tables
}

// TestPiecesMakeNoDifference: however small the pieces, the same is told in the same
// order.
func TestPiecesMakeNoDifference(t *testing.T) {
	for i, table := range trapTables(t) {
		want := told(Read(strings.NewReader(table), "m", CSV))
		for _, size := range []int{1, 20, 100, pieceSize} {
			if got := mapped(table, size); !slices.Equal(got, want) {
				t.Errorf("table %d in pieces of %d:\n%s\nwant\n%s", i, size, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
}

func FuzzPieces(f *testing.F) {
	for _, table := range trapTables(f) {
		f.Add(table, uint8(1))
		f.Add(table, uint8(50))
	}
	f.Fuzz(func(t *testing.T, table string, size uint8) {
		want := told(Read(strings.NewReader(table), "m", CSV))
		if got := mapped(table, int(size)+1); !slices.Equal(got, want) {
			t.Errorf("in pieces of %d:\n%q\nwant\n%q", int(size)+1, got, want)
		}
	})
}

// TestLeavingEarlyLeavesNothing: a bubble ends only when all its goroutines have.
func TestLeavingEarlyLeavesNothing(t *testing.T) {
	table := "type,displayName\n" + strings.Repeat("GITHUB,a\n", 1000)
	for _, after := range []int{1, 7, 999} {
		synctest.Test(t, func(t *testing.T) {
			n := 0
			for _, err := range mapPieces(strings.NewReader(table), "m", CSV, 50, shown) {
				if err != nil {
					t.Fatal(err)
				}
				if n++; n == after {
					break
				}
			}
			if n != after {
				t.Errorf("%d entries, want %d", n, after)
			}
		})
	}
}

// TestEveryWorkerHasItsOwn: what newWorker makes is never used by two at once; the race
// detector would tell.
func TestEveryWorkerHasItsOwn(t *testing.T) {
	table := "type,displayName\n" + strings.Repeat("GITHUB,a\n", 3000)
	total, problems := 0, 0
	for n, err := range mapPieces(strings.NewReader(table+"GITHUB,\"\n"), "m", CSV, 100, func() func(*schema.Entry) int {
		count := 0
		return func(*schema.Entry) int { count++; return 1 }
	}) {
		var problem *Problem
		if errors.As(err, &problem) {
			problems++
		}
		total += n
	}
	if total != 3000 || problems != 1 {
		t.Errorf("%d entries and %d problems", total, problems)
	}
}
