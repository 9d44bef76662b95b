package convert

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// division separates the wanted repositories of a group from the others that its host
// lists, by filters that the app takes.
type division struct {
	filter     *Filter
	conditions []condition         // that all wanted repositories meet
	wanted     map[string][]string // the names by their containers, sorted
	unwanted   map[string][]string // likewise, those that meet the conditions
	byName     bool                // select whole names only: the host has others that are not known
}

// part is what one integration lists: what keep selects, but for what drop selects.
type part struct {
	keep, drop []term
	nodes      []*node
	names      int
	filter     string
}

func (p part) with(n *node) part {
	p.keep, p.drop, p.nodes = append(p.keep, n.term), append(p.drop, n.drops...), append(p.nodes, n)
	p.names += len(n.names)
	return p
}

// exact reports whether the part lists the names that its filter has, and nothing else.
func (p part) exact() bool {
	return !slices.ContainsFunc(p.keep, func(t term) bool { return t.reach != wholeName })
}

// open reports whether a repository with any new name belongs to the part.
func (p part) open() bool { return p.keep[0].reach == everyName && p.keep[0].container == "" }

// text is the filter of a part, or "" where it needs none.
func (d *division) text(p part) string {
	all := []condition{d.filter.selected(p.keep)}
	if !p.exact() {
		all = append(all, d.conditions...)
	}
	if len(p.drop) > 0 {
		all = append(all, d.filter.selected(p.drop).not())
	}
	return d.filter.where(every(all...))
}

// takes reports whether an integration should hold the part.
func (d *division) takes(p part) bool {
	return p.names <= mostInOne && utf8.RuneCountInString(d.text(p)) <= LongestFilter
}

// best is the division into the fewest parts, and of those the one with the shortest
// filters.
func best(divisions ...*division) []part {
	var chosen []part
	shortest := 0
	for _, d := range divisions {
		if d == nil {
			continue
		}
		for _, w := range ways {
			parts := d.parts(w)
			if n := d.length(parts); chosen == nil || len(parts) < len(chosen) || len(parts) == len(chosen) && n < shortest {
				chosen, shortest = parts, n
			}
			if d.byName || len(parts) == 1 && len(parts[0].drop) == 0 && parts[0].open() {
				break
			}
		}
	}
	return chosen
}

// length is that of all filters together, each with the conditions: where they say nothing
// new, they are left out, but that is no reason to prefer names, which do not stay true.
func (d *division) length(parts []part) (n int) {
	for _, p := range parts {
		n += utf8.RuneCountInString(p.filter)
		if p.exact() {
			n += len(every(d.conditions...).text)
		}
	}
	return n
}

// way is how to divide.
type way struct {
	allBut bool // by what is not wanted, where names need no container
	full   bool // fill each part as far as it goes, at the price of longer filters
}

var ways = []way{{allBut: true}, {}, {full: true}}

// parts divides the wanted repositories. Sorted by name, they are divided alike in a later
// conversion.
func (d *division) parts(w way) []part {
	var parts []part
	var drops []term
	for _, container := range slices.Sorted(maps.Keys(d.wanted)) {
		unwanted := d.filter.dropTerms(container, d.unwanted[container], d.wanted[container])
		root := d.tree(container, d.wanted[container], unwanted)
		if d.filter.container == "" {
			root.whole = w.allBut && !d.byName && d.takes(part{}.with(root))
		}
		parts = d.fill(parts, root, w.full)
		drops = append(drops, unwanted...)
	}
	if !d.byName && d.filter.container == "" && len(parts) > 1 {
		d.openLast(parts, drops)
	}
	for i := range parts {
		parts[i].filter = d.text(parts[i])
	}
	return parts
}

// fill adds the names of a node to the last part, or to new ones.
func (d *division) fill(parts []part, n *node, full bool) []part {
	single := len(n.children) == 0
	if n.whole || single {
		last := len(parts) - 1
		if last >= 0 {
			if p := parts[last].with(n); d.takes(p) {
				parts[last] = p
				return parts
			}
		}
		if last < 0 || single || !full {
			return append(parts, part{}.with(n))
		}
	}
	for _, c := range n.children {
		parts = d.fill(parts, c, full)
	}
	return parts
}

// openLast lets the last part list all that the others do not, so that what is made later
// belongs to one.
func (d *division) openLast(parts []part, drops []term) {
	last := &parts[len(parts)-1]
	var others []term
	for _, p := range parts[:len(parts)-1] {
		others = append(others, p.keep...)
	}
	open := part{keep: []term{{}}, drop: slices.Clone(others), nodes: last.nodes, names: last.names}
	for _, t := range drops {
		elsewhere := func(o term) bool { return o.reach == prefix && strings.HasPrefix(t.text, o.text) }
		if !slices.ContainsFunc(others, elsewhere) {
			open.drop = append(open.drop, t)
		}
	}
	if d.takes(open) {
		*last = open
	}
}
