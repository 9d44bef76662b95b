package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"gijbulk/importer/commandline"
	"gijbulk/importer/sandbox"
)

// notRun marks a block of commands that cannot run in a test, with the reason.
var notRun = regexp.MustCompile(`^<!-- not run: \S.* -->$`)

// codeBlock is a fenced block of a document.
type codeBlock struct {
	language string
	line     int // its first line in the document
	text     string
	runs     bool
}

// TestDocuments runs the commands of the README and the guides, and looks for the output that
// they show: "…" stands for anything. A block of commands that cannot run says why; its
// commands and flags exist. Each document is a session of its own, in a folder with the
// samples, and https://jira.example.org is a sandbox.
func TestDocuments(t *testing.T) {
	samples, err := filepath.Abs(filepath.Join("..", "..", "samples"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range documents(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			blocks, err := codeBlocks(readText(t, path))
			if err != nil {
				t.Fatal(err)
			}
			t.Chdir(t.TempDir())
			if err := os.CopyFS("samples", os.DirFS(samples)); err != nil {
				t.Fatal(err)
			}
			d := newGuideSession(t)
			for _, block := range blocks {
				t.Run(fmt.Sprintf("line %d", block.line), func(t *testing.T) { d.try(t, block) })
			}
		})
	}
}

// documents are the README and the guides, from this folder.
func documents(t *testing.T) []string {
	t.Helper()
	guides, err := filepath.Glob(filepath.Join("docs", "guide", "*.md"))
	if err != nil || len(guides) == 0 {
		t.Fatalf("%d guides, error %v", len(guides), err)
	}
	return append(guides, filepath.Join("..", "..", "README.md"))
}

func readText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(data), "\r\n", "\n")
}

// codeBlocks finds the blocks of a document. A command outside of them would not be tested.
func codeBlocks(text string) ([]codeBlock, error) {
	var blocks []codeBlock
	var block *codeBlock
	previous := ""
	for i, line := range strings.Split(text, "\n") {
		fence, isFence := strings.CutPrefix(line, "```")
		switch {
		case isFence && block == nil:
			block = &codeBlock{language: fence, line: i + 2, runs: !notRun.MatchString(previous)}
		case isFence:
			blocks = append(blocks, *block)
			block = nil
		case block != nil:
			block.text += line + "\n"
		case strings.HasPrefix(line, "    gijbulk "), strings.HasPrefix(line, "    $ "):
			return nil, fmt.Errorf("line %d: a command outside of a ``` block", i+1)
		}
		previous = line
	}
	if block != nil {
		return nil, fmt.Errorf("line %d: the block does not end", block.line)
	}
	return blocks, nil
}

// guideSession is what the commands of one document share.
type guideSession struct {
	process process
	out     bytes.Buffer
}

func newGuideSession(t *testing.T) *guideSession {
	t.Helper()
	jira, err := sandbox.New(sandbox.Options{Token: "demo"})
	if err != nil {
		t.Fatal(err)
	}
	environment := map[string]string{
		"JIRA_TOKEN": "demo", "ACME_GITHUB_PAT": "demo", "XDG_STATE_HOME": t.TempDir(), "GIJBULK_RATE": "0",
	}
	d := &guideSession{}
	d.process = process{
		stdin: strings.NewReader(""), stdout: &d.out, stderr: &d.out, now: time.Now, transport: jira.RoundTripper(),
		lookupEnv: func(name string) (string, bool) { v, found := environment[name]; return v, found },
	}
	return d
}

// try runs the commands of a block, or checks what a manifest in it says.
func (d *guideSession) try(t *testing.T, block codeBlock) {
	switch {
	case block.language == "yaml" && strings.HasPrefix(block.text, "version:"):
		if err := os.WriteFile("manifest.yaml", []byte(block.text), 0o600); err != nil {
			t.Fatal(err)
		}
		d.run(t, "gijbulk validate manifest.yaml", "0 errors")
	case block.language == "console" && block.runs:
		for _, step := range strings.Split("\n"+block.text, "\n$ ")[1:] {
			command, shown, _ := strings.Cut(step, "\n")
			d.run(t, command, shown)
		}
	case block.language == "console", block.language == "sh" && !block.runs:
		for _, line := range strings.Split(block.text, "\n") {
			_, command, found := strings.Cut("\n"+strings.TrimPrefix(line, "$ "), "\ngijbulk ")
			if found {
				command, _, _ = strings.Cut(command, " #")
				if err := exists(command); err != nil {
					t.Errorf("gijbulk %s: %v", command, err)
				}
			}
		}
	case block.language == "sh":
		t.Error("commands that are neither run nor marked <!-- not run: REASON -->")
	case block.language != "text":
		t.Errorf("a block of %q; use console for commands, yaml for whole manifests and text for the rest", block.language)
	}
}

func (d *guideSession) run(t *testing.T, command, shown string) {
	t.Helper()
	args, err := commandline.Words(command)
	if err != nil || args[0] != "gijbulk" {
		t.Fatalf("%s: not a gijbulk command (%v); mark its block <!-- not run: REASON -->", command, err)
	}
	d.out.Reset()
	code := run(t.Context(), context.WithoutCancel(t.Context()), args[1:], d.process)
	if code != exitDone && code != exitDrift && !showsFailure(shown) {
		t.Errorf("%s: exit code %d:\n%s", command, code, d.out.String())
	}
	for _, line := range strings.Split(shown, "\n") {
		expectShown(t, command, line, d.out.String())
	}
}

