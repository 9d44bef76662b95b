package manifest

import (
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gijbulk/schema"
)

// anyValue draws what may be written for a field: mostly of its shape, and then mostly
// right.
func anyValue(f schema.Field) *rapid.Generator[any] {
	odd := []any{nil, "", "x", 7, 0, -1, true, []any{}, []any{"x"}, map[string]any{"a": 1}, "a\x01b", int64(1) << 40}
	return rapid.Custom(func(t *rapid.T) any {
		if rapid.IntRange(0, 9).Draw(t, "odd") == 0 {
			return rapid.SampledFrom(odd).Draw(t, "value")
		}
		return rapid.SampledFrom(usual(f)).Draw(t, "value")
	})
}

func usual(f schema.Field) []any {
	switch f {
	case schema.FieldType:
		values := []any{"GITHUP", "github"}
		for _, t := range schema.Types() {
			values = append(values, string(t), string(t))
		}
		return values
	case schema.FieldKind:
		return []any{"integration", "repository", "project", nil}
	case schema.FieldOrigin:
		return []any{"https://git.example.org", "http://git.example.org/x", "HTTPS://h", "git.example.org", "/srv/git/*", `D:\git\*`, `\\h\s\*`,
			"relative/path", "git@h:p/q.git", "https://user:pass@h/x", "https://h/team/tools.git"}
	case schema.FieldAwsRegion:
		return []any{"eu-central-1", "ap-south-1", "ap-outh-1"}
	case schema.FieldUsername:
		return []any{"svc-jira", "all", "env:USER", "env:MY-USER", ""}
	case schema.FieldPassword, schema.FieldPat:
		return []any{"env:TOKEN", "file:/run/x", "keyring:a/b/c", "cmd:pass show x", "env:", "env:A-B", "file: ", "keyring:a", "cmd:", "s3cret", ""}
	case schema.FieldAPIPath:
		return []any{"/orgs/acme/repos", "orgs/acme", "/a b", "/" + strings.Repeat("é", 1999), "/" + strings.Repeat("é", 2000)}
	case schema.FieldFolderDepth:
		return []any{1, 5, 6, 0}
	case schema.FieldProjects:
		return []any{[]any{"ACME"}, []any{"ACME", "W_1"}, []any{"acme"}, []any{""}, []any{}}
	}
	switch f.Shape() {
	case schema.ShapeBool:
		return []any{true, false}
	case schema.ShapeInt:
		return []any{1, 1440}
	case schema.ShapeIDs:
		return []any{[]any{10000}, []any{1, 2}, []any{0}, []any{}}
	case schema.ShapeWords:
		return []any{[]any{"old name"}, []any{}}
	default:
		return []any{"v.*", "text"}
	}
}

// good draws the credentials and the like that a record of a type needs, so that most
// records have few faults.
func good(t *rapid.T, record map[string]any, kind schema.Type) {
	set := func(f schema.Field, v any) {
		if rapid.IntRange(0, 9).Draw(t, "left out") > 0 {
			record[f.String()] = v
		}
	}
	set(schema.FieldType, string(kind))
	set(schema.FieldOrigin, "https://git.example.org")
	switch kind {
	case schema.TypeFilespace:
		set(schema.FieldOrigin, "/srv/git/*")
		set(schema.FieldFolderDepth, 2)
	case schema.TypeAWS, schema.TypeGerrit, schema.TypeGitLabServerLegacy, schema.TypeTFSServer:
		set(schema.FieldUsername, "svc-jira")
		set(schema.FieldPassword, "env:PASSWORD")
	default:
		set(schema.FieldPat, "env:TOKEN")
	}
	if kind == schema.TypeAWS {
		set(schema.FieldAwsRegion, "eu-central-1")
	}
}

// anyRecord draws a record of the type, with a few fields put in or replaced.
func anyRecord(t *rapid.T) map[string]any {
	record := map[string]any{}
	if rapid.IntRange(0, 3).Draw(t, "repository") == 0 {
		record["kind"], record["origin"] = "repository", "https://git.example.org/team/tools.git"
	} else {
		good(t, record, rapid.SampledFrom(schema.Types()).Draw(t, "type"))
	}
	for range rapid.IntRange(0, 3).Draw(t, "further fields") {
		f := rapid.SampledFrom(schema.Fields()).Draw(t, "field")
		record[f.String()] = anyValue(f).Draw(t, f.String())
	}
	if rapid.IntRange(0, 19).Draw(t, "unknown field") == 0 {
		record[rapid.SampledFrom([]string{"dispalyName", "Type", "_note", "$schema"}).Draw(t, "name")] = "x"
	}
	return record
}

// kindOf is what the record is, in a list or outside one.
func kindOf(record map[string]any, listed schema.Kind) schema.Kind {
	if k, ok := record["kind"].(string); ok {
		return schema.Kind(k)
	}
	return listed
}

// anyManifest draws one of the forms, with one record in it. A default is one that the
// record takes: of others the schema alone says what is wrong with them.
func anyManifest(t *rapid.T) (m any, defaults bool) {
	record := anyRecord(t)
	kind := kindOf(record, schema.KindIntegration)
	list, other := "integrations", "repositories"
	if (kind == schema.KindRepository) != (rapid.IntRange(0, 9).Draw(t, "misplaced") == 0) {
		list, other = other, list
	}
	switch rapid.SampledFrom([]string{"record", "list", "long", "defaults"}).Draw(t, "form") {
	case "record":
		return record, false
	case "list":
		return []any{record}, false
	case "long":
		return map[string]any{"version": rapid.SampledFrom([]any{1, 1, 1, "1", nil, 2}).Draw(t, "version"), "$schema": "x", "_owner": "us", list: []any{record}}, false
	}
	kind = kindOf(record, listedKinds[list])
	fill := map[string]any{}
	for _, f := range schema.Fields() {
		if _, own := record[f.String()]; !own && f != schema.FieldKind && kind.Takes(f) && rapid.IntRange(0, 9).Draw(t, "default") == 0 {
			fill[f.String()] = rapid.SampledFrom(usual(f)).Draw(t, f.String())
		}
	}
	return map[string]any{"defaults": fill, list: []any{record}, other: nil}, true
}

// TestSchemaAndCheckAgree: what the rules take, the schema takes, in every form; what it
// can tell, it refuses.
func TestSchemaAndCheckAgree(t *testing.T) {
	s := published(t)
	rapid.Check(t, func(t *rapid.T) {
		m, defaults := anyManifest(t)
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		findings, refused := errorsOf(JSON, string(text)), editorTakes(t, s, JSON, string(text))
		if len(findings) == 0 && refused != nil {
			t.Fatalf("%s\nis good, but the schema says: %v", text, refused)
		}
		for _, f := range findings {
			if refused == nil && !defaults && tellable[f.Code] != "" {
				t.Fatalf("%s\nthe schema takes it, but: %v", text, f)
			}
		}
	})
}
