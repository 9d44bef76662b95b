package schema

import (
	"net/url"
	"slices"
	"strings"

	"github.com/jmespath/go-jmespath"
)

// NameFilter is an apiFilter that judges each repository by its name alone: a live nested repository tells by its
// address whether the filter lists it, without the git host.
type NameFilter struct {
	integration Record
	expression  string   // "": everything is listed
	fields      []string // that it reads
}

// NameFilterOf finds out whether a new filter of a live integration judges by names alone. Only the functions that the
// vendor documents for names count, combined by && || ! and compared with == and !=: a filter that reads anything else
// depends on what only the host knows. The filter that the integration has must select from the same list: else the
// host's answer has another shape.
func NameFilterOf(live Record, expression string) (f NameFilter, ok bool) {
	f.integration = live
	if _, plain := plainCondition(live.Type(), live.Get(FieldAPIFilter).Text()); !plain {
		return f, false
	}
	condition, plain := plainCondition(live.Type(), expression)
	if condition != nil {
		f.expression = expression
		plain = condition.readsOnlyFields(&f.fields)
	}
	return f, plain
}

// Lists reports whether the filter lists a nested repository of the integration. known is false where the address does
// not tell the names that the filter reads.
func (f NameFilter) Lists(origin string) (lists, known bool) {
	if f.expression == "" {
		return true, true
	}
	names := namesOf(&f.integration, origin)
	for _, field := range f.fields {
		if names[field] == nil {
			return false, false
		}
	}
	var answer any = []any{names}
	if f.integration.Type().spec().microsoft {
		answer = map[string]any{"value": answer}
	}
	result, err := jmespath.Search(f.expression, answer)
	if err != nil {
		return false, false
	}
	if object, is := result.(map[string]any); is {
		result = object["value"]
	}
	list, _ := result.([]any)
	return len(list) > 0, true
}

// plainCondition is the condition of a filter which leaves out repositories and changes nothing: [?CONDITION], or for
// the Microsoft types {value:value[?CONDITION]}. A blank filter has none.
func plainCondition(t Type, expression string) (condition *filterNode, plain bool) {
	if strings.TrimSpace(expression) == "" {
		return nil, true
	}
	if tooDeep(expression) {
		return nil, false
	}
	tree, err := jmespath.NewParser().Parse(expression)
	if err != nil {
		return nil, false
	}
	n, list := parseTree(tree), filterNode{kind: "Identity"}
	if t.spec().microsoft {
		if n.kind != "MultiSelectHash" || len(n.children) != 1 || n.children[0].value != "value" {
			return nil, false
		}
		n, list = n.children[0].children[0], filterNode{kind: "Field", value: "value"}
	}
	if n.kind != "FilterProjection" || n.children[0].kind != list.kind || n.children[0].value != list.value || n.children[1].kind != "Identity" {
		return nil, false
	}
	return n.children[2], true
}

// readsOnlyFields reports whether a condition depends only on fields of the repository itself, and adds these.
func (n *filterNode) readsOnlyFields(fields *[]string) bool {
	switch n.kind {
	case "Field":
		*fields = append(*fields, n.value)
		return true
	case "Comparator":
		if n.value != "tEQ" && n.value != "tNE" {
			return false
		}
	case "FunctionExpression":
		if !slices.Contains([]string{"contains", "starts_with", "ends_with"}, n.value) {
			return false
		}
	case "AndExpression", "OrExpression", "NotExpression", "Literal":
	default:
		return false
	}
	return !slices.ContainsFunc(n.children, func(child *filterNode) bool { return !child.readsOnlyFields(fields) })
}

// namesOf are the members of a repository, in the list of its host, that follow from its address: of GitHub the address is
// owner and name, of GitLab it is the path (the name of a project may be another), and of Azure DevOps it ends with the
// name. Of other hosts no address is documented.
func namesOf(integration *Record, origin string) map[string]any {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return nil
	}
	path := strings.Trim(u.Path, "/")
	segments := strings.Split(path, "/")
	last := len(segments) - 1
	switch t := integration.Type(); {
	case t.spec().microsoft:
		if last > 0 && segments[last-1] == "_git" {
			return map[string]any{"name": segments[last]}
		}
	case t == TypeGitHub, t == TypeGitHubServer:
		if full, is := strings.CutSuffix(path, ".git"); is && last == 1 {
			return map[string]any{"full_name": full, "name": strings.TrimSuffix(segments[1], ".git")}
		}
	case t == TypeGitLab, t == TypeGitLabServer, t == TypeGitLabServerLegacy:
		full, is := strings.CutSuffix(path, ".git")
		if full, below := belowOrigin(integration, u, full); is && below && strings.Contains(full, "/") {
			return map[string]any{"path_with_namespace": full, "path": full[strings.LastIndexByte(full, '/')+1:]}
		}
	}
	return nil
}

// belowOrigin is the path of a URL below that of an integration's origin, on the same host.
func belowOrigin(integration *Record, u *url.URL, path string) (below string, ok bool) {
	base, err := url.Parse(integration.Key().Origin)
	if err != nil || !strings.EqualFold(base.Host, u.Host) {
		return "", false
	}
	root := strings.Trim(base.Path, "/")
	if root == "" {
		return path, true
	}
	return strings.CutPrefix(path, root+"/")
}
