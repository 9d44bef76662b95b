package schema

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// declaredCodes reads the constants of type Code out of the source.
func declaredCodes(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := make(map[string]string)
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if kind, ok := spec.Type.(*ast.Ident); ok && kind.Name == "Code" {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes[spec.Names[0].Name] = value
		}
		return true
	})
	return codes
}

func TestEveryCodeIsExplained(t *testing.T) {
	var declared, explained []string
	for _, code := range declaredCodes(t) {
		declared = append(declared, code)
	}
	for _, e := range Explanations() {
		explained = append(explained, string(e.Code))
		if e.Title == "" || e.Why == "" || e.Advice == "" {
			t.Errorf("%s is explained only in part", e.Code)
		}
		if e.Code.Explanation() != e {
			t.Errorf("%s is explained twice", e.Code)
		}
	}
	slices.Sort(declared)
	slices.Sort(explained)
	if !slices.Equal(declared, explained) {
		t.Errorf("declared %q\nexplained %q", declared, explained)
	}
}

// TestEveryCodeIsUsed holds the table against the rules: a code that no rule of this
// project gives would be a promise without a check behind it.
func TestEveryCodeIsUsed(t *testing.T) {
	used := make(map[string]bool)
	for _, dir := range []string{".", "../importer/manifest", "../importer/secrets", "../importer/convert", "../importer/convert/tools", "../importer/document",
		"../importer/export", "../importer/planner", "../importer/githost", "../cmd/gijbulk"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			base := filepath.Base(name)
			if strings.HasSuffix(base, "_test.go") || base == "codes.go" || base == "explain.go" {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok {
					used[id.Name] = true
				}
				return true
			})
		}
	}
	for name, code := range declaredCodes(t) {
		if !used[name] {
			t.Errorf("no rule gives %s (%s)", code, name)
		}
	}
}
