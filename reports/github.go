package reports

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"gijbulk/schema"
)

// writeGitHub writes workflow commands for a runner of GitHub Actions, which reads them from the
// standard output of a step: an annotation at the manifest's line for each problem, the errors
// first, because GitHub shows only the first few of each level; and a group of lines for each state
// of the other records.
func writeGitHub(w io.Writer, d reportData) error {
	c := totalsOf(d)
	out := bufio.NewWriter(w)
	writeGroup(out, githubTitle+d.run.Command, mapTo(runFacts(d.run), func(f fact) string { return f.Name + ": " + f.Text }))
	verdict, _ := c.verdict()
	if d.run.Complete || c.checkedOnly() {
		writeLogLine(out, verdict)
	} else {
		writeCommand(out, "error", [][2]string{{"title", "gijbulk " + d.run.Command}}, verdict)
	}
	for _, p := range problemsOf(d) {
		writeAnnotation(out, p)
	}
	others := make(map[string][]string)
	for i := range d.records {
		r := &d.records[i]
		if _, is := problemOf(c, r); !is && r.Action != schema.OpInvalid {
			others[c.stateOf(r)] = append(others[c.stateOf(r)], joinNonEmpty("  ", nameWithType(r), placeText(r)))
		}
	}
	for _, state := range c.mentioned() {
		if lines := others[state]; len(lines) > 0 {
			writeGroup(out, withSeparators(len(lines))+" "+state, lines)
		}
	}
	return out.Flush()
}

// githubTitle begins the title of the first group, by which the report can be told.
const githubTitle = "gijbulk "

func writeAnnotation(out io.Writer, p problem) {
	properties := [][2]string{{"file", p.place.File}}
	if p.place.Line > 0 {
		properties = append(properties, [2]string{"line", fmt.Sprint(p.place.Line)})
	}
	if p.place.Column > 0 {
		properties = append(properties, [2]string{"col", fmt.Sprint(p.place.Column)})
	}
	properties = append(properties, [2]string{"title", p.check})
	command := "error"
	if p.level == schema.LevelWarning {
		command = "warning"
	}
	writeCommand(out, command, properties, joinNonEmpty("\n", p.message, p.advice))
}

func writeGroup(out io.Writer, title string, lines []string) {
	writeCommand(out, "group", nil, oneLine(title))
	for _, line := range lines {
		writeLogLine(out, line)
	}
	writeCommand(out, "endgroup", nil, "")
}

// writeLogLine writes a line that is no command, whatever is in it: the runner takes :: at the
// beginning of a line for one, and its older form ##[ everywhere.
func writeLogLine(out io.Writer, line string) {
	line = strings.ReplaceAll(oneLine(line), "##[", "## [")
	if strings.HasPrefix(line, "::") {
		line = "." + line
	}
	fmt.Fprintln(out, line)
}

func writeCommand(out io.Writer, command string, properties [][2]string, data string) {
	separator := " "
	fmt.Fprint(out, "::", command)
	for _, p := range properties {
		if name, value := p[0], p[1]; value != "" {
			fmt.Fprint(out, separator, name, "=", propertyEscaper.Replace(value))
			separator = ","
		}
	}
	fmt.Fprint(out, "::", dataEscaper.Replace(data), "\n")
}

// What the runner decodes in the data of a command, and in the values of its properties.
var (
	dataEscaper     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	propertyEscaper = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
