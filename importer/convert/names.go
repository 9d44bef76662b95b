package convert

import (
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// node is a set of wanted names that begin alike. Its term selects all of them, and what
// its drops select besides.
type node struct {
	term     term
	names    []string // wanted, sorted
	drops    []term   // sorted
	children []*node  // together its names, without drops; none of a single name
	size     int      // about how many bytes its shortest conditions have
	whole    bool     // these are its term and drops, not those of its children
}

func (d *division) tree(container string, names []string, drops []term) *node {
	all := &node{term: term{container: container}, names: names, drops: drops}
	all.children = []*node{d.branch(container, names, drops, 0)}
	d.weigh(all)
	return all
}

// branch makes the node of names that have their first bytes in common, and no others
// have these.
func (d *division) branch(container string, names []string, drops []term, depth int) *node {
	n := &node{term: term{container, wholeName, names[0]}, names: names}
	if len(names) > 1 {
		common := names[0][:commonLength(names[0], names[len(names)-1])]
		n.term.reach = prefix
		n.term.text, n.drops = shortestPrefix(common, drops, depth)
		n.children = d.branches(n, common)
	}
	d.weigh(n)
	return n
}

func (d *division) branches(n *node, common string) []*node {
	var children []*node
	drops := n.drops
	for names := n.names; len(names) > 0; {
		next := nextRune(names[0], len(common))
		end := sort.Search(len(names), func(i int) bool { return !strings.HasPrefix(names[i], next) })
		if next == common {
			end = 1 // it is the name of which the others are longer forms
		}
		begin, _ := slices.BinarySearchFunc(drops, next, func(t term, s string) int { return strings.Compare(t.text, s) })
		last := begin
		for last < len(drops) && strings.HasPrefix(drops[last].text, next) {
			last++
		}
		children = append(children, d.branch(n.term.container, names[:end], drops[begin:last], len(next)))
		names = names[end:]
	}
	return children
}

// weigh decides whether a node's own term is shorter than those of its children.
func (d *division) weigh(n *node) {
	if len(n.children) == 0 {
		n.size = d.filter.size(n.term)
		return
	}
	for _, c := range n.children {
		n.size += c.size
	}
	if n.term.reach == everyName && d.filter.container != "" {
		n.size += len("== && () || ") + len(d.filter.container) + len(Literal(n.term.container))
	}
	own := d.filter.size(n.term)
	for _, t := range n.drops {
		own += d.filter.size(t)
	}
	if !d.byName && own <= n.size && own <= LongestFilter && d.takes(part{}.with(n)) {
		n.whole, n.size = true, own
	}
}

// shortestPrefix is as much of a common beginning as keeps out what can be kept out, up
// to the end of a word if there is one; and the drops that it selects all the same.
func shortestPrefix(common string, drops []term, depth int) (string, []term) {
	least := depth
	var within []term
	for _, t := range drops {
		if strings.HasPrefix(t.text, common) {
			within = append(within, t)
		} else {
			least = max(least, len(nextRune(common, commonLength(t.text, common))))
		}
	}
	return wordEnd(common, least), within
}

// dropTerms are the shortest terms that select unwanted names and none of the wanted. Both
// are sorted.
func (f *Filter) dropTerms(container string, unwanted, wanted []string) []term {
	var terms []term
	for len(unwanted) > 0 {
		own := distinct(unwanted[0], wanted)
		n := 1
		for own != "" && n < len(unwanted) && strings.HasPrefix(unwanted[n], own) {
			n++
		}
		names, size := []term{}, 0
		for _, name := range unwanted[:n] {
			t := term{container, wholeName, name}
			names, size = append(names, t), size+f.size(t)
		}
		all := term{container, prefix, wordEnd(unwanted[0][:commonLength(unwanted[0], unwanted[n-1])], len(own))}
		if own != "" && f.size(all) < size {
			names = []term{all}
		}
		terms = append(terms, names...)
		unwanted = unwanted[n:]
	}
	return terms
}

// distinct is the shortest beginning of a name that none of the others has, or "".
func distinct(name string, others []string) string {
	at, _ := slices.BinarySearch(others, name)
	shared := 0
	for _, i := range []int{at - 1, at} {
		if i >= 0 && i < len(others) {
			shared = max(shared, commonLength(name, others[i]))
		}
	}
	if shared == len(name) {
		return ""
	}
	return nextRune(name, shared)
}

// commonLength is that of the longest common beginning of two texts, in whole characters.
func commonLength(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && (n < len(a) && !utf8.RuneStart(a[n]) || n < len(b) && !utf8.RuneStart(b[n])) {
		n--
	}
	return n
}

// nextRune is the beginning of a text up to the end of the character at an offset.
func nextRune(s string, offset int) string {
	_, size := utf8.DecodeRuneInString(s[offset:])
	return s[:offset+size]
}

// wordEnd is a beginning of a text that has some length at least, up to the end of a word
// if one ends after it.
func wordEnd(s string, least int) string {
	if least > 0 && strings.ContainsRune(separators, rune(s[least-1])) {
		return s[:least]
	}
	if i := strings.IndexAny(s[least:], separators); i >= 0 {
		return s[:least+i+1]
	}
	return s[:least]
}

const separators = "-_./ "
