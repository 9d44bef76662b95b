package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gijbulk/schema"
)

func read(t *testing.T, text string) (Config, error) {
	t.Helper()
	return Read(strings.NewReader(text), filepath.FromSlash("/etc/gijbulk/gijbulk.yaml"))
}

func TestRead(t *testing.T) {
	c, err := read(t, `version: 1
state: runs.db
targets:
  test: &test
    url: https://jira-test.example.org/jira
    token: file:token.txt
    caFile: corporate.pem
    rate: 20
    manifests: [common/*.yaml, /srv/eu.yaml]
    override: { projects: [EU, WEB], global: false, pat: file:pat.txt, displayName: "" }
  prod:
    <<: *test
    url: https://jira.example.org
    manifests: all.csv
`)
	if err != nil {
		t.Fatal(err)
	}
	if names := c.Names(); !slices.Equal(names, []string{"test", "prod"}) {
		t.Errorf("the targets are %q", names)
	}
	test, _ := c.Target("test")
	slash := filepath.ToSlash
	for _, tt := range []struct{ got, want string }{
		{slash(c.State.Value) + " at " + slash(c.State.Place.String()), "/etc/gijbulk/runs.db at /etc/gijbulk/gijbulk.yaml:2:8"},
		{slash(test.Place.String()), "/etc/gijbulk/gijbulk.yaml:4:3"},
		{test.URL.Value, "https://jira-test.example.org/jira"},
		{slash(test.Token.Value), "file:/etc/gijbulk/token.txt"},
		{slash(test.CAFile.Value), "/etc/gijbulk/corporate.pem"},
		{test.Rate.Value, "20"},
		{slash(test.Manifests[0].Value + " " + test.Manifests[1].Value), "/etc/gijbulk/common/*.yaml /srv/eu.yaml"},
		{slash(test.Override[2].Value.Written.Text), "file:/etc/gijbulk/pat.txt"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
	if cell := test.Override[0].Value; cell.Field != schema.FieldProjects || len(cell.Written.Items) != 2 || cell.Line != 0 {
		t.Errorf("the projects are %+v", cell)
	}
	prod, _ := c.Target("prod")
	if prod.URL.Value != "https://jira.example.org" || len(prod.Manifests) != 1 || prod.Rate.Value != "20" {
		t.Errorf("what is merged in: %+v", prod)
	}
	if _, found := c.Target("tes"); found {
		t.Error("a target has another name than its own")
	}
}

func TestStatesThatAreNoPaths(t *testing.T) {
	for _, state := range []string{"none", "postgres://gijbulk@db.example.org/gijbulk"} {
		if c, err := read(t, "state: "+state); err != nil || c.State.Value != state {
			t.Errorf("state %q became %q, %v", state, c.State.Value, err)
		}
	}
	for _, blank := range []string{"", "# nothing\n", "targets:\nstate:\n"} {
		if c, err := read(t, blank); err != nil || c.State.Given() || len(c.Targets) > 0 {
			t.Errorf("%q became %+v, %v", blank, c, err)
		}
	}
}

// TestErrors: each is found with its position and what to do, and no secret is quoted.
func TestErrors(t *testing.T) {
	const target = "targets:\n  test:\n    url: https://jira.example.org\n    token: env:T\n"
	for name, tt := range map[string]struct{ text, want, advice string }{
		"no YAML":              {"targets: [", ":1: this is not YAML", ""},
		"not a mapping":        {"- a", ":1:1: this is a list where a mapping belongs", "write it as key"},
		"unknown key":          {"target:\n", ":1:1: target: there is no such key", "did you mean targets?"},
		"unrelated key":        {"zzzzzzzz:\n", ":1:1: zzzzzzzz: there is no such key", "the keys are state, targets, version"},
		"another version":      {"version: 2", `:1:10: version: unsupported version "2"`, "version: 1"},
		"a second document":    {"version: 1\n---\nversion: 1", ":3:1: a configuration is one document", "remove"},
		"twice":                {"state: a\nstate: b", ":2:1: state: the field is here and on line 1", "keep one"},
		"a list as state":      {"state: [a]", ":1:8: state: this is a list where a text belongs", "write one text"},
		"password in state":    {"state: postgres://u:s3cret-value@h/d", ":1:8: state: the URL holds a password", "PGPASSFILE"},
		"reserved name":        {"targets:\n  all:\n", ":2:3: targets.all: this cannot be the name of a target", "all is reserved"},
		"a name with a comma":  {"targets:\n  a,b:\n", ":2:3: targets.a,b: this cannot be", "letters, digits"},
		"target is no mapping": {"targets:\n  test: https://x\n", ":2:9: targets.test: this is a single value", "write it as"},
		"unknown in a target":  {"targets:\n  test:\n    tokn: env:T\n", ":3:5: targets.test.tokn: there is no such key", "did you mean token?"},
		"no url":               {"targets:\n  test:\n    token: env:T\n", ":2:3: targets.test: the target has no url", "add url"},
		"no credentials":       {"targets:\n  test:\n    url: https://h\n", ":2:3: targets.test: the target has no credentials", "add token"},
		"user alone":           {"targets:\n  test:\n    url: https://h\n    user: u\n", ":2:3: targets.test: the target has no credentials", "add token"},
		"both credentials":     {target + "    user: u\n", ":2:3: targets.test: the target has a token, and a user", "keep one"},
		"not a URL":            {"targets:\n  test:\n    url: jira.example.org\n", ":3:10: targets.test.url: this is not the URL of a Jira", "https://HOST"},
		"password in url":      {"targets:\n  test:\n    url: https://u:s3cret-value@h\n", ":3:10: targets.test.url: the URL holds credentials", "token"},
		"literal token":        {"targets:\n  test:\n    token: s3cret-value\n", ":3:12: targets.test.token: a secret is written out", "env:NAME"},
		"foreign token":        {"targets:\n  test:\n    token: $S3CRET-value\n", ":3:12: targets.test.token: a secret is written out", "env:NAME"},
		"malformed reference":  {"targets:\n  test:\n    token: env:S-T\n", ":3:12: targets.test.token: env: needs the name of a variable", "env:NAME"},
		"a tag":                {"targets:\n  test:\n    token: !s3cret-value\n", ":3:12: targets.test.token: a tag that is not known", "quotes"},
		"rate":                 {target + "    rate: fast\n", `:5:11: targets.test.rate: "fast" is not a number`, "write a number"},
		"negative rate":        {target + "    rate: -1\n", `:5:11: targets.test.rate: "-1" is not a number`, "write a number"},
		"unknown field":        {target + "    override: {displayname: x}\n", ":5:16: targets.test.override.displayname: there is no such field", "did you mean displayName?"},
		"literal pat":          {target + "    override: {pat: s3cret-value}\n", ":5:21: targets.test.override.pat: a secret is written out", "env:NAME"},
		"pats":                 {target + "    override: {pat: [s3cret-value]}\n", ":5:21: targets.test.override.pat: this is a list", "one text"},
		"manifests":            {target + "    manifests: [{a: b}]\n", ":5:17: targets.test.manifests: this is a mapping", "one text"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, tt.text)
			all, ok := err.(Errors)
			if !ok || len(all) != 1 {
				t.Fatalf("the errors are %v", err)
			}
			text := strings.TrimPrefix(all[0].Error(), filepath.FromSlash("/etc/gijbulk/gijbulk.yaml"))
			if !strings.HasPrefix(text, tt.want) || !strings.Contains(all[0].Advice, tt.advice) {
				t.Errorf("the error is %q, with the advice %q", text, all[0].Advice)
			}
			if strings.Contains(text+all[0].Advice, "s3cret-value") {
				t.Error("it shows a secret")
			}
		})
	}
}

func TestAllErrorsAtOnce(t *testing.T) {
	_, err := read(t, "stat: x\ntargets:\n  a: {url: x, token: y}\n")
	if all, ok := err.(Errors); !ok || len(all) != 3 || !strings.Contains(err.Error(), "\n") {
		t.Errorf("the errors are %v", err)
	}
}

func TestTooLarge(t *testing.T) {
	if _, err := read(t, "#"+strings.Repeat("x", largest)); err == nil || !strings.Contains(err.Error(), "larger than 1 MiB") {
		t.Errorf("the error is %v", err)
	}
}

func FuzzRead(f *testing.F) {
	sample, err := os.ReadFile("../../../samples/gijbulk.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(sample))
	f.Add("targets:\n  a: &x {url: https://h, token: env:T}\n  b:\n    <<: *x\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Read(strings.NewReader(text), "/gijbulk.yaml")
		if err != nil && len(c.Targets) > 0 {
			t.Error("a configuration with errors has targets")
		}
	})
}
