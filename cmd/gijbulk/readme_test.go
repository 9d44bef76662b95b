package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestReadme runs the commands of the README's console sessions and looks for the
// output that it shows. "…" stands for anything.
func TestReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	if err := os.CopyFS("samples", os.DirFS(samples)); err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, block := range strings.Split(string(readme), "```console\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		for _, step := range strings.Split("\n"+block, "\n$ ")[1:] {
			command, shown, _ := strings.Cut(step, "\n")
			args, ours := strings.CutPrefix(command, "gijbulk ")
			if !ours {
				continue // make targets are run by CI
			}
			var out bytes.Buffer
			run(t.Context(), context.WithoutCancel(t.Context()), strings.Fields(args), process{
				stdin: strings.NewReader(""), stdout: &out, stderr: &out, now: time.Now, lookupEnv: os.LookupEnv})
			for _, line := range strings.Split(shown, "\n") {
				expectShown(t, command, line, out.String())
			}
			ran++
		}
	}
	if ran < 3 {
		t.Errorf("only %d commands were found in the README", ran)
	}
}

// expectShown looks for a line in what a command printed.
func expectShown(t *testing.T, command, line, printed string) {
	t.Helper()
	rest := printed
	for _, part := range strings.Split(strings.TrimSpace(line), "…") {
		i := strings.Index(rest, part)
		if i < 0 {
			t.Errorf("%s does not print %q, but:\n%s", command, line, printed)
			return
		}
		rest = rest[i+len(part):]
	}
}
