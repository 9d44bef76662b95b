package main

import (
	"fmt"
	"slices"
	"strings"
)

// The forms of answers that all commands have.
const (
	outputText = "text"
	outputJSON = "json"
)

// choice is a flag that takes one of a few words.
type choice struct {
	value *string
	words []string
}

// newChoice makes a flag of these words; the first is the default.
func newChoice(value *string, words ...string) *choice {
	*value = words[0]
	return &choice{value, words}
}

// Type is shown in help texts.
func (c *choice) Type() string { return "string" }

// String is the word.
func (c *choice) String() string {
	if c.value == nil { // pflag asks a zero value
		return ""
	}
	return *c.value
}

// Set takes one of the words.
func (c *choice) Set(word string) error {
	if !slices.Contains(c.words, word) {
		return fmt.Errorf("it is none of %s", strings.Join(c.words, ", "))
	}
	*c.value = word
	return nil
}
