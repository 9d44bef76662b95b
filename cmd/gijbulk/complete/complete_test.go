package complete

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// tree has commands that name their flags and arguments as those of gijbulk do.
func tree() *cobra.Command {
	nothing := func(*cobra.Command, []string) {}
	root := &cobra.Command{Use: "gijbulk"}
	resume := &cobra.Command{Use: "resume RUN [FILE…]", Run: nothing}
	resume.Flags().StringArray("set", nil, "FIELD=VALUE")
	resume.Flags().String("own", "", "a `DIR` of its own")
	resume.Flags().String("odd", "", "an `ODDITY`")
	export := &cobra.Command{Use: "export", Run: nothing}
	export.Flags().String("format", "", "format")
	convert := &cobra.Command{Use: "convert [FILE…]", Run: nothing}
	convert.Flags().String("format", "", "format")
	convert.Flags().StringSlice("include", nil, "kinds")
	root.AddCommand(resume, export, convert, &cobra.Command{Use: "undo RUN", Run: nothing}, &cobra.Command{Use: "odd ODDITY", Run: nothing})
	return root
}

func sources() Sources {
	return Sources{
		Runs: func(*cobra.Command) []Run {
			return []Run{{ID: "r2", Description: "the second"}, {ID: "r1", Finished: true, Changed: true}}
		},
		ManifestFormats: []string{"csv", "yaml"},
		ExportFormats:   []string{"csv", "vendor"},
		ConvertAlso:     []string{"fork\tforks", "archived"},
	}
}

func TestRegister(t *testing.T) {
	for line, want := range map[string]string{
		"resume ":                   "r2\tthe second :36",
		"resume r2 ":                ":0",
		"resume r2 a.csv ":          ":0",
		"undo ":                     "r1 :36",
		"undo r1 ":                  ":4",
		"export ":                   ":4",
		"resume --own ":             ":16",
		"export --format ":          "csv vendor :36",
		"convert --format ":         "csv yaml :36",
		"convert --include ":        "fork\tforks archived :36",
		"convert --include fork,":   "fork,archived :36",
		"resume --set global=":      "global=true global=false :4",
		"resume --set nonsense=":    ":4",
		"resume --set displayName=": ":4",
	} {
		root := tree()
		Register(root, sources())
		var out bytes.Buffer
		root.SetOut(&out)
		root.SetErr(&bytes.Buffer{})
		root.SetArgs(append([]string{cobra.ShellCompRequestCmd}, strings.Split(line, " ")...))
		if err := root.Execute(); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Split(strings.TrimSpace(out.String()), "\n"), " "); got != want {
			t.Errorf("%s: %q, want %q", line, got, want)
		}
	}
}

// TestUnknownNames: shells suggest files for what has a name that is not known here.
func TestUnknownNames(t *testing.T) {
	root := tree()
	Register(root, sources())
	odd, _, _ := root.Find([]string{"odd"})
	resume, _, _ := root.Find([]string{"resume"})
	if _, known := resume.GetFlagCompletionFunc("odd"); known || odd.ValidArgsFunction != nil {
		t.Error("an unknown flag or argument has a completion")
	}
}

// TestNamesAreUsed: each name is that of a flag or argument in the command reference.
func TestNamesAreUsed(t *testing.T) {
	reference, err := os.ReadFile("../docs/reference.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := strings.Split(string(reference), "\n## ")
	for key := range completions(sources()) {
		command, name, limited := strings.Cut(key, " ")
		if !limited {
			command, name = "", key
		}
		if !slices.ContainsFunc(commands, func(c string) bool {
			return strings.HasPrefix(c, strings.TrimSpace("gijbulk "+command)) && strings.Contains(c, name)
		}) {
			t.Errorf("no command has %q", key)
		}
	}
}

// TestScripts: the scripts of three shells differ from those that this version of cobra makes, and
// only where they are corrected.
func TestScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		script := func(add func(*cobra.Command)) string {
			root := tree()
			add(root)
			var out bytes.Buffer
			root.SetOut(&out)
			root.SetArgs([]string{"completion", shell})
			if err := root.Execute(); err != nil {
				t.Fatal(err)
			}
			return out.String()
		}
		plain := script(func(*cobra.Command) {})
		got := script(func(root *cobra.Command) { AddCommand(root) })
		if got != defects.Replace(plain) || (got == plain) != (shell == "powershell") {
			t.Errorf("%s: the script is not corrected", shell)
		}
	}
}
