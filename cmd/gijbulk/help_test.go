package main

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/pflag"
)

// TestHelpFitsATerminal asks for the help of every command. The texts on the shells are cobra's.
func TestHelpFitsATerminal(t *testing.T) {
	for _, cmd := range shown((&app{}).root()) {
		if cmd.HasParent() && cmd.Parent().Name() == "completion" {
			continue
		}
		var b bytes.Buffer
		cmd.SetOut(&b)
		if err := cmd.Help(); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > helpColumns {
				t.Errorf("%s --help: %d columns: %s", cmd.CommandPath(), width, line)
			}
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if n := strings.Count(b.String(), "--"+f.Name+" "); !f.Hidden && n == 0 {
				t.Errorf("%s --help does not show --%s", cmd.CommandPath(), f.Name)
			}
		})
	}
}
