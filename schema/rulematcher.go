package schema

import "strings"

// RuleMatcher finds the rule for a nested repository: the first of an integration's that matches its path. Rules for
// one name are looked up, so that thousands of them take no longer than a few.
type RuleMatcher struct {
	named map[string]int // the first rules whose matches have no wildcard
	wild  []wildRule     // the others, in their order
}

type wildRule struct {
	rule int
	glob Glob
}

// NewRuleMatcher takes the rules of one integration.
func NewRuleMatcher(rules []Record) RuleMatcher {
	m := RuleMatcher{named: make(map[string]int)}
	for i := range rules {
		pattern := rules[i].Get(FieldMatch).Text()
		if strings.Contains(pattern, "*") {
			m.wild = append(m.wild, wildRule{i, NewGlob(pattern)})
		} else if _, known := m.named[pattern]; !known {
			m.named[pattern] = i
		}
	}
	return m
}

// First is the number of the first rule that matches a path, as [NestedPath] gives it.
func (m RuleMatcher) First(path string) (rule int, found bool) {
	rule, found = m.named[path]
	// A match without / is for the last segment, whatever is before it.
	if byName, named := m.named[path[strings.LastIndexByte(path, '/')+1:]]; named && (!found || byName < rule) {
		rule, found = byName, true
	}
	for _, w := range m.wild {
		if found && rule < w.rule {
			break
		}
		if w.glob.Match(path) {
			return w.rule, true
		}
	}
	return rule, found
}
