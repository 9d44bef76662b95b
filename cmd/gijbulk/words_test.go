package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// refusedWords are words and phrases that plain technical English has better ones for: a record is fixed,
// not mended; the environment is not the surroundings.
var refusedWords = regexp.MustCompile(`(?i)\b(mend|mended|surroundings|is another than|otherwise than|what became|nobody|turned away|held back|takes? back|taken back|anew|passing condition|last words|rails?)\b|\bwhich [^.;:]* is meant\b`)

// TestRefusedWords looks for these in all that users read: every text in the code, the guides and pages
// of the command, the page of reports, and the READMEs.
func TestRefusedWords(t *testing.T) {
	root := filepath.Join("..", "..")
	for _, dir := range []string{"cmd/gijbulk", "importer", "reports", "schema"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			switch {
			case err != nil || d.IsDir():
				return err
			case strings.HasSuffix(path, "_test.go"):
			case strings.HasSuffix(path, ".go"):
				refuseInCode(t, path)
			case strings.HasSuffix(path, ".png"):
			case strings.HasPrefix(path, filepath.Join(root, "cmd", "gijbulk", "docs")), strings.HasPrefix(path, filepath.Join(root, "reports", "page")):
				refuseInText(t, path)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	refuseInText(t, filepath.Join(root, "README.md"))
	refuseInText(t, filepath.Join(root, "cmd", "gijbench", "README.md"))
}

func refuseInCode(t *testing.T, path string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if text, is := n.(*ast.BasicLit); is && text.Kind == token.STRING {
			if word := refusedWords.FindString(text.Value); word != "" {
				t.Errorf("%s: %q", files.Position(text.Pos()), word)
			}
		}
		return true
	})
}

func refuseInText(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(string(content), "\n") {
		if word := refusedWords.FindString(line); word != "" {
			t.Errorf("%s:%d: %q", path, n+1, word)
		}
	}
}
