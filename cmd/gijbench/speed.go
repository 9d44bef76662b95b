package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"
)

// The lines of the README between which the figures stand.
const (
	speedBegins = "<!-- speed: written by make bench -->\n"
	speedEnds   = "<!-- /speed -->\n"
)

// tell prints a figure, "what: how fast", and keeps it for the README.
func (b bench) tell(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	fmt.Println(line)
	*b.told = append(*b.told, line)
}

// document puts the figures in the place of those in a README. It keeps them where only
// a part was measured.
func (b bench) document() error {
	if b.readme == "" || b.only != "" {
		return nil
	}
	text, err := os.ReadFile(b.readme)
	if err != nil {
		return err
	}
	before, rest, begins := bytes.Cut(text, []byte(speedBegins))
	_, after, ends := bytes.Cut(rest, []byte(speedEnds))
	if !begins || !ends {
		return errors.New(b.readme + " has no lines between which the figures stand")
	}
	whole := string(before) + speedBegins + table(*b.told) + speedEnds + string(after)
	return os.WriteFile(b.readme, []byte(whole), 0o644)
}

// table is the figures in Markdown.
func table(told []string) string {
	var t strings.Builder
	t.WriteString("\n| what | measured |\n| --- | --- |\n")
	for _, line := range told {
		what, figures, _ := strings.Cut(line, ": ")
		fmt.Fprintf(&t, "| %s | %s |\n", what, figures)
	}
	t.WriteString("\n")
	return t.String()
}
