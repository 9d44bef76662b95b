package config

import (
	"os"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"gijbulk/schema"
	"gijbulk/schema/schematest"
)

// TestConfigurationsFitTheirSchema: the sample can be read, and the schema accepts it; what the reader
// refuses, the schema refuses as well.
func TestConfigurationsFitTheirSchema(t *testing.T) {
	sample, err := os.ReadFile("../../../samples/gijbulk.yaml")
	if err != nil {
		t.Fatal(err)
	}
	const target = "targets:\n  test:\n    url: https://jira.example.org\n"
	accepted := schematest.Compile(t, schema.ConfigSchema())
	for text, valid := range map[string]bool{
		string(sample):                              true,
		"version: 1\ntargets:\n":                    true,
		target + "    token: env:T\n":               true,
		target + "    user: u\n    password: env:P": true,
		target + "    token: env:T\n    rate: 0.5\n    override: {projects: [EU], pat: env:P, global: false}": true,
		"version: 2":                    false,
		"target: {}":                    false,
		"targets: {all: null}":          false,
		"targets: {'a,b': null}":        false,
		target:                          false,
		target + "    token: literal\n": false,
		target + "    token: env:T\n    user: u\n":                  false,
		target + "    user: u\n":                                    false,
		target + "    token: env:T\n    rate: -1\n":                 false,
		target + "    token: env:T\n    override: {pat: literal}\n": false,
		target + "    token: env:T\n    override: {nam: x}\n":       false,
		target + "    token: env:T\n    tokens: x\n":                false,
		"targets: {test: {url: 'https://u:p@h', token: 'env:T'}}":   false,
		"targets: {test: {url: h, token: 'env:T'}}":                 false,
	} {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		_, refused := Read(strings.NewReader(text), "gijbulk.yaml")
		if unfit := accepted.Validate(value); (unfit == nil) != valid || (refused == nil) != valid {
			t.Errorf("%s\nthe schema says %v, the reader %v", text, unfit, refused)
		}
	}
}
