package schema

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dlclark/regexp2"
	"github.com/jmespath/go-jmespath"
)

// Verdict is what is wrong with an expression or an origin, and what a filter without errors does.
type Verdict struct {
	code            Code // "": it has no errors
	message, advice string
	filter          filterTraits
}

// JudgeExpression checks the expression in a field: an apiFilter, or a regular expression.
func JudgeExpression(f Field, expression string) Verdict {
	if f == FieldAPIFilter {
		return judgeFilter(expression)
	}
	return judgePattern(expression)
}

func (j *judge) judgeExpressions() {
	j.judgeAPIPath()
	j.judgeExpression(FieldAPIFilter)
	j.judgeExpression(FieldTagsFilter)
	j.judgeExpression(FieldPrHideFilter)
	for spec := range strings.SplitSeq(j.text(FieldRefSpecCustom), ",") {
		if spec = strings.TrimSpace(spec); spec != "" && !validRefspec(spec) {
			j.report(FieldRefSpecCustom, CodeBadRefspec, "%s is not a refspec", Quote(spec))
		}
	}
}

// longestAPIText is the most characters that the server takes in an apiPath or an apiFilter.
const longestAPIText = 2000

func tooLong(s string) (characters int, long bool) {
	if len(s) <= longestAPIText {
		return 0, false
	}
	n := utf8.RuneCountInString(s)
	return n, n > longestAPIText
}

func (j *judge) judgeAPIPath() {
	path := j.text(FieldAPIPath)
	if path != "" && j.spec != nil && !j.spec.repository && !j.spec.apiPath {
		j.report(FieldAPIPath, CodePathOnType, "for %s, an apiPath is not documented", j.integrationType())
	}
	length, long := tooLong(path)
	switch {
	case path == "":
	case !strings.HasPrefix(path, "/"):
		advice := "write /" + path
		if strings.Contains(path, "://") {
			advice = "write the path alone; the host is the origin"
		}
		j.report(FieldAPIPath, CodeBadAPIPath, "the path does not begin with /").Advice = advice
	case long:
		j.report(FieldAPIPath, CodeBadAPIPath, "the path has %d characters, more than 2,000", length).Advice = "shorten the path"
	case strings.Contains(path, " ") || strings.Contains(path, "\t"):
		j.report(FieldAPIPath, CodeBadAPIPath, "the path contains a space").Advice = "write %20 for a space"
	}
}

func (j *judge) judgeExpression(f Field) {
	expression := j.text(f)
	if expression == "" {
		return
	}
	judge := j.checker.JudgeExpression
	if judge == nil {
		judge = JudgeExpression
	}
	v := judge(f, expression)
	if v.code == "" {
		j.judgeFilterTraits(f, v.filter)
		return
	}
	finding := j.report(f, v.code, "%s", v.message)
	if v.advice != "" {
		finding.Advice = v.advice
	}
}

// Bounds of what is handed to the parsers, which recurse without one.
const (
	longestExpression = 256 << 10 // bytes
	deepestExpression = 200       // brackets, and prefixes in a row
)

func tooDeep(s string) bool {
	depth, prefixes := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		}
		if s[i] == '!' || s[i] == '&' {
			prefixes++
		} else {
			prefixes = 0
		}
		if depth+prefixes > deepestExpression {
			return true
		}
	}
	return len(s) > longestExpression
}

func judgeFilter(expression string) Verdict {
	if length, long := tooLong(expression); long {
		return problem(CodeBadFilter, fmt.Sprintf("the expression has %d characters, more than 2,000", length),
			"select by a property or a prefix instead of by names, or use several integrations with filters that do not overlap")
	}
	if tooDeep(expression) {
		return problem(CodeBadFilter, "the expression is too long or too deeply nested to be judged", "split it")
	}
	if mended := unescapePipes(expression); mended != expression {
		return problem(CodeFilterPipe, `the expression contains \| outside a string`, "write "+mended)
	}
	tree, err := jmespath.NewParser().Parse(expression)
	if err != nil {
		return problem(CodeBadFilter, "not a JMESPath expression: "+strings.TrimPrefix(err.Error(), "SyntaxError: "), "")
	}
	for _, name := range calledFunctions(expression) {
		if slices.Contains(filterFunctions, name) {
			continue
		}
		advice := ""
		if near := Nearest(name, filterFunctions); near != "" {
			advice = "did you mean " + near + "?"
		}
		return problem(CodeFilterFunction, "JMESPath has no function "+name, advice)
	}
	return Verdict{filter: traitsOf(tree)}
}

// problem is the verdict on an expression with an error; without advice, the code's own is given.
func problem(code Code, message, advice string) Verdict {
	return Verdict{code: code, message: message, advice: advice}
}

