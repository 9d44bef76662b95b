package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/importer/manifest"
	"gijbulk/reports"
	"gijbulk/schema"
)

// commands are all that a user can type, the root first.
func commands(root *cobra.Command) []*cobra.Command {
	all := []*cobra.Command{root}
	for _, c := range root.Commands() {
		all = append(all, commands(c)...)
	}
	return all
}

// TestEveryValueHasACompletion: a new flag or argument has a name that package complete
// knows, or gets one there.
func TestEveryValueHasACompletion(t *testing.T) {
	a := &app{}
	root := a.root()
	a.addSuggestions(root)
	for _, c := range commands(root) {
		if c.ValidArgsFunction == nil {
			t.Errorf("package complete does not know an argument of %q", c.UseLine())
		}
		check := func(f *pflag.Flag) {
			if _, known := c.GetFlagCompletionFunc(f.Name); !known && f.Value.Type() != "bool" {
				t.Errorf("package complete does not know --%s of %s", f.Name, c.CommandPath())
			}
		}
		c.Flags().VisitAll(check)
		c.PersistentFlags().VisitAll(check)
	}
}

// completions are what a shell gets for a command line that ends with the word being typed.
func completions(t *testing.T, env map[string]string, line ...string) (values []string, directive string) {
	t.Helper()
	var out, complaints bytes.Buffer
	code := run(t.Context(), context.WithoutCancel(t.Context()), append([]string{cobra.ShellCompRequestCmd}, line...), process{
		stdin: strings.NewReader(""), stdout: &out, stderr: &complaints, now: time.Now,
		lookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
	if code != exitDone || strings.Contains(complaints.String(), "error") {
		t.Errorf("%q: exit code %d, %s", line, code, complaints.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for _, l := range lines[:len(lines)-1] {
		value, _, _ := strings.Cut(l, "\t")
		values = append(values, value)
	}
	return values, lines[len(lines)-1]
}

// The directives, as shells get them.
const (
	askShell       = ":0"  // which knows the files
	noFiles        = ":4"  // nothing else
	noSpace        = ":6"  // nothing else, and no space after it
	onlyDirs       = ":16" // which the shell knows
	ordered        = ":36" // nothing else, in this order
	orderedNoSpace = ":38" // the same, and no space after it
)

func TestCompletions(t *testing.T) {
	var types []string
	for _, t := range schema.Types() {
		types = append(types, string(t))
	}
	for _, c := range []struct {
		line      string // the last word is being typed
		directive string
		want      []string // all of them
		among     []string // or some
	}{
		{line: "validate --exp", directive: noFiles, want: []string{"--explain-config", "--explain"}},
		{line: "validate --explain ", directive: ordered, among: []string{"list", "origin-required", "unknown-type"}},
		{line: "import ", directive: askShell},
		{line: "import a.csv b.csv ", directive: askShell},
		{line: "import --type ", directive: ordered, want: append(slices.Clone(types), "repository")},
		{line: "import --type AWS,GERRIT,G", directive: ordered, among: []string{"AWS,GERRIT,GITHUB", "AWS,GERRIT,repository"}},
		{line: "import --format ", directive: ordered, want: []string{"csv", "tsv", "yaml", "json", "jsonl"}},
		{line: "import --output=", directive: ordered, want: []string{"text", "json"}},
		{line: "import --log-level ", directive: ordered, want: []string{"trace", "debug", "info", "warn", "error"}},
		{line: "import --set ", directive: orderedNoSpace, among: []string{"type=", "displayName=", "wave="}},
		{line: "import --set type=", directive: noFiles, among: []string{"type=GITHUB"}},
		{line: "import --set awsRegion=eu", directive: noFiles, among: []string{"awsRegion=eu-west-1"}},
		{line: "import --set kind=", directive: noFiles, want: []string{"kind=integration", "kind=repository"}},
		{line: "sync --default global=", directive: noFiles, want: []string{"global=true", "global=false"}},
		{line: "sync --default pat=", directive: noSpace, want: []string{"pat=env:", "pat=file:", "pat=keyring:", "pat=cmd:"}},
		{line: "sync --default displayName=", directive: noFiles},
		{line: "import --report ", directive: noSpace, want: []string{"html", "junit", "markdown", "json", "csv", "github", "codequality"}},
		{line: "import --report html=", directive: noFiles},
		{line: "help fields ", directive: noFiles, among: []string{"type", "displayName", "wave"}},
		{line: "help sy", directive: noFiles, want: []string{"sync"}},
		{line: "import --report html --rep", directive: noFiles, among: []string{"--report"}},
		{line: "import --report-dir ", directive: onlyDirs},
		{line: "import --ca-file ", directive: askShell},
		{line: "import --match ", directive: noFiles},
		{line: "import --concurrency ", directive: noFiles},
		{line: "import --sandbox=", directive: noSpace, among: []string{"seed=", "drop-after=", "503="}},
		{line: "import --sandbox=seed=7,", directive: noSpace, among: []string{"seed=7,latency="}},
		{line: "import --sandbox=seed=7,latency=", directive: noFiles},
		{line: "convert --from ", directive: ordered, among: []string{"auto", "list", "gh", "bitbucket-server"}},
		{line: "convert --map ", directive: orderedNoSpace, among: []string{"origin=", "org="}},
		{line: "convert --map origin=", directive: noFiles},
		{line: "convert --host-type git.example.org=", directive: noFiles, among: []string{"git.example.org=GERRIT"}},
		{line: "convert --include fork,", directive: ordered, among: []string{"fork,archived", "fork,empty"}},
		{line: "runs prune --keep ", directive: ordered, among: []string{"90d"}},
		{line: "runs ", directive: noFiles, want: []string{"prune", "show"}},
		{line: "check ", directive: noFiles},
		{line: "completion ", directive: noFiles, want: []string{"bash", "fish", "powershell", "zsh"}},
		{line: "nonsense ", directive: noFiles},
	} {
		got, directive := completions(t, map[string]string{"HOME": t.TempDir(), "XDG_STATE_HOME": t.TempDir()}, strings.Split(c.line, " ")...)
		for _, w := range c.among {
			if !slices.Contains(got, w) {
				t.Errorf("%s: %q is missing in %q", c.line, w, got)
			}
		}
		if c.among == nil && !slices.Equal(got, c.want) || directive != c.directive {
			t.Errorf("%s: got %q and %s, want %q and %s", c.line, got, directive, c.want, c.directive)
		}
	}
}

// TestCompletionsAreAccepted: the command accepts what a shell suggests.
func TestCompletionsAreAccepted(t *testing.T) {
	for _, c := range commands((&app{}).root()) {
		for _, flag := range []string{"output", "log-level", "log-format", "format", "type", "explain", "report", "from", "as", "include"} {
			f := c.Flag(flag)
			if f == nil {
				continue
			}
			line := append(strings.Fields(c.CommandPath())[1:], "--"+flag, "")
			values, _ := completions(t, nil, line...)
			if len(values) == 0 {
				t.Errorf("%q has no completions", line)
			}
			for _, v := range values {
				if !accepted(c.Name(), flag, v) {
					t.Errorf("%q is suggested for %q and not accepted", v, line)
				}
			}
		}
	}
}

// accepted asks what reads the flag.
func accepted(command, flag, value string) bool {
	switch flag {
	case "output":
		return value == outputText || value == outputJSON || command == "list" && value == outputCSV
	case "log-level":
		_, err := newLogbook(nil, logOptions{level: value, format: "json"}, false, nil)
		return err == nil
	case "log-format":
		_, err := newLogbook(nil, logOptions{level: "info", format: value}, false, nil)
		return err == nil
	case "format":
		if command == "export" {
			return slices.Contains(exportFormats(), value)
		}
		return slices.Contains(manifest.Formats(), manifest.Format(value))
	case "type":
		_, err := selectionOptions{types: []string{value}}.parse()
		return err == nil
	case "explain":
		return value == "list" || schema.Code(value).Explanation().Code != ""
	case "report":
		return reports.Format(value).Valid()
	case "from":
		_, err := convertOptions{from: value}.options()
		return err == nil || value == "list"
	case "as":
		_, err := convertOptions{from: "auto", made: madeOptions{as: value}}.options()
		return err == nil
	case "include":
		_, err := convertOptions{from: "auto", made: madeOptions{include: []string{value}}}.options()
		return err == nil
	}
	return false
}

// TestRunCompletions: the runs are those in the state that the command line names.
func TestRunCompletions(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	state := filepath.Join(dir, "state.db")
	samples := []byte("type,displayName,pat\nGITHUB,One,env:T\n")
	if err := os.WriteFile("one.csv", samples, 0o600); err != nil {
		t.Fatal(err)
	}
	job := func(args ...string) {
		t.Helper()
		var out bytes.Buffer
		env := map[string]string{"T": "token-of-one", "GIJBULK_STATE": state}
		run(t.Context(), context.WithoutCancel(t.Context()), args, process{stdin: strings.NewReader(""), stdout: &out, stderr: &out, now: time.Now, locks: filepath.Join(dir, "locks"),
			lookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
	}
	job("import", "one.csv", "--sandbox", "--yes")                        // creates one
	job("import", "one.csv", "--sandbox=reads=true,captcha=#1-", "--yes") // is stopped before it has a plan
	job("import", "one.csv", "--sandbox", "--yes", "--match", "nobody's") // changes nothing

	here := map[string]string{"GIJBULK_STATE": state, "GIJBULK_OUTPUT": "nonsense"}
	all, directive := completions(t, here, "report", "diff", "")
	if len(all) != 4 || all[0] != "last" || directive != ordered {
		t.Fatalf("report diff: %q and %s", all, directive)
	}
	if got, _ := completions(t, nil, "report", "diff", "--state", state, ""); !slices.Equal(got, all) {
		t.Errorf("with --state: %q", got)
	}
	if got, _ := completions(t, here, "report", ""); !slices.Equal(got, append([]string{"diff", "merge"}, all...)) {
		t.Errorf("report: %q", got)
	}
	if got, _ := completions(t, here, "report", "diff", all[1], ""); !slices.Equal(got, all) {
		t.Errorf("report diff RUN: %q", got)
	}
	if got, _ := completions(t, here, "undo", ""); !slices.Equal(got, all[3:]) {
		t.Errorf("undo: %q of %q", got, all)
	}
	if got, _ := completions(t, here, "resume", ""); !slices.Equal(got, all[2:3]) {
		t.Errorf("resume: %q of %q", got, all)
	}
	if got, directive := completions(t, here, "resume", all[2], ""); len(got) != 0 || directive != askShell {
		t.Errorf("resume RUN: %q and %s", got, directive)
	}
	if got, directive := completions(t, here, "undo", all[3], ""); len(got) != 0 || directive != noFiles {
		t.Errorf("undo RUN: %q and %s", got, directive)
	}
	if got, _ := completions(t, here, "check", "--jira", ""); len(got) != 0 {
		t.Errorf("the sandbox is suggested as a Jira: %q", got)
	}
}

// TestRunCompletionsWithoutAState: a state that cannot be read is no error, and is not made.
func TestRunCompletionsWithoutAState(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "text"), []byte("this is a text, and a long enough one"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, state := range []string{"none", filepath.Join(dir, "missing"), filepath.Join(dir, "no", "folder"), filepath.Join(dir, "text"), dir} {
		for _, line := range [][]string{{"report", "diff", ""}, {"undo", ""}, {"import", "--jira", ""}} {
			got, directive := completions(t, map[string]string{"GIJBULK_STATE": state}, line...)
			if len(got) != 0 || directive != noFiles && directive != ordered {
				t.Errorf("%q with %s: %q and %s", line, state, got, directive)
			}
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, error %v", entries, err)
	}
	if got, _ := completions(t, map[string]string{"XDG_STATE_HOME": dir}, "report", "diff", ""); len(got) != 0 {
		t.Errorf("%q", got)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%v, error %v", entries, err)
	}
}
