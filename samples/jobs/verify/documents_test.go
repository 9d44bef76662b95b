package verify

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestDocumentsFitTheirSchemas runs the demo, faults and all, and holds its plan and its report against
// the schemas that the program prints.
func TestDocumentsFitTheirSchemas(t *testing.T) {
	gijbulk, dir := built(t), t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "samples"), os.DirFS("../..")); err != nil {
		t.Fatal(err)
	}
	// One record is wrong, and so among the findings.
	if err := os.WriteFile(filepath.Join(dir, "wrong.csv"), []byte("type,displayName,pat\nGITHUP,Wrong,env:X\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ran := func(line string, want ...int) string {
		var said strings.Builder
		cmd := exec.CommandContext(t.Context(), gijbulk, strings.Fields(line)...)
		cmd.Dir, cmd.Stderr = dir, &said
		cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+dir)
		out, err := cmd.Output()
		if !slices.Contains(want, cmd.ProcessState.ExitCode()) {
			t.Fatalf("%s: %v\n%s", line, err, said.String())
		}
		return string(out)
	}
	const files = "samples/integrations.csv samples/integrations.yaml samples/excel.csv wrong.csv --skip-invalid --state none.db "
	const done, drift, failed = 0, 2, 3
	ran("plan "+files+"--sandbox --out plan.json", done, drift)
	fits(t, ran("schema plan", done), filepath.Join(dir, "plan.json"))
	ran("import "+files+"--sandbox=drop-after=#9,500-after=#12 --rate 0 --settle 1ms --timeout 5s --report-dir reports --yes", done, failed)
	fits(t, ran("schema report", done), filepath.Join(dir, "reports", "report.json"))
}

// fits holds a file against a schema.
func fits(t *testing.T, printed, file string) {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	s := compileWith(t, compiler, "schema.json", strings.NewReader(printed))
	content, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	value, err := jsonschema.UnmarshalJSON(content)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(value); err != nil {
		t.Errorf("%s: %v", file, err)
	}
}
