package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/dlclark/regexp2"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// TestStarterPipelines: the pipelines of init are what the published schemas say, and call commands and
// flags that exist.
func TestStarterPipelines(t *testing.T) {
	call := regexp.MustCompile(`\./gijbulk (.*)`)
	for pipeline, schema := range map[string]string{pipelineGitHub: "github-workflow.json", pipelineGitLab: "gitlab-ci.json"} {
		files, err := starter{Target: "jira", URL: "https://jira.example.org", Connection: []starterSetting{{"token", `"env:JIRA_TOKEN"`}}}.files("", pipeline)
		if err != nil {
			t.Fatal(err)
		}
		job := files[len(files)-1]
		if err := publishedSchema(t, schema).Validate(yamlInstance(t, job.content)); err != nil {
			t.Errorf("%s: %v", job.path, err)
		}
		calls := call.FindAllSubmatch(job.content, -1)
		for _, found := range calls {
			if err := exists(string(found[1])); err != nil {
				t.Errorf("%s: %s: %v", job.path, found[0], err)
			}
		}
		if len(calls) != 3 {
			t.Errorf("%s: %d calls, want validate, plan and sync", job.path, len(calls))
		}
	}
}

func publishedSchema(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open(filepath.Join("..", "..", "samples", "jobs", "verify", "testdata", "schemas", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) {
		compiled, err := regexp2.Compile(s, regexp2.ECMAScript) // these look ahead, as Go's do not
		return lookingAhead{compiled}, err
	})
	if err := compiler.AddResource(name, document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// lookingAhead is a regular expression of a schema.
type lookingAhead struct{ *regexp2.Regexp }

func (p lookingAhead) MatchString(s string) bool {
	matched, err := p.Regexp.MatchString(s)
	return err == nil && matched
}

func yamlInstance(t *testing.T, content []byte) any {
	t.Helper()
	var document any
	if err := yaml.Unmarshal(content, &document); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return value
}
