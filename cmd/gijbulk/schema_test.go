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
	"gopkg.in/yaml.v3"

	"gijbulk/cmd/gijbulk/config"
	"gijbulk/schema"
)

// TestDocumentsFitTheirSchemas runs the demo, faults and all, and holds its plan and its report against
// the schemas that the program prints.
func TestDocumentsFitTheirSchemas(t *testing.T) {
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
		if code != exitDone && code != exitFailed && code != exitDrift {
			t.Fatalf("%s ends with %d:\n%s", line, code, said.String())
		}
		return out.Bytes()
	}
	// One record is wrong, and so among the findings.
	if err := os.WriteFile("wrong.csv", []byte("type,displayName,pat\nGITHUP,Wrong,env:X\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const files = "samples/integrations.csv samples/integrations.yaml samples/excel.csv wrong.csv --skip-invalid --state none.db "
	ran("plan " + files + "--sandbox --out plan.json")
	fits(t, ran("schema plan"), "plan.json")
	ran("import " + files + "--sandbox=drop-after=#9,500-after=#12 --rate 0 --settle 1ms --report-dir reports --yes")
	fits(t, ran("schema report"), "reports/report.json")
}

// fits holds a file against a schema.
func fits(t *testing.T, printed []byte, file string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled(t, printed).Validate(value); err != nil {
		t.Errorf("%s: %v", file, err)
	}
}

func compiled(t *testing.T, printed []byte) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(printed))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestConfigurationsFitTheirSchema: the sample can be read, and the schema accepts it; what the reader
// refuses, the schema refuses as well.
func TestConfigurationsFitTheirSchema(t *testing.T) {
	sample, err := os.ReadFile("../../samples/gijbulk.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const target = "targets:\n  test:\n    url: https://jira.example.org\n"
	accepted := compiled(t, []byte(schema.ConfigSchema()))
	for text, valid := range map[string]bool{
		string(sample):                              true,
		"version: 1\ntargets:\n":                    true,
		target + "    token: env:T\n":               true,
		target + "    user: u\n    password: env:P": true,
		target + "    token: env:T\n    rate: 0.5\n    override: {projects: [EU], pat: env:P, global: false}": true,
		"version: 2":                    false,
		"target: {}":                    false,
		"targets: {all: null}":          false,
		"targets: {'a,b': null}":        false,
		target:                          false,
		target + "    token: literal\n": false,
		target + "    token: env:T\n    user: u\n":                  false,
		target + "    user: u\n":                                    false,
		target + "    token: env:T\n    rate: -1\n":                 false,
		target + "    token: env:T\n    override: {pat: literal}\n": false,
		target + "    token: env:T\n    override: {nam: x}\n":       false,
		target + "    token: env:T\n    tokens: x\n":                false,
		"targets: {test: {url: 'https://u:p@h', token: 'env:T'}}":   false,
		"targets: {test: {url: h, token: 'env:T'}}":                 false,
	} {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		_, refused := config.Read(strings.NewReader(text), "gijbulk.yaml")
		if unfit := accepted.Validate(value); (unfit == nil) != valid || (refused == nil) != valid {
			t.Errorf("%s\nthe schema says %v, the reader %v", text, unfit, refused)
		}
	}
}
