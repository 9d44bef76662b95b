package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"gijbulk/cmd/gijbulk/terminal/terminaltest"
)

// TestDocs compares the reference and the man pages in docs/ with the commands. make docs
// writes them; the guides are written by hand.
func TestDocs(t *testing.T) {
	want := map[string]string{"reference.md": reference(t)}
	for name, page := range manPages(t) {
		want[filepath.Join("man", name)] = page
	}
	if *terminaltest.Update {
		writeDocs(t, want)
	}
	got := make(map[string]string)
	for _, pattern := range []string{"*", "man/*"} {
		names, err := filepath.Glob(filepath.Join("docs", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if data, err := os.ReadFile(name); err == nil {
				got[strings.TrimPrefix(name, "docs"+string(filepath.Separator))] = strings.ReplaceAll(string(data), "\r\n", "\n")
			}
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("docs/ does not say what the commands do; make docs writes it anew:\n%s", d)
	}
}

func writeDocs(t *testing.T, pages map[string]string) {
	t.Helper()
	if err := os.RemoveAll(filepath.Join("docs", "man")); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join("docs", "man"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, page := range pages {
		if err := os.WriteFile(filepath.Join("docs", name), []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// documented is the tree of commands, with texts for a page instead of a terminal.
func documented() *cobra.Command {
	root := (&app{}).root()
	for _, c := range commands(root) {
		c.DisableAutoGenTag = true // it has a date
		c.Long = forPage(c.Long)
	}
	return root
}

// forPage makes blocks of the lines that a help text indents, and of the list of exit
// codes a part of its own.
func forPage(text string) string {
	text = strings.ReplaceAll(text, "Exit codes:\n", "")
	var lines []string
	inside := false
	for _, line := range strings.Split(text, "\n") {
		indented := strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "\t")
		switch {
		case indented && !inside:
			lines = append(lines, "", "```")
		case !indented && inside:
			lines = append(lines, "```", "")
		}
		if inside = indented; indented {
			line = strings.TrimPrefix(strings.TrimPrefix(line, "\t"), "  ")
		}
		lines = append(lines, line)
	}
	if inside {
		lines = append(lines, "```")
	}
	return strings.ReplaceAll(strings.Join(lines, "\n"), "\n\n\n", "\n\n")
}

// reference is one page of all commands. The exit codes are told once.
func reference(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("# The commands of gijbulk\n\nWritten by `make docs` from the commands' own help.\n\n")
	root := documented()
	link := func(file string) string { return "#" + strings.ReplaceAll(strings.TrimSuffix(file, ".md"), "_", "-") }
	for _, c := range shown(root) {
		if err := doc.GenMarkdownCustom(c, &b, link); err != nil {
			t.Fatal(err)
		}
	}
	return strings.ReplaceAll(b.String(), ")\t - ", "): ")
}

// manPages are the pages by their files' names.
func manPages(t *testing.T) map[string]string {
	t.Helper()
	pages := make(map[string]string)
	var never time.Time
	for _, c := range shown(documented()) {
		var b bytes.Buffer
		if err := doc.GenMan(c, &doc.GenManHeader{Section: "1", Source: "gijbulk", Manual: "gijbulk", Date: &never}, &b); err != nil {
			t.Fatal(err)
		}
		page := strings.Replace(b.String(), `"`+never.Format("Jan 2006")+`"`, `""`, 1)
		pages[strings.ReplaceAll(c.CommandPath(), " ", "-")+".1"] = page
	}
	return pages
}

// shown are the commands that help texts list.
func shown(root *cobra.Command) []*cobra.Command {
	root.InitDefaultHelpCmd()
	return slices.DeleteFunc(commands(root), func(c *cobra.Command) bool {
		return c != root && !c.IsAvailableCommand() && !c.IsAdditionalHelpTopicCommand()
	})
}
