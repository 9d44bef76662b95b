package convert

import (
	"regexp/syntax"
	"slices"
	"strings"
)

// Matching writes a regular expression over names as a condition of JMESPath, which has
// none. ok is false for one that is more than a choice among beginnings, ends and parts.
func Matching(pattern string) (condition string, ok bool) {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	all, ok := spelled(re)
	if !ok {
		return "", false
	}
	conditions := make([]string, len(all))
	for i, s := range all {
		if conditions[i], ok = s.condition(); !ok {
			return "", false
		}
	}
	return strings.Join(conditions, " || "), true
}

// spelling is one way to match a pattern: texts, the ends of the name, and gaps.
type spelling []mark

type mark struct {
	kind markKind
	text string // of a markText
}

type markKind int

const (
	markText  markKind = iota
	markBegin          // ^
	markEnd            // $
	markGap            // .*
)

func (s spelling) condition() (string, bool) {
	if len(s) >= 2 && s[0].kind == markBegin && s[1].kind == markGap {
		s = s[2:]
	}
	if n := len(s); n >= 2 && s[n-1].kind == markEnd && s[n-2].kind == markGap {
		s = s[:n-2]
	}
	var text strings.Builder
	begin, end := false, false
	for i, m := range s {
		switch {
		case m.kind == markText && !end:
			text.WriteString(m.text)
		case m.kind == markBegin && i == 0:
			begin = true
		case m.kind == markEnd && !end:
			end = true
		case m.kind == markGap && (i == 0 || i == len(s)-1):
		default:
			return "", false
		}
	}
	quoted := Literal(text.String())
	switch {
	case begin && end:
		return "name==" + quoted, true
	case text.Len() == 0:
		return "", false // any name
	case begin:
		return "starts_with(name, " + quoted + ")", true
	case end:
		return "ends_with(name, " + quoted + ")", true
	}
	return "contains(name, " + quoted + ")", true
}

const mostSpellings = 50

func spelled(re *syntax.Regexp) ([]spelling, bool) {
	switch re.Op {
	case syntax.OpEmptyMatch:
		return []spelling{nil}, true
	case syntax.OpLiteral:
		return []spelling{{{markText, string(re.Rune)}}}, re.Flags&syntax.FoldCase == 0
	case syntax.OpBeginText, syntax.OpBeginLine:
		return []spelling{{{kind: markBegin}}}, true
	case syntax.OpEndText, syntax.OpEndLine:
		return []spelling{{{kind: markEnd}}}, true
	case syntax.OpStar:
		inner := re.Sub[0].Op
		return []spelling{{{kind: markGap}}}, inner == syntax.OpAnyChar || inner == syntax.OpAnyCharNotNL
	case syntax.OpCapture:
		return spelled(re.Sub[0])
	case syntax.OpQuest:
		some, ok := spelled(re.Sub[0])
		return append(some, nil), ok
	case syntax.OpCharClass:
		return spelledClass(re.Rune)
	case syntax.OpAlternate:
		var all []spelling
		for _, sub := range re.Sub {
			some, ok := spelled(sub)
			if all = append(all, some...); !ok || len(all) > mostSpellings {
				return nil, false
			}
		}
		return all, true
	case syntax.OpConcat:
		return spelledSequence(re.Sub)
	}
	return nil, false
}

func spelledClass(ranges []rune) ([]spelling, bool) {
	var all []spelling
	for pair := range slices.Chunk(ranges, 2) {
		for r := pair[0]; r <= pair[1]; r++ {
			if all = append(all, spelling{{markText, string(r)}}); len(all) > mostSpellings {
				return nil, false
			}
		}
	}
	return all, true
}

func spelledSequence(subs []*syntax.Regexp) ([]spelling, bool) {
	all := []spelling{nil}
	for _, sub := range subs {
		some, ok := spelled(sub)
		if !ok || len(all)*len(some) > mostSpellings {
			return nil, false
		}
		var longer []spelling
		for _, a := range all {
			for _, b := range some {
				longer = append(longer, slices.Concat(a, b))
			}
		}
		all = longer
	}
	return all, true
}
