package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// The lines of the README between which the figures stand.
const (
	speedBegins = "<!-- speed: written by make bench -->\n"
	speedEnds   = "<!-- /speed -->\n"
)

// figure is what was measured of one thing.
type figure struct{ what, measured string }

// benchmarkLine is one of go test, or one that a test logs in the same form: the name, how
// often it ran, and values with their units.
var benchmarkLine = regexp.MustCompile(`Benchmark(\S+?)(?:-\d+)?\s*\t\s*\d+\t(.*)`)

func figures(output string) (found []figure) {
	readable := strings.NewReplacer("/", ": ", "_", " ")
	for _, line := range benchmarkLine.FindAllStringSubmatch(output, -1) {
		var measured []string
		for value := range strings.SplitSeq(line[2], "\t") {
			number, unit, _ := strings.Cut(strings.TrimSpace(value), " ")
			measured = append(measured, number+" "+strings.ReplaceAll(unit, "-", " "))
		}
		found = append(found, figure{readable.Replace(line[1]), strings.Join(measured, ", ")})
	}
	return found
}

// document puts the figures in the place of those in a README.
func document(readme string, found []figure) error {
	text, err := os.ReadFile(readme)
	if err != nil {
		return err
	}
	before, rest, begins := bytes.Cut(text, []byte(speedBegins))
	_, after, ends := bytes.Cut(rest, []byte(speedEnds))
	if !begins || !ends {
		return errors.New(readme + " has no lines between which the figures stand")
	}
	whole := string(before) + speedBegins + table(found) + speedEnds + string(after)
	return os.WriteFile(readme, []byte(whole), 0o644)
}

func table(found []figure) string {
	var t strings.Builder
	t.WriteString("\n| what | measured |\n| --- | --- |\n")
	for _, f := range found {
		fmt.Fprintf(&t, "| %s | %s |\n", f.what, f.measured)
	}
	t.WriteString("\n")
	return t.String()
}
