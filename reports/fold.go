package reports

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"gijbulk/schema"
)

// folds says, for each operation, how much of a plan is shown and what is only counted.
type folds map[schema.Op]*fold

type fold struct {
	shown, more int
	types       map[string]int // of those that are only counted
}

func (f folds) isFull(op schema.Op) bool { return f[op] != nil && f[op].shown == longestList }

func (f folds) show(op schema.Op) {
	if f[op] == nil {
		f[op] = &fold{types: make(map[string]int)}
	}
	f[op].shown++
}

func (f *fold) add(t string) {
	f.more++
	f.types[t]++
}

// write shows the counts, such as "+ create  120 more: 100 GITHUB, 20 AWS".
func (f folds) write(out io.Writer, page Page) {
	for _, op := range schema.Ops() {
		if f[op] == nil || f[op].more == 0 || actionSign(op) == "" {
			continue
		}
		page.line(out, 0, fmt.Sprintf("%s  %d more: %s", signed(op, page), f[op].more, f[op].countsByType())+page.showsRest())
	}
}

func (p Page) showsRest() string {
	return p.flag(schema.OptionFull, "  "+p.paint(aside, "(%s shows them)"))
}

func (f *fold) countsByType() string {
	types := slices.SortedFunc(maps.Keys(f.types), func(a, b string) int {
		return cmp.Or(cmp.Compare(f.types[b], f.types[a]), cmp.Compare(a, b))
	})
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = joinNonEmpty(" ", fmt.Sprint(f.types[t]), t)
	}
	return strings.Join(words, ", ")
}
