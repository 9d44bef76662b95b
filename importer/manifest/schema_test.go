package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"gijbulk/schema"
	"gijbulk/schema/schematest"
)

// published compiles the JSON Schema that editors use.
func published(t *testing.T) *jsonschema.Schema {
	t.Helper()
	return schematest.Compile(t, schema.ManifestSchema())
}

// editorTakes is the schema's verdict on a text, read as editors read it.
func editorTakes(t interface{ Fatal(...any) }, s *jsonschema.Schema, f Format, text string) error {
	data, err := []byte(text), error(nil)
	if f == YAML {
		var value any
		if err = yaml.Unmarshal(data, &value); err == nil {
			data, err = json.Marshal(value)
		}
	}
	value, bad := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err = errors.Join(err, bad); err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

// errorsOf is what validate finds wrong with a text, warnings aside.
func errorsOf(f Format, text string) []schema.Finding {
	var checker schema.Checker
	var all []schema.Finding
	for e, err := range Read(strings.NewReader(text), "m", f, schema.UTF8) {
		if err != nil {
			all = append(all, err.(*Problem).Finding)
			continue
		}
		all = append(all, checker.Check(e).Findings...)
	}
	return slices.DeleteFunc(all, func(f schema.Finding) bool { return f.Level != schema.LevelError })
}

// TestSchemaTakesEverySpelling has what YAML says in more than one way.
func TestSchemaTakesEverySpelling(t *testing.T) {
	s := published(t)
	for _, text := range []string{
		"integrations: [{type: VSTS, pat: env:X, displayName: 1.10, disabled: on, global: No, tagsFilter: true, username: ~}]",
		"- {type: VSTS, pat: 12345, target: 2024-01-02, previously: [1, x, true], projects: [], wave: null}",
		"$schema: ../x.json\ntype: AWS\nawsRegion: eu-west-1\nusername: a\npassword: cmd:x\n",
		"version: \"1\"\ndefaults:\nrepositories:\n- {origin: 'git@host:p', type: ~, username: git}\nintegrations: ~\n",
		"_common: &c {type: GITHUB, pat: env:X}\nintegrations: [{<<: *c}, {<<: *c, displayName: b}]\n_note: 1\n",
		"integrations: [{type: VSTS, pat: env:X, displayName: A, nested: [{match: 'a/**/b-*', projects: [A], disabled: on}, {match: c, kind: nested, _note: 1}]}]",
		"- {type: VSTS, pat: env:X, displayName: A, nested: ~}\n- {kind: nested, integration: A, match: '*', viewFormat: x}\n",
		"_n: &n {nested: [{match: x, global: true}]}\nintegrations: [{<<: *n, type: VSTS, pat: env:X}]\n",
		"defaults: {type: TFS_SERVER, origin: https://tfs.example.org}\nintegrations: [{username: all, pat: env:X}]\n",
		"defaults: {type: FILESPACE, origin: /srv/git, folderDepth: 2, mainBranch: main}\nintegrations: [{}]\nrepositories: [{origin: /srv/a.git}]\n",
	} {
		if findings := errorsOf(YAML, text); len(findings) > 0 {
			t.Errorf("%s\n%v", text, findings)
		}
		if err := editorTakes(t, s, YAML, text); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
	}
}

// tellable are the findings that the schema tells as well, wherever they come from the
// record itself, each with an example. Of the others it tells some:
// TestWhatASchemaCannotTell has those that it does not.
var tellable = map[schema.Code]string{
	schema.CodeFileEmpty:          `{}`,
	schema.CodeUnknownVersion:     `{"version": 2, "integrations": [{"type": "VSTS", "pat": "env:X"}]}`,
	schema.CodeNotARecord:         `{"integrations": {"type": "VSTS", "pat": "env:X"}}`,
	schema.CodeUnknownField:       `{"type": "VSTS", "pat": "env:X", "dispalyName": "x"}`,
	schema.CodeNotList:            `{"type": "VSTS", "pat": "env:X", "projects": "ACME"}`,
	schema.CodeOutOfRange:         `{"type": "FILESPACE", "origin": "/srv/git", "folderDepth": 6}`,
	schema.CodeControlChar:        `{"type": "VSTS", "pat": "env:X", "displayName": "a\nb"}`,
	schema.CodeUnknownKind:        `{"kind": "project", "type": "VSTS", "pat": "env:X"}`,
	schema.CodeKindMisplaced:      `{"integrations": [{"kind": "repository", "origin": "/srv/a.git"}]}`,
	schema.CodeFieldOfOtherKind:   `{"kind": "repository", "origin": "/srv/a.git", "apiPath": ""}`,
	schema.CodeReadOnlyField:      `{"type": "VSTS", "pat": "env:X", "nested": [{"match": "a/*", "mainBranch": "x", "global": true}]}`,
	schema.CodeMatchRequired:      `{"type": "VSTS", "pat": "env:X", "nested": [{"global": true}]}`,
	schema.CodeBadMatch:           `{"type": "VSTS", "pat": "env:X", "nested": [{"match": "a/x.git", "global": true}]}`,
	schema.CodeUnknownIntegration: `{"kind": "nested", "match": "a/*", "global": true}`,
	schema.CodeTypeRequired:       `{"displayName": "x"}`,
	schema.CodeUnknownType:        `{"type": "GITHUP", "pat": "env:X"}`,
	schema.CodeOriginRequired:     `{"repositories": [{"displayName": "x"}]}`,
	schema.CodeOriginLogin:        `{"type": "GITLAB_SERVER", "origin": "https://a:b@host", "pat": "env:X"}`,
	schema.CodeLoginRequired:      `{"type": "GITHUB", "username": "a"}`,
	schema.CodeLoginRefused:       `{"type": "FILESPACE", "origin": "/srv/git", "folderDepth": 1, "pat": "env:X"}`,
	schema.CodePatAndPassword:     `{"type": "GITHUB", "username": "a", "password": "env:X", "pat": "env:X"}`,
	schema.CodeBadReference:       `{"type": "VSTS", "pat": "env:A-B"}`,
	schema.CodeFieldRefused:       `{"type": "VSTS", "pat": "env:X", "awsRegion": "eu-west-1"}`,
	schema.CodeDepthRequired:      `{"type": "FILESPACE", "origin": "/srv/git"}`,
	schema.CodeRegionRequired:     `{"type": "AWS", "username": "a", "password": "env:X"}`,
	schema.CodeUnknownRegion:      `{"type": "AWS", "username": "a", "password": "env:X", "awsRegion": "ap-outh-1"}`,
	schema.CodeBadAPIPath:         `{"type": "VSTS", "pat": "env:X", "apiPath": "orgs/acme"}`,
	schema.CodeGlobalProjects:     `{"type": "VSTS", "pat": "env:X", "global": true, "projects": ["ACME"]}`,
	schema.CodeBadProjectKey:      `{"type": "VSTS", "pat": "env:X", "projects": ["acme"]}`,
}

// TestWhatASchemaTells: each of these has one fault, which both find.
func TestWhatASchemaTells(t *testing.T) {
	s := published(t)
	for code, text := range tellable {
		findings := errorsOf(JSON, text)
		if len(findings) != 1 || findings[0].Code != code {
			t.Errorf("%s: %s: %v", code, text, findings)
		}
		if editorTakes(t, s, JSON, text) == nil {
			t.Errorf("%s: the schema takes %s", code, text)
		}
	}
}

// TestWhatASchemaCannotTell lists it: each of these has a fault that gijbulk finds and the
// schema does not. One that it learns to tell leaves the list.
func TestWhatASchemaCannotTell(t *testing.T) {
	s := published(t)
	for _, c := range []struct {
		why  string
		code schema.Code
		text string
	}{
		{"the text, not the values", schema.CodeDuplicateField, `{"type": "VSTS", "type": "VSTS", "pat": "env:X"}`},
		{"one record against another", schema.CodeFileEmpty, `{"integrations": []}`},
		{"JSON's types are looser than YAML's words", schema.CodeNotText, `{"type": "VSTS", "pat": "env:X", "displayName": 5}`},
		{"JSON's types are looser than YAML's words", schema.CodeNotBoolean, `{"type": "VSTS", "pat": "env:X", "disabled": "yes"}`},
		{"a number's spelling", schema.CodeNotInteger, `{"type": "VSTS", "pat": "env:X", "wave": 1.0}`},
		{"the rest of a URL", schema.CodeBadOrigin, `{"type": "GITLAB_SERVER", "pat": "env:X", "origin": "https://h/?q=1"}`},
		{"the address of a repository", schema.CodeBadOrigin, `{"kind": "repository", "origin": "tools"}`},
		{"JMESPath", schema.CodeBadFilter, `{"type": "VSTS", "pat": "env:X", "apiFilter": "[?"}`},
		{"JMESPath", schema.CodeFilterPipe, `{"type": "VSTS", "pat": "env:X", "apiFilter": "a \\| b"}`},
		{"JMESPath", schema.CodeFilterFunction, `{"type": "VSTS", "pat": "env:X", "apiFilter": "matches(a)"}`},
		{"Java's regular expressions", schema.CodeBadPattern, `{"type": "VSTS", "pat": "env:X", "tagsFilter": "(v"}`},
		{"other tools' references", schema.CodeForeignReference, `{"type": "VSTS", "pat": "$TOKEN"}`},
		{"refspecs", schema.CodeBadRefspec, `{"type": "VSTS", "pat": "env:X", "refSpecCustom": "refs/x"}`},
		{"bytes", schema.CodeCellTooLarge, `{"type": "VSTS", "pat": "env:X", "displayName": "` + strings.Repeat("x", 1<<20+1) + `"}`},
		{"half a character", schema.CodeBadEncoding, `{"type": "VSTS", "pat": "env:X", "displayName": "\ud83d"}`},
		{"what the defaults add", schema.CodePatAndPassword, `{"defaults": {"pat": "env:X"}, "integrations": [{"type": "GITHUB", "password": "env:Y"}]}`},
		{"what the defaults add", schema.CodeOriginRequired, `{"defaults": {"type": "GERRIT"}, "integrations": [{"username": "a", "password": "env:Y"}]}`},
		{"what the defaults add", schema.CodeKindMisplaced, `{"defaults": {"kind": "repository"}, "integrations": [{"type": "VSTS", "pat": "env:X"}]}`},
	} {
		found := slices.ContainsFunc(errorsOf(JSON, c.text), func(f schema.Finding) bool { return f.Code == c.code })
		if !found {
			t.Errorf("%s: %.100s: %s is not found", c.why, c.text, c.code)
		}
		if err := editorTakes(t, s, JSON, c.text); err != nil {
			t.Errorf("%s: %.100s: the schema tells: %v", c.why, c.text, err)
		}
	}
}

// TestSamplesFitTheSchema: the samples name the schema to editors, by a path that leads
// there, and fit it.
func TestSamplesFitTheSchema(t *testing.T) {
	s := published(t)
	const folder = "../../samples/"
	files, err := filepath.Glob(folder + "*.y*ml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range files {
		if filepath.Base(name) == "gijbulk.yaml" { // no manifest: it names the Jiras
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := editorTakes(t, s, YAML, string(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		first, _, _ := bytes.Cut(text, []byte("\n"))
		at, ok := bytes.CutPrefix(first, []byte("# yaml-language-server: $schema="))
		target, err := os.ReadFile(folder + string(at))
		if !ok || err != nil || string(target) != schema.ManifestSchema() {
			t.Errorf("%s does not lead to the schema: %s %v", name, first, err)
		}
	}
}
