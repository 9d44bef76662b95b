package planfile

import (
	"encoding/json"
	"flag"
	"reflect"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"gijbulk/schema"
	"gijbulk/schema/schematest"
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
	schematest.Kept(t, "../../schema/plan.schema.json", madeSchema(t), *update)
}

func TestPlansFitTheirSchema(t *testing.T) {
	compiled := schematest.Compile(t, schema.PlanSchema())
	empty := File{Command: "import", Digest: schema.Plan{}.Digest()}
	for name, text := range map[string]string{"empty": written(t, empty), "full": written(t, sample())} {
		if err := schematest.Validate(t, compiled, []byte(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, change := range [][2]string{{`"action":"create"`, `"action":"make"`}, {`"version": 1`, `"version": 2`}, {`"command": "sync"`, `"command": "apply"`},
		{`"digest": "sha256:`, `"digest": "md5:`}, {`"id":7`, `"id":"7"`}} {
		text := strings.Replace(written(t, sample()), change[0], change[1], 1)
		if !strings.Contains(text, change[1]) || schematest.Validate(t, compiled, []byte(text)) == nil {
			t.Errorf("the schema takes %s", change[1])
		}
	}
}
