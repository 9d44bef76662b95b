package manifest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gijbulk/schema"
)

// mappedLines writes all that a reading of JSON Lines in pieces yields.
func mappedLines(text string, size int) []string {
	var all []string
	for entry, err := range mapPieces(strings.NewReader(text), "m", JSONL, size, shown) {
		if err != nil {
			entry = fmt.Sprintf("%+v", schema.Entry{})
		}
		all = append(all, fmt.Sprintf("%s %v", entry, err))
	}
	return all
}

// trapLines are lines that are hard to cut and to read one after the other.
func trapLines() []string {
	return []string{
		"", "\n\n", "{\"type\":\"A\"}", "{\"type\":\"A\"}\r\n \n\n{\"type\":\"B\"}\n",
		"{\"type\":\"A\",\"projects\":[\"X\",\"Y\"],\"displayName\":\"long\"}\n{\"type\":\"B\",\"projects\":[]}\n{}\n{\"projects\":[\"Z\"]}\n",
		"{\"type\":\"A\",\"type\":\"B\"}\n{\"type\"\n,\n{\"type\":\"C\"} x\n[1,[2]]\nnull\n\"\\ud83d\"\n{\"displayName\":\"\\ud83d x\"}\n{\"type\":\"D\"}\n",
		"{\"type\":\"A\"}\n{\"type\":\"B", "{\"type\":\"A\"}\n{\"type\":\"\xfc\"}\n{\"type\":\"B\"}\n",
		"{\"type\":\"" + strings.Repeat("x", largestRow) + "\"}\n{\"type\":\"B\"}\n", "{\"type\":\"A\"}\n" + strings.Repeat("x", largestRow+1),
	}
}

// TestPiecesOfLinesMakeNoDifference: however small the pieces, the same is told in the
// same order, though each worker uses its room again.
func TestPiecesOfLinesMakeNoDifference(t *testing.T) {
	for i, text := range trapLines() {
		want := told(Read(strings.NewReader(text), "m", JSONL))
		for _, size := range []int{1, 20, 100, pieceSize} {
			if got := mappedLines(text, size); !slices.Equal(got, want) {
				t.Errorf("text %d in pieces of %d:\n%.2000s\nwant\n%.2000s", i, size, strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		}
	}
}

func FuzzPiecesOfLines(f *testing.F) {
	for _, text := range trapLines() {
		if len(text) < largestRow {
			f.Add(text, uint8(1))
			f.Add(text, uint8(50))
		}
	}
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		want := told(Read(strings.NewReader(text), "m", JSONL))
		if got := mappedLines(text, int(size)+1); !slices.Equal(got, want) {
			t.Errorf("in pieces of %d:\n%q\nwant\n%q", int(size)+1, got, want)
		}
	})
}
