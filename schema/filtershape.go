package schema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jmespath/go-jmespath"
)

// filterTraits is what a valid filter makes of the hosts' answers, whatever type it is for.
type filterTraits struct {
	notList   bool   // applied to a list of repositories, its result is none
	notObject bool   // applied to an object with such a list as value, its result is none
	paging    string // the part whose meaning depends on how the answer is paged, or ""
}

func traitsOf(tree jmespath.ASTNode) filterTraits {
	n := parseTree(tree)
	return filterTraits{
		notList:   !couldBe(n.result(resultList), resultList),
		notObject: !couldBe(n.result(resultObject), resultObject),
		paging:    n.paging(),
	}
}

// filterResult is what an expression yields when it is applied to a host's answer.
type filterResult uint8

const (
	resultUnknown    filterResult = iota
	resultList                    // a list of repositories
	resultObject                  // an object that has such a list as its value
	resultRepository              // one repository
	resultOther                   // certainly none of these
)

func couldBe(r, wanted filterResult) bool { return r == wanted || r == resultUnknown }

// filterNode is a node of an expression's tree.
type filterNode struct {
	kind     string // as the parser names it
	value    string // a field, a key, a function or a comparator
	children []*filterNode
}

// parseTree reads the tree out of the text that the parser prints: it exports nothing else of it.
// A test checks that text for each kind of node.
func parseTree(tree jmespath.ASTNode) *filterNode {
	stack := []*filterNode{{}}
	for line := range strings.Lines(tree.PrettyPrint(0)) {
		line = strings.TrimSpace(line)
		top := stack[len(stack)-1]
		if kind, ok := strings.CutSuffix(line, " {"); ok && strings.HasPrefix(kind, "AST") {
			n := &filterNode{kind: strings.TrimPrefix(kind, "AST")}
			top.children = append(top.children, n)
			stack = append(stack, n)
		} else if value, ok := strings.CutPrefix(line, "value: "); ok {
			top.value = value // such as that of a comparator
			if text, err := strconv.Unquote(value); err == nil {
				top.value = text
			}
		} else if line == "}" {
			stack = stack[:len(stack)-1]
		}
	}
	return stack[0].children[0]
}

// result is what a node yields when it is applied to what another one yielded.
func (n *filterNode) result(in filterResult) filterResult {
	switch n.kind {
	case "Identity", "CurrentNode":
		return in
	case "Field":
		return fieldResult(in, n.value)
	case "Subexpression", "Pipe":
		return n.children[1].result(n.children[0].result(in))
	case "IndexExpression":
		return n.elementResult(in)
	case "Projection", "FilterProjection":
		return n.projectionResult(in)
	case "Flatten":
		return n.children[0].result(in)
	case "MultiSelectHash":
		return n.hashResult(in)
	case "OrExpression", "AndExpression":
		return n.eitherResult(in)
	case "FunctionExpression":
		return n.functionResult(in)
	case "Comparator", "NotExpression", "Literal", "MultiSelectList", "ValueProjection":
		return resultOther
	}
	return resultUnknown
}

func fieldResult(in filterResult, name string) filterResult {
	switch {
	case in == resultUnknown:
		return resultUnknown
	case in == resultObject && name == "value":
		return resultList
	}
	return resultOther
}

func (n *filterNode) elementResult(in filterResult) filterResult {
	list := n.children[0].result(in)
	switch {
	case list == resultList && n.children[1].kind == "Index":
		return resultRepository
	case list == resultList || list == resultUnknown:
		return list
	}
	return resultOther
}

func (n *filterNode) projectionResult(in filterResult) filterResult {
	switch n.children[0].result(in) {
	case resultUnknown:
		return resultUnknown
	case resultList:
	default:
		return resultOther
	}
	switch n.children[1].result(resultRepository) {
	case resultRepository:
		return resultList
	case resultOther:
		return resultOther
	}
	return resultUnknown
}

// hashResult is an object with a list as its value; one made of a repository may be that
// repository with fewer fields.
func (n *filterNode) hashResult(in filterResult) filterResult {
	if in == resultRepository || in == resultUnknown {
		return resultUnknown
	}
	for _, pair := range n.children {
		if pair.value != "value" {
			continue
		}
		switch pair.children[0].result(in) {
		case resultList:
			return resultObject
		case resultUnknown:
			return resultUnknown
		}
	}
	return resultOther
}

func (n *filterNode) eitherResult(in filterResult) filterResult {
	first, second := n.children[0].result(in), n.children[1].result(in)
	if first != second {
		return resultUnknown
	}
	return first
}

func (n *filterNode) functionResult(in filterResult) filterResult {
	switch n.value {
	case "sort", "sort_by", "reverse":
		if len(n.children) > 0 {
			return n.children[0].result(in)
		}
	case "max_by", "min_by":
		return resultRepository
	case "map", "not_null", "to_array", "merge", "values":
		return resultUnknown
	}
	return resultOther
}

// paging finds what makes a result depend on the other repositories of a page. What is applied to
// each repository alone does not.
func (n *filterNode) paging() string {
	switch {
	case n.kind == "Slice":
		return "a slice"
	case n.kind == "Index":
		return "an index"
	case n.kind == "FunctionExpression" && slices.Contains([]string{"sort", "sort_by", "max_by", "min_by"}, n.value):
		return n.value
	}
	ofAll := n.children
	if n.kind == "Projection" || n.kind == "FilterProjection" {
		ofAll = ofAll[:1]
	}
	for _, child := range ofAll {
		if found := child.paging(); found != "" {
			return found
		}
	}
	return ""
}
