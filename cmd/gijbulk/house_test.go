package main

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "gijbulk"

// allowed says which packages of this module each may import, and why no others. The
// arrows all point towards schema, so that a stage can be read, tested and replaced
// without its neighbours.
var allowed = map[string]struct {
	imports []string
	why     string
}{
	"schema": {nil,
		"the vocabulary is pure: whatever it imported, everything would"},
	"schema/schematest": {nil,
		"a schema is held against documents by those who write, make or read either; it knows none of them"},
	"importer/document": {[]string{"schema"},
		"text and YAML are read alike for manifests and listings; what a node means is up to them"},
	"importer/manifest": {[]string{"schema", "importer/document"},
		"reading a file must not depend on what is done with it"},
	"importer/commandline": {nil,
		"taking a command line apart is a matter of its text alone"},
	"importer/giturl": {nil,
		"an address means the same in every listing and record"},
	"importer/credential": {[]string{"schema"},
		"which credentials a record takes follows from its type alone"},
	"importer/bulktable": {nil,
		"one list of columns serves the reader and the writer of the app's table"},
	"importer/convert": {[]string{"schema", "importer/credential", "importer/document", "importer/giturl"},
		"a listing becomes entries, whatever is done with them; the core knows no tool, so that a new one is a file"},
	"importer/convert/tools": {[]string{"schema", "importer/bulktable", "importer/commandline", "importer/convert", "importer/credential", "importer/giturl"},
		"a tool turns its listing into the core's repositories; it does not know what becomes of them"},
	"importer/export": {[]string{"schema", "importer/bulktable", "importer/credential", "importer/giturl"},
		"live records become a manifest, however they were made; an export needs no listing"},
	"importer/secrets": {[]string{"schema", "importer/commandline"},
		"looking a secret up must not depend on where it goes"},
	"importer/gij": {[]string{"schema", "importer/gij/pace", "importer/intent"},
		"the client performs actions; it does not know who plans them"},
	"importer/gij/pace": {nil,
		"when a request may leave is arithmetic over headers and times; it is the client's, and nobody else's"},
	"importer/githost": {[]string{"schema", "importer/giturl"},
		"what a git host lists is asked there, whatever is done with the answer; Jira has no part in it"},
	"importer/fieldjson": {[]string{"schema"},
		"what is kept of a record's fields is the same in the state and in a plan file"},
	"importer/planfile": {[]string{"schema", "importer/fieldjson"},
		"a stored plan is made of values; it knows neither the server nor the state"},
	"importer/journal": {[]string{"schema", "importer/fieldjson"},
		"the journal keeps plans and outcomes; it satisfies the engine's interface without knowing it"},
	"importer/journal/postgrestest": {nil,
		"the server of the tests knows nothing of what is stored in it"},
	"importer/match": {[]string{"schema"},
		"which live record a wanted one is must not depend on what is done about it"},
	"importer/planner": {[]string{"schema", "importer/match"},
		"a plan is decided from records alone, so that a dry run and the run cannot differ"},
	"importer/intent": {nil,
		"the engine and the client agree on when a request leaves without knowing each other"},
	"importer/engine": {[]string{"schema", "importer/match", "importer/intent"},
		"the engine declares the interfaces it needs, so that servers and journals can be put in their place"},
	"importer/sandbox": {nil,
		"a wire type shared with the client would agree with itself in every test"},
	"importer/sandbox/hosts": {nil,
		"hosts that shared a type with the client of hosts would agree with its mistakes"},
	"reports": {[]string{"schema"},
		"a report is made of values, also long after the run"},
	"samples/generate": {[]string{"schema", "importer/manifest"},
		"the generator writes manifests and nothing else"},
	"cmd/gijbulk/complete": {[]string{"schema"},
		"completions follow from names and the vocabulary; main passes what other packages know"},
	"cmd/gijbulk/config": {[]string{"schema", "importer/document"},
		"what a configuration says does not depend on the command that uses it"},
	"cmd/gijbulk/terminal": {[]string{"schema"},
		"what is drawn depends on numbers and statuses, not on the command that runs"},
	"cmd/gijbulk/terminal/terminaltest": {nil,
		"the terminal of the tests knows nothing of what is drawn at it"},
	"cmd/gijbulk": {[]string{"cmd/gijbulk/complete", "cmd/gijbulk/config", "cmd/gijbulk/terminal", "schema", "importer/document", "importer/planfile", "importer/planner", "importer/engine", "importer/manifest", "importer/convert", "importer/convert/tools",
		"importer/export", "importer/secrets", "importer/gij", "importer/githost", "importer/journal", "importer/sandbox", "importer/sandbox/hosts", "reports"},
		"the one place that puts everything together"},
	"cmd/gijbench": {nil,
		"it runs the benchmarks, which are tests, and writes what they print"},
}

// TestLayers holds the arrows of the house.
func TestLayers(t *testing.T) {
	for name, imports := range packages(t) {
		rule, known := allowed[name]
		if !known {
			t.Errorf("package %s is not in the table of layers: say what it may import, and why", name)
			continue
		}
		for _, imported := range imports {
			if !slices.Contains(rule.imports, imported) {
				t.Errorf("%s imports %s; it may not: %s", name, imported, rule.why)
			}
		}
	}
}

// packages lists this module's packages with those of its imports that are its own.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	found := make(map[string][]string)
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		found[name] = nil
		for _, imported := range p.Imports {
			if own, ok := strings.CutPrefix(imported, module+"/"); ok {
				found[name] = append(found[name], own)
			}
		}
	}
	if len(found) < 5 {
		t.Fatalf("go list found only %d packages", len(found))
	}
	return found
}

// TestOnlyTheEncoderRevealsSecrets looks for calls of Reveal in the source. Beside the
// package that defines it, the client's encoder and the logins at git hosts send the value, and
// the journal keeps a keyed hash of it.
func TestOnlyTheEncoderRevealsSecrets(t *testing.T) {
	found := 0
	err := fs.WalkDir(os.DirFS("../.."), ".", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".go") || strings.HasSuffix(file, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path.Join("../..", file))
		if err != nil || !strings.Contains(string(source), ".Reveal()") {
			return err
		}
		found++
		if file != "importer/gij/request.go" && file != "importer/githost/login.go" && !strings.HasPrefix(file, "importer/journal/") && !strings.HasPrefix(file, "schema/") {
			t.Errorf("%s reveals secrets", file)
		}
		return nil
	})
	if err != nil || found == 0 {
		t.Fatalf("%d places found, error %v", found, err)
	}
}
