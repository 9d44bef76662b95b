package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// foreign are texts that only look like gijbulk's own command line, by file.
var foreign = map[string][]string{
	"importer/convert/tools/codecommit.go": {"--output"},                                                                             // of the AWS CLI
	"importer/convert/tools/gh.go":         {"--limit"},                                                                              // of the GitHub CLI
	"importer/convert/tools/ghorg.go":      {"--base-url"},                                                                           // of ghorg
	"importer/convert/tools/mr.go":         {"--origin", "--config"},                                                                 // of git
	"importer/convert/tools/west.go":       {"--resolve"},                                                                            // of west
	"importer/journal/error.go":            {"gijbulk state"},                                                                        // files of that kind, and not the command
	"importer/sandbox/jira.go":             {"gijbulk sandbox"},                                                                      // the title of its server
	"schema/indexingerrors.go":             {"--indexnotfoundexception--no-segments-file-found", "--jsonexception-gij-self-managed"}, // addresses of pages
}

// standIn begins the references that stand for literal secrets in manifests that are kept.
const standIn = "env:GIJBULK_"

// TestOnlyTheCommandNamesItsCommandLine: the packages of a run return facts, and the command words
// them for its command line, so that another front end can word them for itself.
func TestOnlyTheCommandNamesItsCommandLine(t *testing.T) {
	flags, names := map[string]bool{}, []string{}
	for _, c := range commands((&app{}).root()) {
		names = append(names, c.Name())
		for _, set := range []*pflag.FlagSet{c.Flags(), c.PersistentFlags()} {
			set.VisitAll(func(f *pflag.Flag) { flags["--"+f.Name] = true })
		}
	}
	flag := regexp.MustCompile(`--[a-z][a-z-]+`)
	other := regexp.MustCompile(`JIRA_[A-Z]+|GIJBULK_[A-Z_]+|\bgijbulk (` + strings.Join(names, "|") + `)\b`)
	for _, root := range []string{"importer", "schema", "reports"} {
		err := fs.WalkDir(os.DirFS("../.."), root, func(file string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
				return err
			}
			positions := token.NewFileSet()
			parsed, err := parser.ParseFile(positions, path.Join("../..", file), nil, 0)
			if err != nil {
				return err
			}
			ast.Inspect(parsed, func(n ast.Node) bool {
				literal, ok := n.(*ast.BasicLit)
				if !ok || literal.Kind != token.STRING {
					return true
				}
				text, _ := strconv.Unquote(literal.Value)
				text = strings.ReplaceAll(text, standIn, "")
				found := other.FindAllString(text, -1)
				for _, f := range flag.FindAllString(text, -1) {
					if flags[f] || path.Dir(file) != "importer/convert/tools" { // which describes the options of other tools
						found = append(found, f)
					}
				}
				for _, f := range found {
					if !slices.Contains(foreign[file], f) {
						t.Errorf("%s: the text names %s; return a fact, and let cmd/gijbulk add it", positions.Position(literal.Pos()), f)
					}
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
