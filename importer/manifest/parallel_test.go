package manifest

import (
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

// readAll writes down all that a reading yields.
func readAll(entries iter.Seq2[schema.Entry, error]) []string {
	var all []string
	for e, err := range entries {
		all = append(all, fmt.Sprintf("%+v %v", e, err))
	}
	return all
}

// mapAll writes down all that Map yields.
func mapAll(entries iter.Seq2[schema.Entry, error], size int) []string {
	var all []string
	for shown, err := range mapEntries(entries, size, showEntry) {
		if err != nil {
			shown = fmt.Sprintf("%+v", schema.Entry{})
		}
		all = append(all, fmt.Sprintf("%s %v", shown, err))
	}
	return all
}

func showEntry() func(*schema.Entry) string {
	return func(e *schema.Entry) string { return fmt.Sprintf("%+v", *e) }
}

// TestMapYieldsWhatReadYields: for each entry and in the same order, whatever the size of
// a batch.
func TestMapYieldsWhatReadYields(t *testing.T) {
	for _, file := range []struct {
		format Format
		text   string
	}{
		{CSV, ""}, {CSV, "type\n"}, {CSV, "\xff"},
		{CSV, "type,dispalyName,x\nGITHUB,a\n\n" + strings.Repeat("GITHUB,b,c\n", 300) + "GITHUB,\"\n"},
		{JSONL, strings.Repeat("{\"type\":\"A\",\"projects\":[\"X\"]}\n{\n\n", 100) + "{"},
		{YAML, "{version: x, zzz: 1, defaults: {kind: repository}, integrations: [{type: A}, 3], repositories: [{origin: B}]}"},
	} {
		want := readAll(Read(strings.NewReader(file.text), "m", file.format, schema.UTF8))
		for _, size := range []int{1, 500, batchSize} {
			got := mapAll(readEntries(strings.NewReader(file.text), "m", file.format, schema.UTF8), size)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %.50q in batches of %d:\n%s", file.format, file.text, size, diff)
			}
		}
	}
}

// TestLeavingEarlyLeavesNothing: a bubble ends only when all its goroutines have.
func TestLeavingEarlyLeavesNothing(t *testing.T) {
	table := "type,displayName\n" + strings.Repeat("GITHUB,a\n", 1000)
	for _, after := range []int{1, 7, 999} {
		synctest.Test(t, func(t *testing.T) {
			n := 0
			for _, err := range mapEntries(readEntries(strings.NewReader(table), "m", CSV, schema.UTF8), 50, showEntry) {
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
	for n, err := range mapEntries(readEntries(strings.NewReader(table+"GITHUB,\"\n"), "m", CSV, schema.UTF8), 100, func() func(*schema.Entry) int {
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
