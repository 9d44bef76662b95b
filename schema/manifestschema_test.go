package schema

import (
	"flag"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"

	"gijbulk/schema/schematest"
)

var update = flag.Bool("update", false, "write manifest.schema.json anew")

// TestManifestSchema holds the kept JSON Schema against the tables of fields, types and
// rules, which it is made from.
func TestManifestSchema(t *testing.T) {
	schematest.Kept(t, "manifest.schema.json", madeManifestSchema(), *update)
}

// document is short for the many of which a schema is made.
type document = jsonschema.Schema

// madeManifestSchema takes the three forms of a manifest. The keys of the long form stand
// at the root so that an editor offers them in an empty file.
func madeManifestSchema() *document {
	root := object(
		property{"$schema", &document{Description: "where this JSON Schema is, for editors"}},
		property{"version", &document{Enum: []any{1, "1", nil}, Default: 1, Description: "the version of the manifest's form"}},
		property{"set", described(text(), "the set that the records belong to; a sync of another set leaves them alone")},
		property{"defaults", described(reference("defaults"), "what every record gets that does not say otherwise")},
		property{"integrations", described(listOf("integration"), "git hosts whose repositories the app finds itself")},
		property{"repositories", described(listOf("repository"), "plain repositories, one by one")},
	)
	root.Version, root.ID = jsonschema.Version, "urn:gijbulk:schema:manifest:1"
	root.Title = "gijbulk manifest"
	root.Description = "Git integrations and repositories for Git Integration for Jira (self-managed): " +
		"the long form with integrations and repositories, a list of records, or one record (a line of JSON Lines)"
	root.Extras = types("object", "array")
	root.If = &document{Type: "array"}
	root.Then = &document{Items: item("record")}
	root.Else = &document{If: hasAny("version", "defaults", "integrations", "repositories"), Then: longForm(), Else: reference("record")}
	root.Definitions = definitions()
	return root
}

// longForm is what the keys at the root do not say: that there are no others, and what
// the defaults leave to the records.
func longForm() *document {
	closed := object()
	for _, key := range []string{"$schema", "version", "set", "defaults", "integrations", "repositories"} {
		closed.Properties.Set(key, jsonschema.TrueSchema)
	}
	closed.Type = ""
	seal(closed)
	for _, n := range needs() {
		var names []string
		for _, f := range n.fields {
			names = append(names, f.String())
		}
		given := hasAny(names...)
		given.Type = "object"
		closed.AllOf = append(closed.AllOf, &document{
			If:   properties(property{"defaults", &document{Not: given}}),
			Then: properties(property{n.kind.Plural(), &document{Items: reference(n.name)}}),
		})
	}
	return closed
}

func definitions() jsonschema.Definitions {
	defs := jsonschema.Definitions{
		"text":        text(),
		"secret":      secret(),
		"switch":      flagValue(),
		"given":       {Not: &document{Enum: blanks}},
		"defaults":    defaults(),
		"record":      record(),
		"integration": described(ofKind(KindIntegration), "a git host whose repositories the app finds itself"),
		"repository":  described(ofKind(KindRepository), "one plain repository"),
		"nested":      described(ofKind(KindNested), "settings of the nested repositories that it matches; the first rule that matches applies"),
	}
	defs["integration"].AllOf = integrationRules()
	defs["integration"].Properties.Set("nested", described(listOf("nested"), "rules for the repositories inside the integration"))
	defs["nested"].AllOf = nestedRules()
	defs["repository"].AllOf = repositoryRules()
	for _, n := range needs() {
		defs[n.name] = n.rule
	}
	return defs
}

// record is one that no list says the kind of.
func record() *document {
	whole := func(k Kind) *document {
		all := &document{AllOf: []*document{reference(string(k))}}
		for _, n := range needs() {
			if n.kind == k {
				all.AllOf = append(all.AllOf, reference(n.name))
			}
		}
		return all
	}
	is := func(k Kind) *document {
		one := properties(property{FieldKind.String(), &document{Const: k}})
		one.Required = []string{FieldKind.String()}
		return one
	}
	rule := &document{AllOf: []*document{reference(string(KindNested)), given(FieldIntegration)}}
	r := properties(property{FieldKind.String(), kindValue(Kinds()...)})
	r.Type = "object"
	r.If, r.Then = is(KindRepository), whole(KindRepository)
	r.Else = &document{If: is(KindNested), Then: rule, Else: whole(KindIntegration)}
	return r
}

// ofKind holds the fields that records of a kind have.
func ofKind(k Kind) *document {
	all := object()
	var foreign []string
	for _, f := range Fields() {
		switch {
		case f == FieldKind:
			all.Properties.Set(f.String(), kindValue(k))
		case k.Takes(f):
			all.Properties.Set(f.String(), valueOf(f))
		default:
			foreign = append(foreign, f.String())
		}
	}
	seal(all)
	// As patterns, editors do not offer them.
	all.PatternProperties[`^\$schema$`] = jsonschema.TrueSchema
	code := CodeFieldOfOtherKind
	if k == KindNested {
		code = CodeReadOnlyField
	}
	all.PatternProperties["^("+strings.Join(foreign, "|")+")$"] = &document{Enum: []any{nil}, Extras: errorMessage(code.Explanation().Title)}
	return all
}

// defaults holds the fields of both kinds.
func defaults() *document {
	all := object()
	for _, f := range Fields() {
		if f == FieldKind {
			all.Properties.Set(f.String(), kindValue(KindIntegration, KindRepository))
			continue
		}
		all.Properties.Set(f.String(), valueOf(f))
	}
	all.Extras = types("object", "null")
	all.Type = ""
	return seal(all)
}

// listOf is a list of one of the definitions, or nothing.
func listOf(definition string) *document {
	return &document{Items: item(definition), Extras: types("array", "null")}
}

// item is a record in a list, which is not where the name of a schema belongs.
func item(definition string) *document {
	i := properties(property{"$schema", jsonschema.FalseSchema})
	i.Ref = reference(definition).Ref
	return i
}