// showsFailure reports whether a document says that its command fails.
func showsFailure(shown string) bool {
	return strings.Contains(shown, "gijbulk: error: ")
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

// exists reports whether gijbulk has a command and its flags, whatever their values are.
func exists(command string) error {
	root := (&app{}).root()
	root.InitDefaultHelpCmd()
	root.InitDefaultVersionFlag()
	words := strings.Fields(command)
	found, _, err := root.Find(words)
	if err != nil {
		return err
	}
	if found == root && len(words) > 0 && !strings.HasPrefix(words[0], "-") {
		return errors.New("no such command")
	}
	for _, word := range words {
		name, isFlag := strings.CutPrefix(word, "--")
		name, _, _ = strings.Cut(name, "=")
		if isFlag && name != "help" && !hasFlag(found, name) {
			return fmt.Errorf("%s has no --%s", found.CommandPath(), name)
		}
	}
	return nil
}

func hasFlag(c *cobra.Command, name string) bool {
	return c.Flags().Lookup(name) != nil || c.InheritedFlags().Lookup(name) != nil
}

// What the text of a document mentions.
var (
	mentionedCommand = regexp.MustCompile("`gijbulk\\s+([a-z][^`]*)`")
	mentionedFlag    = regexp.MustCompile("`--([a-z-]+)")
	mentionedTest    = regexp.MustCompile("`(Test[A-Z][A-Za-z]*)`")
	mentionedTarget  = regexp.MustCompile("(?m)(?:`|^\\$ )make ([a-z]+)")
)

// TestMentions finds commands, flags, tests and make targets in the documents that do not exist.
func TestMentions(t *testing.T) {
	makefile := readText(t, filepath.Join("..", "..", "Makefile"))
	tests := testSources(t)
	all := commands((&app{}).root())
	for _, path := range documents(t) {
		text := readText(t, path)
		for _, found := range mentionedCommand.FindAllStringSubmatch(text, -1) {
			if err := exists(found[1]); err != nil {
				t.Errorf("%s: gijbulk %s: %v", path, found[1], err)
			}
		}
		for _, found := range mentionedFlag.FindAllStringSubmatch(text, -1) {
			if !slices.ContainsFunc(all, func(c *cobra.Command) bool { return hasFlag(c, found[1]) }) {
				t.Errorf("%s: no command has --%s", path, found[1])
			}
		}
		for _, found := range mentionedTest.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(tests, "func "+found[1]+"(") {
				t.Errorf("%s: there is no %s", path, found[1])
			}
		}
		for _, found := range mentionedTarget.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(makefile, "\n"+found[1]+":") {
				t.Errorf("%s: there is no make %s", path, found[1])
			}
		}
	}
}

// testSources are all tests of the module, one after the other.
func testSources(t *testing.T) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "_test.go") {
			all.WriteString(readText(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

var (
	mdLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	mdHeading = regexp.MustCompile(`(?m)^#{1,6} (.+)$`)
	notInSlug = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// TestReadmeIsShort: what does not fit belongs in a guide.
func TestReadmeIsShort(t *testing.T) {
	if lines := strings.Count(readText(t, filepath.Join("..", "..", "README.md")), "\n"); lines > 150 {
		t.Errorf("%d lines, want at most 150", lines)
	}
}

// TestLinks follows the links between the documents, and finds each guide from the README.
func TestLinks(t *testing.T) {
	linked := make(map[string][]string)
	for _, path := range append(documents(t), filepath.Join("docs", "reference.md"), filepath.Join("..", "gijbench", "README.md")) {
		for _, link := range mdLink.FindAllStringSubmatch(readText(t, path), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			target, anchor, _ := strings.Cut(link[1], "#")
			to := path
			if target != "" {
				to = filepath.Join(filepath.Dir(path), filepath.FromSlash(target))
			}
			linked[path] = append(linked[path], to)
			if err := leadsTo(to, anchor); err != nil {
				t.Errorf("%s: link to %s: %v", path, link[1], err)
			}
		}
	}
	all := documents(t)
	readme := all[len(all)-1]
	for _, guide := range all[:len(all)-1] {
		if !slices.ContainsFunc(linked[readme], func(to string) bool { return samePath(to, guide) }) {
			t.Errorf("the README has no link to %s", guide)
		}
	}
}

// samePath compares two paths from this folder.
func samePath(a, b string) bool {
	a, errA := filepath.Abs(a)
	b, errB := filepath.Abs(b)
	return errA == nil && errB == nil && a == b
}

// leadsTo checks that a file is there, and that it has a heading for the anchor.
func leadsTo(path, anchor string) error {
	data, err := os.ReadFile(path)
	if err != nil || anchor == "" {
		return err
	}
	for _, heading := range mdHeading.FindAllStringSubmatch(string(data), -1) {
		slug := notInSlug.ReplaceAllString(strings.ToLower(strings.TrimSpace(heading[1])), "")
		if strings.ReplaceAll(slug, " ", "-") == anchor {
			return nil
		}
	}
	return errors.New("no such heading")
}
