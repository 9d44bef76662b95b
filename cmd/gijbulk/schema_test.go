package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// TestReportOfARunFitsItsSchema runs the demo, faults and all, and holds its report
// against the schema that the program prints.
func TestReportOfARunFitsItsSchema(t *testing.T) {
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.CopyFS("samples", os.DirFS(samples)); err != nil {
		t.Fatal(err)
	}
	ran := func(line string) []byte {
		var out, said bytes.Buffer
		code := run(t.Context(), context.WithoutCancel(t.Context()), strings.Fields(line), process{
			stdin: strings.NewReader(""), stdout: &out, stderr: &said, now: time.Now, lookupEnv: os.LookupEnv, locks: filepath.Join(t.TempDir(), "locks")})
		if code != exitDone && code != exitFailed {
			t.Fatalf("%s ends with %d:\n%s", line, code, said.String())
		}
		return out.Bytes()
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(ran("schema report")))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("report.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	// One record is wrong, and so among the findings.
	if err := os.WriteFile("wrong.csv", []byte("type,displayName,pat\nGITHUP,Wrong,env:X\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ran("import samples/integrations.csv samples/integrations.yaml samples/excel.csv wrong.csv --skip-invalid --sandbox=drop-after=#9,500-after=#12 --rate 0 --settle 1ms --report-dir reports --state none.db --yes")
	report, err := os.ReadFile("reports/report.json")
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(report))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(value); err != nil {
		t.Error(err)
	}
}
