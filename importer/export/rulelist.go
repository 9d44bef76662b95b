package export

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"gijbulk/schema"
)

// group numbers nested repositories of an integration that differ from it in the same settings. Those of group 0 differ in
// none, and need a rule only where another one would match them.
type group int

// path is that of a nested repository.
type path struct {
	name  string
	group group
}

// rule gives the paths that it is the first to match their group. Paths that no rule matches are of group 0.
type rule struct {
	match string
	group group
	over  group // that of its paths without the rule
	loose bool  // the match may be for other paths too
}

// ruleList makes rules that give each path its group. The match of each is a path or a prefix of paths, and a rule for a longer
// prefix comes before one for a shorter prefix, as its exception. Of all lists of that form it is one of the shortest, and a prefix
// is used only where it saves a rule: from the longest prefixes to the shortest it finds the groups that need the fewest rules
// below a prefix, and then, from the shortest to the longest, it makes a rule where the group of the rule above needs more.
//
// The match of a path without / is compared with the last segments of other paths too, and no match holds certain characters.
// Where such a rule matches paths of another group, these get rules of their own; what is then superfluous is left out. The
// paths are sorted, each but once. It also returns those to which no list gives their group.
func ruleList(paths []path) (rules []rule, wrong []path) {
	if len(paths) == 0 {
		return nil, nil
	}
	treeOf(paths).addRules(0, &rules)
	slices.SortStableFunc(rules, func(a, b rule) int { return cmp.Compare(a.order(), b.order()) })
	return correct(rules, paths)
}

// order is that of rules by what else they may match.
func (r rule) order() int {
	switch {
	case r.match == "**":
		return 2
	case !strings.Contains(r.match, "/"):
		return 1
	}
	return 0
}

// node is a prefix that several paths share, or one path.
type node struct {
	prefix   string
	paths    []path // with the prefix
	children []node // with longer prefixes; none of one path

	// fewest counts, by group, the children that need the fewest rules if they inherit that group, and most is the highest
	// count. The node needs the fewest if it inherits a group of that count, and one more rule for each child that is not counted.
	fewest map[group]int
	most   int
}

func treeOf(paths []path) node {
	n := node{prefix: paths[0].name, paths: paths, fewest: make(map[group]int), most: 1}
	if len(paths) == 1 {
		n.fewest[paths[0].group] = 1
		return n
	}
	n.prefix = commonPrefix(n.prefix, paths[len(paths)-1].name)
	for len(paths) > 0 {
		end := 1
		for end < len(paths) && sameNext(n.prefix, paths[0].name, paths[end].name) {
			end++
		}
		child := treeOf(paths[:end:end])
		for _, g := range child.best() {
			n.fewest[g]++
			n.most = max(n.most, n.fewest[g])
		}
		n.children, paths = append(n.children, child), paths[end:]
	}
	return n
}

func commonPrefix(a, b string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) {
		n--
	}
	return a[:n]
}

// sameNext reports whether two paths have the same character after a prefix.
func sameNext(prefix, a, b string) bool {
	_, width := utf8.DecodeRuneInString(a[len(prefix):])
	return width > 0 && strings.HasPrefix(b, a[:len(prefix)+width])
}

// best are the groups of which the node needs the fewest rules.
func (n node) best() (groups []group) {
	for g, count := range n.fewest {
		if count == n.most {
			groups = append(groups, g)
		}
	}
	return groups
}

// addRules adds the rules of a node that inherits a group. A rule of its own saves at least one where its group has two more
// children that need no other.
func (n node) addRules(inherited group, rules *[]rule) {
	own := inherited
	if single := len(n.children) == 0; single && n.fewest[inherited] == 0 || n.fewest[inherited] < n.most-1 {
		own = slices.Min(n.best())
	}
	for _, child := range n.children {
		child.addRules(own, rules)
	}
	if match, ok := n.match(); ok && own != inherited {
		held := strings.HasPrefix(match, n.prefix) && !strings.Contains(n.prefix, "*")
		loose := !held || n.prefix != "" && !strings.Contains(match, "/")
		*rules = append(*rules, rule{match, own, inherited, loose})
	}
}

// match is a pattern for the paths of a node, within one segment where it can be.
func (n node) match() (pattern string, ok bool) {
	if len(n.children) == 0 {
		return schema.PatternOf(n.prefix, "")
	}
	deeper := 0
	for _, p := range n.paths {
		if strings.Contains(p.name[len(n.prefix):], "/") {
			deeper++
		}
	}
	switch {
	case n.prefix == "":
		return "**", true
	case deeper == 0:
		return schema.PatternOf(n.prefix, "*")
	case deeper == len(n.paths) && !strings.Contains(n.prefix, "/"):
		return schema.PatternOf(n.prefix, "*/**")
	}
	return schema.PatternOf(n.prefix, "**")
}

// correct puts rules for single paths first where rules for others match them, until none does, and leaves out what that
// made superfluous.
func correct(rules []rule, paths []path) (corrected []rule, wrong []path) {
	tried := make(map[string]bool)
	for {
		matcher := matcherOf(rules)
		var more []rule
		wrong = nil
		for _, p := range paths {
			given := matcher.group(p.name)
			if given == p.group {
				continue
			}
			wrong = append(wrong, p)
			if match, ok := schema.PatternOf(p.name, ""); ok && !tried[match] {
				tried[match] = true
				more = append(more, rule{match, p.group, given, true})
			}
		}
		if len(more) == 0 {
			break
		}
		rules = append(more, rules...)
	}
	if slices.ContainsFunc(rules, func(r rule) bool { return r.loose }) {
		rules = needed(rules, paths)
	}
	return rules, wrong
}

// needed leaves out rules without which each path has the same group. It goes from the last to the first: whether a rule is
// needed depends only on those after it, for the paths that it is the first to match.
func needed(rules []rule, paths []path) []rule {
	matching := make([][]int, len(paths)) // rules by path, in their order
	first := make([][]int, len(rules))    // paths by the first rule that matches them
	for i, r := range rules {
		glob := schema.NewGlob(r.match)
		for p := range paths {
			if !glob.Match(paths[p].name) {
				continue
			}
			if matching[p] = append(matching[p], i); len(matching[p]) == 1 {
				first[i] = append(first[i], p)
			}
		}
	}
	leftOut := make([]bool, len(rules))
	var kept []rule
	for i, r := range slices.Backward(rules) {
		changes := func(p int) bool {
			for _, next := range matching[p][1:] {
				if !leftOut[next] {
					return rules[next].group != r.group
				}
			}
			return r.group != 0
		}
		if leftOut[i] = !slices.ContainsFunc(first[i], changes); !leftOut[i] {
			kept = append(kept, r)
		}
	}
	slices.Reverse(kept)
	return kept
}

type ruleMatcher struct {
	rules   []rule
	matcher schema.RuleMatcher
}

func matcherOf(rules []rule) ruleMatcher {
	records := make([]schema.Record, len(rules))
	for i, r := range rules {
		records[i] = schema.RecordOf([]schema.FieldValue{{Field: schema.FieldMatch, Value: schema.Text(r.match)}})
	}
	return ruleMatcher{rules, schema.NewRuleMatcher(records)}
}

func (m ruleMatcher) group(path string) group {
	if i, found := m.matcher.First(path); found {
		return m.rules[i].group
	}
	return 0
}
