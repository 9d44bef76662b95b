package config

import (
	"strings"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// Error is something wrong with a configuration. It never quotes what may be a secret.
type Error struct {
	Place   schema.Place
	Field   string // such as targets.test.url, or ""
	Message string
	Advice  string
}

func (e Error) Error() string {
	text := e.Place.String() + ": "
	if e.Field != "" {
		text += e.Field + ": "
	}
	return text + e.Message
}

// Errors are all that is wrong with a configuration.
type Errors []Error

func (all Errors) Error() string {
	var texts []string
	for _, e := range all {
		texts = append(texts, e.Error())
	}
	return strings.Join(texts, "\n")
}

func ofDocument(path string, e *document.Error) Error {
	advice := e.Advice
	if advice == "" {
		advice = e.Code.Explanation().Advice
	}
	return Error{Place: schema.Place{File: path, Line: e.Line, Column: e.Column}, Field: e.Field, Message: e.Message, Advice: advice}
}
