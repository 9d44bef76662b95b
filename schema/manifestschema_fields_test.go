package schema

import (
	"encoding/json"
	"strings"

	"github.com/invopop/jsonschema"
)

// property is one of an object, with its name.
type property struct {
	name  string
	value *document
}

func properties(list ...property) *document {
	p := &document{Properties: jsonschema.NewProperties()}
	for _, one := range list {
		p.Properties.Set(one.name, one.value)
	}
	return p
}

func object(list ...property) *document {
	o := properties(list...)
	o.Type = "object"
	return o
}

// seal refuses all other keys but those that are the writer's own.
func seal(o *document) *document {
	o.PatternProperties = map[string]*document{"^_": jsonschema.TrueSchema}
	o.AdditionalProperties = jsonschema.FalseSchema
	return o
}

func reference(definition string) *document { return &document{Ref: "#/$defs/" + definition} }

func described(d *document, about string) *document {
	d.Description = about
	return d
}

// types lets a value have one of several; the library's own field holds one.
func types(names ...string) map[string]any { return map[string]any{"type": names} }

// hasAny is an object that has one of these keys.
func hasAny(names ...string) *document {
	if len(names) == 1 {
		return &document{Required: names}
	}
	some := &document{}
	for _, name := range names {
		some.AnyOf = append(some.AnyOf, &document{Required: []string{name}})
	}
	return some
}

// blanks are what says that a text is empty on purpose, or absent.
var blanks = []any{"", nil}

// textTypes are what a text may come as: a plain word of YAML may look like a number or
// a boolean.
var textTypes = []string{"string", "number", "boolean", "null"}

const printable = `^[^\x00-\x1f\x7f]*$`

func text() *document { return &document{Extras: types(textTypes...), Pattern: printable} }

// secret is a literal, or a reference of the right form.
func secret() *document {
	return &document{Extras: types(textTypes...),
		If: &document{Pattern: `^(env|file|keyring|cmd):`},
		Then: &document{
			Pattern: `^(env:[A-Za-z_][A-Za-z0-9_]*|file:[\s\S]*\S[\s\S]*|keyring:[\s\S]+/[^/]+|cmd:[\s\S]*\S[\s\S]*)$`,
			Extras:  errorMessage(CodeBadReference.Explanation().Advice)},
		Else: &document{Pattern: printable}}
}

// flagValue is a boolean; the words are those that YAML of older days takes for one.
func flagValue() *document {
	var words []string
	for _, word := range []string{"true", "false", "yes", "no", "on", "off"} {
		var inAnyCase strings.Builder
		for _, r := range word {
			inAnyCase.WriteString("[" + strings.ToUpper(string(r)) + string(r) + "]")
		}
		words = append(words, inAnyCase.String())
	}
	extras := errorMessage(CodeNotBoolean.Explanation().Advice)
	extras["type"] = []string{"boolean", "string", "null"}
	return &document{Pattern: "^(" + strings.Join(words, "|") + ")$", Extras: extras}
}

// errorMessage is what editors of the VS Code family say instead of their own words.
func errorMessage(text string) map[string]any { return map[string]any{"errorMessage": text} }

// fieldExamples are what an editor offers for a value.
var fieldExamples = map[Field][]any{
	FieldPassword: {"env:NAME", "file:/run/secrets/name", "keyring:SERVICE/USER", "cmd:COMMAND LINE"},
	FieldPat:      {"env:NAME", "file:/run/secrets/name", "keyring:SERVICE/USER", "cmd:COMMAND LINE"},
	FieldAPIPath:  {"/orgs/acme/repos"}, FieldAPIFilter: {"[?archived==`false`]"},
	FieldRefSpecCustom: {"+refs/x/*:refs/x/*"}, FieldProjects: {[]string{"ACME", "WEB"}},
}

// valueOf is what a field may hold, whatever the record is.
func valueOf(f Field) *document {
	v := shapeValue(f)
	switch f {
	case FieldType:
		v = choice(Types(), Type.About)
	case FieldAwsRegion:
		v = choice(Regions(), nil)
		v.Enum = append(v.Enum, blanks...)
	case FieldAPIPath:
		v = &document{Extras: errorMessage(CodeBadAPIPath.Explanation().Advice), Pattern: `^(/[^\x00-\x20\x7f]*)?$`, MaxLength: size(2000)}
		v.Extras["type"] = []string{"string", "null"}
	case FieldAPIFilter:
		v = &document{Extras: errorMessage(CodeBadFilter.Explanation().Advice), Pattern: `^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$`, MaxLength: size(2000)}
		v.Extras["type"] = []string{"string", "null"}
	case FieldProjects:
		v.Items = &document{Type: "string", Pattern: `^[A-Z][A-Z0-9_]*$`, Extras: errorMessage(CodeBadProjectKey.Explanation().Advice)}
	}
	v.Default, v.Examples = serverDefaults[f], fieldExamples[f]
	return described(v, f.About())
}

// shapeValue is what values of a field's shape may be.
func shapeValue(f Field) *document {
	switch f.Shape() {
	case ShapeBool:
		return reference("switch")
	case ShapeSecret:
		return reference("secret")
	case ShapeInt:
		v := &document{Extras: types("integer", "null")}
		for _, r := range ranges {
			if r.field == f {
				v.Minimum, v.Maximum = number(r.low), number(r.high)
			}
		}
		return v
	case ShapeIDs:
		return &document{Extras: types("array", "null"), Items: &document{Type: "integer", Minimum: "1"}}
	case ShapeWords:
		return &document{Extras: types("array", "null"), Items: &document{Extras: types("string", "number", "boolean")}}
	default:
		return reference("text")
	}
}

// kindValue lets a record be of these kinds; the first is meant where nothing is said.
func kindValue(kinds ...Kind) *document {
	v := choice(kinds, func(k Kind) string {
		switch k {
		case KindRepository:
			return "one plain repository"
		case KindNested:
			return "a rule for nested repositories"
		}
		return "a git host whose repositories the app finds itself"
	})
	v.Enum, v.Default = append(v.Enum, nil), kinds[0]
	return described(v, FieldKind.About())
}

// choice is one of a list, each with what editors show beside it.
func choice[T ~string](all []T, about func(T) string) *document {
	v := &document{}
	var texts []string
	for _, one := range all {
		v.Enum = append(v.Enum, one)
		if about != nil {
			texts = append(texts, about(one))
		}
	}
	if texts != nil {
		v.Extras = map[string]any{"enumDescriptions": texts}
	}
	return v
}

func size(n uint64) *uint64 { return &n }

func number(n int64) json.Number {
	b, _ := json.Marshal(n) // a number always encodes
	return json.Number(b)
}
