package reports

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"gijbulk/schema"
	"gijbulk/schema/schematest"
)

// madeReportSchema reflects [Report]; its comments become descriptions. A report may
// gain keys within its version, so that unknown ones are no fault.
func madeReportSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	r := jsonschema.Reflector{Anonymous: true, ExpandedStruct: true, AllowAdditionalProperties: true, Mapper: named}
	if err := r.AddGoComments("gijbulk/reports", "."); err != nil {
		t.Fatal(err)
	}
	made := r.Reflect(&Report{})
	made.ID = "urn:gijbulk:schema:report:1"
	made.Title, made.Description = "gijbulk report", "report.json: the outcome of every record of a run"
	version, _ := made.Properties.Get("version")
	version.Const = Version
	level, _ := made.Definitions["FindingInfo"].Properties.Get("level")
	level.Enum = []any{schema.LevelError.String(), schema.LevelWarning.String()}
	kind, _ := made.Definitions["RecordInfo"].Properties.Get("kind")
	kind.Enum = []any{schema.KindIntegration, schema.KindRepository}
	info := made.Definitions["RunInfo"]
	counts, _ := info.Properties.Get("counts")
	counts.PropertyNames = named(reflect.TypeFor[schema.Status]())
	for _, s := range schema.Statuses() {
		counts.Required = append(counts.Required, string(s))
	}
	for _, d := range made.Definitions {
		for p := d.Properties.Oldest(); p != nil; p = p.Next() {
			if p.Value.Type == "integer" {
				p.Value.Minimum = "0" // all that a report counts, numbers or measures
			}
		}
	}
	return made
}

// named lists the values of the types that have names for all of theirs.
func named(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[Cells]():
		return &jsonschema.Schema{Type: "object", AdditionalProperties: &jsonschema.Schema{Type: "string"}}
	case reflect.TypeFor[schema.Status]():
		return oneOf(schema.Statuses())
	case reflect.TypeFor[schema.Op]():
		return oneOf(append(schema.Ops(), schema.OpValid))
	case reflect.TypeFor[schema.Delimiter]():
		return &jsonschema.Schema{Type: "string", Enum: []any{";", "\t", "|"}, Description: "a comma where it is absent"}
	case reflect.TypeFor[schema.Encoding]():
		return &jsonschema.Schema{Type: "string", Description: "as https://encoding.spec.whatwg.org names it, such as utf-16le or windows-1252; UTF-8 where it is absent"}
	case reflect.TypeFor[schema.Code]():
		return &jsonschema.Schema{Type: "string", Description: "gijbulk validate --explain tells what it means"}
	}
	return nil
}

func oneOf[T ~string](all []T) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, one := range all {
		s.Enum = append(s.Enum, one)
	}
	return s
}

// TestReportSchema holds the kept JSON Schemas against the types that report.json is
// written from, of a run and of a fleet.
func TestReportSchema(t *testing.T) {
	for name, made := range map[string]*jsonschema.Schema{
		"../schema/report.schema.json": madeReportSchema(t),
		"../schema/fleet.schema.json":  madeFleetSchema(t),
	} {
		schematest.Kept(t, name, made, *update)
	}
}

// madeFleetSchema reflects [Fleet] as madeReportSchema does [Report].
func madeFleetSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	r := jsonschema.Reflector{Anonymous: true, ExpandedStruct: true, AllowAdditionalProperties: true, Mapper: named}
	if err := r.AddGoComments("gijbulk/reports", "."); err != nil {
		t.Fatal(err)
	}
	made := r.Reflect(&Fleet{})
	made.ID = "urn:gijbulk:schema:fleet:1"
	made.Title, made.Description = "gijbulk report of a fleet", "report.json: the result of every target of a command that ran on several"
	version, _ := made.Properties.Get("version")
	version.Const = Version
	counts, _ := made.Definitions["TargetInfo"].Properties.Get("counts")
	counts.PropertyNames = named(reflect.TypeFor[schema.Status]())
	return made
}

// validate holds a report against the kept schema.
func validate(t *testing.T, report []byte) error {
	t.Helper()
	return validateWith(t, schema.ReportSchema(), report)
}

func validateWith(t *testing.T, kept string, report []byte) error {
	t.Helper()
	return schematest.Validate(t, schematest.Compile(t, kept), report)
}

func TestReportsFitTheirSchema(t *testing.T) {
	var empty, full bytes.Buffer
	if err := JSON(&empty, schema.Run{}, nil); err != nil {
		t.Fatal(err)
	}
	if err := JSON(&full, sampleRun(), sampleResults()); err != nil {
		t.Fatal(err)
	}
	for name, report := range map[string][]byte{"empty": empty.Bytes(), "full": full.Bytes()} {
		if err := validate(t, report); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, c := range []struct{ what, old, by string }{
		{"a status that there is not", `"status":"created"`, `"status":"done"`},
		{"an action that there is not", `"action":"create"`, `"action":"make"`},
		{"a version to come", `"version": 1`, `"version": 2`},
		{"a number for a text", `"error":""`, `"error":0`},
		{"a status without its count", `"deleted": 0`, `"removed": 0`},
		{"a date that is none", `"started": "2026`, `"started": "x2026`},
	} {
		if !strings.Contains(full.String(), c.old) {
			t.Fatalf("the report has no %s", c.old)
		}
		if validate(t, []byte(strings.Replace(full.String(), c.old, c.by, 1))) == nil {
			t.Errorf("the schema takes %s", c.what)
		}
	}
}
