package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/spf13/cobra"

	"gijbulk/reports"
)

// printFleet prints the answers of the targets, a table of them, and where the report is. Of check the table
// is all.
func (a *app) printFleet(cmd *cobra.Command, fleet reports.Fleet, report string) error {
	table := io.Writer(a.screen)
	page := a.page(a.stderrIsTerminal)
	if cmd.Name() == "check" && !a.json() {
		table, page = a.stdout, a.page(a.stdoutIsTerminal)
	} else if err := a.printAnswers(); err != nil {
		return err
	}
	if a.json() {
		if err := printLines(a.stdout, fleet.Targets, func(t reports.TargetInfo) any { return t }); err != nil {
			return err
		}
	}
	if a.logging.quiet && fleet.Fleet.Exit == exitDone {
		return nil
	}
	if err := fleet.Table(table, page); err != nil || report == "" {
		return err
	}
	_, err := fmt.Fprintf(a.screen, "report: %s\n", report)
	return err
}

// printAnswers prints what each target had for standard output, in their order, with its name.
func (a *app) printAnswers() error {
	header := false
	for _, m := range a.members {
		var err error
		switch {
		case m.stdout.Len() == 0:
		case a.json():
			_, err = (&labelledLines{out: a.stdout, key: "target", label: m.target.Name}).Write(m.stdout.Bytes())
		case a.output == outputCSV:
			err = withTargetColumn(a.stdout, m.stdout, m.target.Name, !header)
			header = true
		default:
			_, err = fmt.Fprintf(a.stdout, "%s:\n%s\n", m.target.Name, m.stdout)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// withTargetColumn copies a table with the name of the target in a column before the others.
func withTargetColumn(w io.Writer, table io.Reader, name string, header bool) error {
	in, out := csv.NewReader(table), csv.NewWriter(w)
	first := "target"
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			out.Flush()
			return out.Error()
		}
		if err != nil {
			return err
		}
		if first != "target" || header {
			_ = out.Write(append([]string{first}, row...)) // the error comes with Flush
		}
		first = name
	}
}

// labelledLines puts a name before each line: into the object that it is, or as text. It is safe for
// concurrent use, and writes whole lines.
type labelledLines struct {
	out        io.Writer
	key, label string // key: of the name in an object

	mu   sync.Mutex
	rest []byte // of a line that has no end yet
}

func (l *labelledLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lines, rest := cutLines(append(l.rest, p...))
	l.rest = rest
	var labelled []byte
	for _, line := range lines {
		labelled = append(labelled, l.labelled(line)...)
	}
	if len(lines) == 0 {
		return len(p), nil
	}
	if _, err := l.out.Write(labelled); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (l *labelledLines) labelled(line []byte) []byte {
	if members, object := bytes.CutPrefix(line, []byte("{")); object && json.Valid(line) {
		if string(members) != "}" {
			members = append([]byte(","), members...)
		}
		return fmt.Appendf(nil, "{%q:%q%s\n", l.key, l.label, members)
	}
	return fmt.Appendf(nil, "%s: %s\n", l.label, line)
}
