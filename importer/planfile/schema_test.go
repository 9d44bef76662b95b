package planfile

import (
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"gijbulk/schema"
)

var update = flag.Bool("update", false, "write the JSON Schema of plan.json anew")

// madeSchema reflects the document; its comments become descriptions. A plan may gain keys within
// its version, so that unknown ones are no fault.
func madeSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	r := jsonschema.Reflector{Anonymous: true, ExpandedStruct: true, AllowAdditionalProperties: true, Mapper: named}
	if err := r.AddGoComments("gijbulk/importer/planfile", "."); err != nil {
		t.Fatal(err)
	}
	made := r.Reflect(&document{})
	made.ID = "urn:gijbulk:schema:plan:1"
	made.Title, made.Description = "gijbulk plan", "plan.json: a plan that is to be approved and applied"
	version, _ := made.Properties.Get("version")
	version.Const = Version
	command, _ := made.Properties.Get("command")
	command.Enum = []any{"sync", "import"}
	for _, name := range []string{"digest", "checksum"} {
		p, _ := made.Properties.Get(name)
		p.Pattern = "^sha256:[0-9a-f]{64}$"
	}
	counts, _ := made.Properties.Get("counts")
	counts.PropertyNames = named(reflect.TypeFor[schema.Op]())
	return made
}

func named(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[schema.Op]():
		s := &jsonschema.Schema{Type: "string"}
		for _, op := range schema.Ops() {
			s.Enum = append(s.Enum, op)
		}
		return s
	case reflect.TypeFor[schema.Code](), reflect.TypeFor[schema.Option]():
		return &jsonschema.Schema{Type: "string"}
	case reflect.TypeFor[json.RawMessage]():
		return &jsonschema.Schema{Description: "a text, a boolean, a number or a list of these"}
	}
	return nil
}

func TestSchema(t *testing.T) {
	made, err := json.MarshalIndent(madeSchema(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const name = "../../schema/plan.schema.json"
	if *update {
		if err := os.WriteFile(name, append(made, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(kept), string(made)+"\n"); diff != "" {
		t.Errorf("%s is not what the types say; go test ./importer/planfile -update writes it (-kept +made):\n%s", name, diff)
	}
}

func TestPlansFitTheirSchema(t *testing.T) {
	doc, err := validator.UnmarshalJSON(strings.NewReader(schema.PlanSchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("plan.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("plan.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	empty := File{Command: "import", Digest: schema.Plan{}.Digest()}
	for name, text := range map[string]string{"empty": written(t, empty), "full": written(t, sample())} {
		value, err := validator.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiled.Validate(value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, change := range [][2]string{{`"action":"create"`, `"action":"make"`}, {`"version": 1`, `"version": 2`}, {`"command": "sync"`, `"command": "apply"`},
		{`"digest": "sha256:`, `"digest": "md5:`}, {`"id":7`, `"id":"7"`}} {
		text := strings.Replace(written(t, sample()), change[0], change[1], 1)
		value, err := validator.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text, change[1]) || compiled.Validate(value) == nil {
			t.Errorf("the schema takes %s", change[1])
		}
	}
}
