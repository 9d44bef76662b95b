package schema

import (
	"testing"

	"github.com/invopop/jsonschema"

	"gijbulk/schema/schematest"
)

// TestConfigSchema holds the kept JSON Schema of the configuration against the tables of fields.
func TestConfigSchema(t *testing.T) {
	schematest.Kept(t, "config.schema.json", madeConfigSchema(), *update)
}

func madeConfigSchema() *document {
	root := closed(object(
		property{"$schema", &document{Description: "where this JSON Schema is, for editors"}},
		property{"version", &document{Enum: []any{1, "1", nil}, Default: 1, Description: "the version of the configuration's form"}},
		property{"state", described(reference("path"), "what --state takes: a file, relative to the configuration, or postgres://…, or none")},
		property{"targets", &document{Extras: types("object", "null"), Description: "the Jiras, by name",
			PropertyNames: &document{Pattern: `^[A-Za-z0-9_][A-Za-z0-9._-]*$`, Not: &document{Const: "all"}}, AdditionalProperties: reference("target")}},
	))
	root.Version, root.ID = jsonschema.Version, "urn:gijbulk:schema:config:1"
	root.Title = "gijbulk configuration"
	root.Description = "gijbulk.yaml: the Jiras that gijbulk --target works on; paths are relative to the file, and secrets are references"
	root.Definitions = jsonschema.Definitions{
		"text":      text(),
		"switch":    flagValue(),
		"secret":    secret(),
		"path":      &document{Type: "string", MinLength: size(1)},
		"reference": secretReference(),
		"target":    configTarget(),
	}
	return root
}

// configTarget is a Jira, with a token, or a user and a password.
func configTarget() *document {
	target := closed(object(
		property{"url", &document{Type: "string", Pattern: `^https?://[^/?#@]+(/[^?#]*)?$`, Description: "the base URL of Jira, with its context path"}},
		property{"token", described(reference("reference"), "a Jira personal access token")},
		property{"user", described(reference("path"), "a Jira user: a name, or a reference to one")},
		property{"password", described(reference("reference"), "the user's password")},
		property{"caFile", described(reference("path"), "certificate authorities to trust in addition to the system's (PEM)")},
		property{"clientCert", described(reference("path"), "a client certificate and its key (PEM)")},
		property{"rate", &document{Extras: types("number", "string"), Minimum: "0", Pattern: `^[0-9.]+$`, Description: "requests per second, as --rate"}},
		property{"manifests", &document{Extras: types("array", "string"), Items: reference("path"), Description: "files and patterns, where a command is given none"}},
		property{"override", override()},
	))
	target.Required = []string{"url"}
	none := func(name string) property { return property{name, jsonschema.FalseSchema} }
	token, login := properties(none("user"), none("password")), properties(none("token"))
	token.Required, login.Required = []string{"token"}, []string{"user", "password"}
	target.OneOf = []*document{token, login}
	return target
}

// override holds the fields of both kinds, as --set takes them: secrets are references.
func override() *document {
	all := object()
	for _, f := range Fields() {
		switch value := valueOf(f); {
		case f == FieldKind:
			all.Properties.Set(f.String(), kindValue(KindIntegration, KindRepository))
		case f.Hidden():
			all.Properties.Set(f.String(), &document{AnyOf: []*document{reference("reference"), {Enum: blanks}}, Description: value.Description, Examples: value.Examples})
		default:
			all.Properties.Set(f.String(), value)
		}
	}
	all.Extras = types("object", "null")
	all.Type = ""
	return described(closed(all), "fields in every record, in place of its own, as --set")
}

// secretReference is a reference of the right form.
func secretReference() *document {
	return &document{Type: "string", Pattern: secret().Then.Pattern, Extras: errorMessage(CodeBadReference.Explanation().Advice)}
}

// closed refuses all other keys.
func closed(o *document) *document {
	o.AdditionalProperties = jsonschema.FalseSchema
	return o
}
