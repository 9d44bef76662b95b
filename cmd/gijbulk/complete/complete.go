// Package complete gives the commands of gijbulk completions for shells: [Register] adds
// them to all flags and arguments whose values can be suggested. What only other packages
// know, such as the runs in the state, it takes from [Sources].
package complete

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/schema"
)

// Sources are the values that other packages know. A value may be followed by a tab and a
// description.
type Sources struct {
	Runs    func(*cobra.Command) []Run    // those in the state of this command line, newest first
	Targets func(*cobra.Command) []string // those in the configuration of this command line

	ManifestFormats []string
	ExportFormats   []string
	ReportFormats   []string
	Schemas         []string
	Shards          []string // words for --shard; that it takes I/N goes without saying
	Faults          []string // names of the sandbox's faults and settings

	Tools       []string // whose listings can be converted
	Discovered  []string // the types that discover lists
	ConvertAs   []string // what repositories in a listing can become
	ConvertAlso []string // repositories that convert leaves out unless they are included
}

// Run is a run in the state.
type Run struct {
	ID, Target  string
	Description string
	Finished    bool // there is nothing to resume
	Changed     bool // it changed something on the server, or may have
}

// Register adds completions to root and the commands below it.
//
// What is suggested depends on names: that of an argument in Use; that of a flag, or else
// the placeholder in its usage. A new command gets completions if it names its flags and
// arguments as the others do.
func Register(root *cobra.Command, sources Sources) {
	register(root, completions(sources))
}

// completions are those of each name. The name of a command before it limits them to that
// command.
func completions(s Sources) map[string]cobra.CompletionFunc {
	return map[string]cobra.CompletionFunc{
		"FILE": files, "FROM": files, "TO": files, "DIR": directories, "FOLDER": directories,
		"N|P%": nothing, "REGEX": nothing, "DIGEST": nothing, "URL": nothing, "PATH": nothing, "HOST:PORT": nothing, "HOST=URL": nothing, "COLUMN=VALUE": nothing,
		"NAME": nothing, "REFERENCE": nothing, "ID": nothing,
		"RUN":        runs(s, func(Run) bool { return true }),
		"resume RUN": runs(s, func(r Run) bool { return !r.Finished }),
		"undo RUN":   runs(s, func(r Run) bool { return r.Changed }),

		"list --output": oneOf("text", "json", "csv"),

		"--output":     oneOf("text", "json"),
		"--log-level":  oneOf("trace", "debug", "info", "warn", "error"),
		"--log-format": oneOf("console", "json"),
		"--format":     oneOf(s.ManifestFormats...),
		"--encoding":   oneOf("cp1252", "iso-8859-15", "macintosh", "shift_jis"),
		"--type":       someOf(append(types(), string(schema.KindRepository)+"\tplain repositories, which have no type")),
		"--set":        assignments(fields()),
		"--default":    assignments(fields()),
		"--set-name":   nothing,
		"--explain":    oneOf(codes()...),
		"--report":     untilEquals(s.ReportFormats, noSpace),
		"--sandbox":    settings(s.Faults),
		"--faults":     settings(s.Faults),
		"--jira":       targets(s),
		"--target": func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			return someOf(s.Targets(cmd))(cmd, args, typed)
		},
		"--shard": oneOf(s.Shards...),
		"--keep":  oneOf("7d", "30d", "90d", "365d"),

		"--probe":          oneOf("require\trefuse where a git host gives no answer"),
		"--expiry-warning": oneOf("7d", "14d", "30d", "90d"),

		"schema manifest|report|fleet|plan|config": oneOf(s.Schemas...),

		"export --format": oneOf(s.ExportFormats...),

		"init --pipeline": oneOf("github", "gitlab", "none"),

		"discover TYPE":      oneOf(s.Discovered...),
		"discover --as":      oneOf(s.ConvertAs...),
		"discover --include": someOf(s.ConvertAlso),

		"convert --from":      oneOf(s.Tools...),
		"convert --as":        oneOf(s.ConvertAs...),
		"convert --include":   someOf(s.ConvertAlso),
		"convert --map":       names(append(fields(), "org\tthe organization of a repository")),
		"convert --host-type": hostTypes,
	}
}

func register(cmd *cobra.Command, all map[string]cobra.CompletionFunc) {
	registerFlag := func(f *pflag.Flag) {
		if complete := flagCompletion(cmd, f, all); complete != nil {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, complete)
		}
	}
	cmd.Flags().VisitAll(registerFlag)
	cmd.PersistentFlags().VisitAll(registerFlag)
	if complete := argumentCompletion(cmd, all); complete != nil {
		cmd.ValidArgsFunction = complete
	}
	for _, c := range cmd.Commands() {
		register(c, all)
	}
}

// flagCompletion is nil for a flag without a value, or one that is not known.
func flagCompletion(cmd *cobra.Command, f *pflag.Flag, all map[string]cobra.CompletionFunc) cobra.CompletionFunc {
	placeholder, _ := pflag.UnquoteUsage(f)
	if complete := firstOf(all, cmd.Name()+" --"+f.Name, "--"+f.Name, placeholder); complete != nil {
		return complete
	}
	switch f.Value.Type() {
	case "int", "intSlice", "float64", "duration":
		return nothing
	}
	return nil
}

// argumentCompletion is nil for a command with an argument that is not known.
func argumentCompletion(cmd *cobra.Command, all map[string]cobra.CompletionFunc) cobra.CompletionFunc {
	var each []cobra.CompletionFunc
	repeated := false // the last one
	for _, word := range strings.Fields(cmd.Use)[1:] {
		var name string
		name, repeated = strings.CutSuffix(strings.Trim(word, "[]"), "…")
		complete := firstOf(all, cmd.Name()+" "+name, name)
		if complete == nil {
			return nil
		}
		each = append(each, complete)
	}
	return func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		i := len(args)
		if repeated {
			i = min(i, len(each)-1)
		}
		if i >= len(each) {
			return nothing(c, args, typed)
		}
		return each[i](c, args, typed)
	}
}

func firstOf(all map[string]cobra.CompletionFunc, names ...string) cobra.CompletionFunc {
	for _, name := range names {
		if complete := all[name]; complete != nil {
			return complete
		}
	}
	return nil
}

func runs(s Sources, fits func(Run) bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var found []cobra.Completion
		for _, r := range s.Runs(cmd) {
			if fits(r) {
				found = append(found, cobra.CompletionWithDesc(r.ID, r.Description))
			}
		}
		return found, inOrder
	}
}

func targets(s Sources) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var found []cobra.Completion
		for _, r := range s.Runs(cmd) {
			if r.Target != schema.SandboxURL && !slices.Contains(found, r.Target) {
				found = append(found, r.Target)
			}
		}
		return found, noFiles
	}
}

// PlainUsages removes the marks of the placeholders from the usages of flags, because
// shells show them as they are. Help needs the marks.
func PlainUsages(root *cobra.Command) {
	plain := func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) }
	root.Flags().VisitAll(plain)
	root.PersistentFlags().VisitAll(plain)
	for _, c := range root.Commands() {
		PlainUsages(c)
	}
}