// judgeFilterTraits finds a filter whose result the app cannot read as a list of repositories of the
// type, and one that may mean something else where the host's answer has several pages.
func (j *judge) judgeFilterTraits(f Field, filter filterTraits) {
	t := j.integrationType()
	if f != FieldAPIFilter || j.spec == nil || j.spec.repository {
		return
	}
	switch {
	case t == TypeAWS: // its listing is not documented
	case j.spec.microsoft && filter.notObject:
		j.report(f, CodeFilterShape, "the filter does not yield an object with value, as %s needs", t).Advice = "write {value:value[?CONDITION]}"
	case !j.spec.microsoft && filter.notList:
		j.report(f, CodeFilterShape, "the filter does not yield a list of repositories, as %s needs", t).Advice = "write [?CONDITION]"
	}
	if filter.paging != "" {
		j.report(f, CodeFilterPaging, "the filter has %s, which may apply to each page of the host's list separately", filter.paging)
	}
}

// filterFunctions are the built-in functions of JMESPath's specification.
var filterFunctions = []string{"abs", "avg", "ceil", "contains", "ends_with", "floor", "join", "keys", "length", "map",
	"max", "max_by", "merge", "min", "min_by", "not_null", "reverse", "sort", "sort_by", "starts_with", "sum",
	"to_array", "to_number", "to_string", "type", "values"}

// calledFunctions finds the names before an opening bracket, outside strings: in an
// expression that parses, nothing else stands there.
func calledFunctions(expression string) []string {
	var names []string
	for _, m := range callOrString.FindAllStringSubmatch(expression, -1) {
		if m[1] != "" {
			names = append(names, m[1])
		}
	}
	return names
}

var callOrString = regexp.MustCompile("'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\"|`(?:[^`\\\\]|\\\\.)*`|([A-Za-z_][A-Za-z0-9_]*)\\s*\\(")

// unescapePipes drops the backslash before a pipe outside strings.
func unescapePipes(s string) string {
	var b strings.Builder
	var quote byte
	for i := 0; i < len(s); i++ {
		c := s[i]
		next := byte(0)
		if i+1 < len(s) {
			next = s[i+1]
		}
		switch {
		case quote == 0 && c == '\\' && next == '|':
			continue
		case quote == 0 && (c == '\'' || c == '"' || c == '`'):
			quote = c
		case quote != 0 && c == '\\' && next != 0:
			b.WriteByte(c)
			b.WriteByte(next)
			i++
			continue
		case c == quote:
			quote = 0
		}
		b.WriteByte(c)
	}
	return b.String()
}

// judgePattern judges a Java regular expression as far as engines of other families
// can: what one of them takes is right, what all refuse is wrong unless it uses
// something that only Java has.
func judgePattern(pattern string) Verdict {
	if tooDeep(pattern) {
		return problem(CodePatternUnjudged, "the pattern is too long or too deeply nested to be judged", "")
	}
	if _, err := syntax.Parse(pattern, syntax.Perl); err == nil {
		return Verdict{}
	}
	_, err := regexp2.Compile(pattern, regexp2.None)
	if err == nil {
		return Verdict{}
	}
	if javaOnly.MatchString(pattern) {
		return problem(CodePatternUnjudged, "the pattern uses a feature that only Java has", "")
	}
	return problem(CodeBadPattern, "not a regular expression: "+reason(err, pattern), "")
}

// javaOnly finds possessive quantifiers, quotations, Java's classes and intersections.
var javaOnly = regexp.MustCompile(`[*+?}]\+|\\Q|\\[pP]\{|\\[hHRXzZG]|&&|\[[^\]]*\[|\\x\{|\\N\{|\(\?[a-zA-Z]*[Ud]`)

// reason is the parser's own words without the pattern, which the record shows anyway.
func reason(err error, pattern string) string {
	words := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	return strings.TrimSuffix(strings.ReplaceAll(words, " in `"+pattern+"`", ""), ".")
}

// validRefspec takes [+]SRC:DST, both below refs/, with one * in both or in neither.
func validRefspec(spec string) bool {
	src, dst, ok := strings.Cut(strings.TrimPrefix(spec, "+"), ":")
	if !ok || strings.Count(src, "*") > 1 || strings.Count(src, "*") != strings.Count(dst, "*") {
		return false
	}
	return validRef(src) && validRef(dst)
}

// validRef follows git's check-ref-format.
func validRef(ref string) bool {
	if !strings.HasPrefix(ref, "refs/") || strings.ContainsAny(ref, " ~^:?[\\\t\x7f") ||
		strings.Contains(ref, "..") || strings.Contains(ref, "@{") {
		return false
	}
	for part := range strings.SplitSeq(ref, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".lock") || strings.HasSuffix(part, ".") {
			return false
		}
	}
	return true
}
