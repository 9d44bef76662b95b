// Package config reads gijbulk.yaml, which names the Jiras that gijbulk works on.
//
// Start with [Read]: it gives the [Config] of a text, or all of its [Errors], each with its
// position. [Config.Target] finds a target by its name. Secrets are references, and nothing
// here looks one up; paths are relative to the file.
package config

import (
	"slices"

	"gijbulk/schema"
)

// FileName is that of the configuration in its folder.
const FileName = "gijbulk.yaml"

// Config is what a configuration says.
type Config struct {
	Path    string
	State   Setting[string] // what --state takes
	Targets []Target        // as they are written
}

// Setting is a value with its position; the zero Setting is not there.
type Setting[T any] struct {
	Value T
	Place schema.Place
}

// Given reports whether the configuration has the setting.
func (s Setting[T]) Given() bool { return s.Place.File != "" }

// Target is a Jira with what is brought to it.
type Target struct {
	Name  string
	Place schema.Place

	URL                Setting[string]
	Token, Password    Setting[string] // references
	User               Setting[string] // a name, or a reference to one
	CAFile, ClientCert Setting[string]
	Rate               Setting[string]

	Manifests []Setting[string]      // paths, folders and patterns
	Override  []Setting[schema.Cell] // in every record
}

// Target finds a target by its name.
func (c Config) Target(name string) (Target, bool) {
	i := slices.IndexFunc(c.Targets, func(t Target) bool { return t.Name == name })
	if i < 0 {
		return Target{}, false
	}
	return c.Targets[i], true
}

// Names are those of the targets, as they are written.
func (c Config) Names() []string {
	var names []string
	for _, t := range c.Targets {
		names = append(names, t.Name)
	}
	return names
}
