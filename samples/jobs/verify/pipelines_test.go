package verify

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dlclark/regexp2"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"
)

// pipelines are the files of each CI, and the schema that its maker publishes.
var pipelines = []struct{ pattern, schema string }{
	{"github/*.yml", "github-workflow.json"},
	{"gitlab/*.yml", "gitlab-ci.json"},
}

// TestPipelines: the pipelines are what the published schemas say.
func TestPipelines(t *testing.T) {
	for _, p := range pipelines {
		schema := compile(t, p.schema)
		for _, file := range files(t, p.pattern) {
			if err := schema.Validate(instance(t, read(t, file))); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
}

// TestPipelinesBroken: the schemas find what is wrong.
func TestPipelinesBroken(t *testing.T) {
	for i, breaks := range [][]struct{ from, to string }{
		{{"shard: [1, 2, 3, 4]", "shard: 4"}, {"runs-on:", "runs-at:"}, {"permissions:\n", "permission:\n"}},
		{{"parallel: 4", "parallel: four"}, {"interruptible: false", "interuptible: false"}, {"when: always\n    paths", "when: sometimes\n    paths"}},
	} {
		schema := compile(t, pipelines[i].schema)
		for _, file := range files(t, strings.Replace(pipelines[i].pattern, "*", "import*", 1)) {
			for _, b := range breaks {
				broken := strings.Replace(string(read(t, file)), b.from, b.to, 1)
				if schema.Validate(instance(t, []byte(broken))) == nil || broken == string(read(t, file)) {
					t.Errorf("%s with %q in the place of %q: nothing is found", file, b.to, b.from)
				}
			}
		}
	}
}

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	file, err := os.Open(filepath.Join("testdata", "schemas", name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	compiler := jsonschema.NewCompiler()
	compiler.UseRegexpEngine(ecmaScript)
	return compileWith(t, compiler, name, file)
}

func compileWith(t *testing.T, compiler *jsonschema.Compiler, name string, text io.Reader) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource(name, document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// instance is a YAML file as a schema sees it. Here the key on is a word, as it is for
// GitHub; for older readers of YAML it is a truth value.
func instance(t *testing.T, content []byte) any {
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

// pattern is a regular expression of a schema: these look ahead, as JavaScript's do and
// Go's do not.
type pattern struct{ *regexp2.Regexp }

func ecmaScript(s string) (jsonschema.Regexp, error) {
	compiled, err := regexp2.Compile(s, regexp2.ECMAScript)
	return pattern{compiled}, err
}

// MatchString takes an expression that gives up for one that does not match.
func (p pattern) MatchString(s string) bool {
	matched, err := p.Regexp.MatchString(s)
	return err == nil && matched
}
