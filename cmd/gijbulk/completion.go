package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/importer/convert"
	"gijbulk/importer/journal"
	"gijbulk/schema"
)

// offers says what the shell offers where a value is typed: for arguments by their names
// in Use, for flags by theirs, or else by the placeholder in their usage. A command's own
// flag or argument goes before one of the same name elsewhere. A new command gets all of
// that by naming its flags and arguments as the others do.
func (a *app) offers() map[string]cobra.CompletionFunc {
	return map[string]cobra.CompletionFunc{
		"FILE": files, "DIR": folders,
		"N|P%": nothing, "REGEX": nothing, "DIGEST": nothing, "URL": nothing, "PATH": nothing, "HOST:PORT": nothing, "COLUMN=VALUE": nothing,
		"RUN":        a.runIDs(func(journal.Entry) bool { return true }),
		"resume RUN": a.runIDs(func(e journal.Entry) bool { return e.State != journal.StateFinished }),
		"undo RUN":   a.runIDs(touched),

		"--output":     words("text", "json"),
		"--log-level":  words("trace", "debug", "info", "warn", "error"),
		"--log-format": words("console", "json"),
		"--format":     words(manifestFormats()...),
		"--type":       list(typesAndRepository()),
		"--set":        assignments(fieldNames()),
		"--default":    assignments(fieldNames()),
		"--explain":    words(explainedCodes()...),
		"--report":     reportFormats,
		"--sandbox":    faults,
		"--faults":     faults,
		"--jira":       a.targets,
		"--shard":      words(autoShard + "\tthe surroundings say which"),
		"--keep":       words("7d", "30d", "90d", "365d"),

		"schema manifest|report": schemaNames,

		"export --format": words(exportFormats()...),

		"convert --from":      words(explainedTools()...),
		"convert --as":        words(string(convert.AsIntegrations), string(convert.AsRepositories)),
		"convert --include":   list(flagNames()),
		"convert --map":       names(append(fieldNames(), "org\tthe organisation of a repository")),
		"convert --host-type": hostTypes,
	}
}

// complete gives a command, and those below it, what it offers.
func complete(cmd *cobra.Command, offers map[string]cobra.CompletionFunc) {
	register := func(f *pflag.Flag) {
		if offer := offerFor(cmd, f, offers); offer != nil {
			_ = cmd.RegisterFlagCompletionFunc(f.Name, offer)
		}
	}
	cmd.Flags().VisitAll(register)
	cmd.PersistentFlags().VisitAll(register)
	cmd.ValidArgsFunction = offerArguments(cmd, offers)
	for _, c := range cmd.Commands() {
		complete(c, offers)
	}
}

// offerFor is what a flag's value may be; nil where it takes none, or nobody knows.
func offerFor(cmd *cobra.Command, f *pflag.Flag, offers map[string]cobra.CompletionFunc) cobra.CompletionFunc {
	if offer := firstOffer(offers, flagKeys(cmd, f)); offer != nil {
		return offer
	}
	switch f.Value.Type() {
	case "int", "intSlice", "float64", "duration":
		return nothing
	}
	return nil
}

// offerArguments follows the arguments that Use names. The last one may be repeated.
func offerArguments(cmd *cobra.Command, offers map[string]cobra.CompletionFunc) cobra.CompletionFunc {
	named := argumentsOf(cmd)
	if len(named) == 0 {
		return nothing
	}
	return func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		i := len(args)
		if i >= len(named) {
			if i = len(named) - 1; !strings.HasSuffix(named[i], "…") {
				return nothing(c, args, typed)
			}
		}
		if offer := firstOffer(offers, argumentKeys(cmd, named[i])); offer != nil {
			return offer(c, args, typed)
		}
		return nothing(c, args, typed)
	}
}

// firstOffer is the offer with the first of the keys that has one.
func firstOffer(offers map[string]cobra.CompletionFunc, keys []string) cobra.CompletionFunc {
	for _, key := range keys {
		if offer := offers[key]; offer != nil {
			return offer
		}
	}
	return nil
}

// flagKeys and argumentKeys are what offers may call a flag, and an argument.
func flagKeys(cmd *cobra.Command, f *pflag.Flag) []string {
	placeholder, _ := pflag.UnquoteUsage(f)
	return []string{cmd.Name() + " --" + f.Name, "--" + f.Name, placeholder}
}

func argumentKeys(cmd *cobra.Command, argument string) []string {
	name := strings.TrimSuffix(argument, "…")
	return []string{cmd.Name() + " " + name, name}
}

// argumentsOf are the names of a command's arguments, with … after one that may be
// repeated.
func argumentsOf(cmd *cobra.Command) []string {
	var named []string
	for _, word := range strings.Fields(cmd.Use)[1:] {
		named = append(named, strings.Trim(word, "[]"))
	}
	return named
}

// plainUsages takes the marks of the placeholders out of the usages, which shells show as
// they are.
func plainUsages(cmd *cobra.Command) {
	plain := func(f *pflag.Flag) { _, f.Usage = pflag.UnquoteUsage(f) }
	cmd.Flags().VisitAll(plain)
	cmd.PersistentFlags().VisitAll(plain)
	for _, c := range cmd.Commands() {
		plainUsages(c)
	}
}

// runIDs offers the runs that the state file keeps and that fit, the newest first. It
// says nothing where there is none, or where it cannot be read: this is no place for an
// error.
func (a *app) runIDs(fits func(journal.Entry) bool) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
		var found []cobra.Completion
		for i, e := range a.glance(cmd) {
			if !fits(e) {
				continue
			}
			about := strings.TrimSuffix(e.Command+" on "+e.Target+": "+terminal.Counts(e.Counts), ": ")
			if i == 0 {
				found = append(found, cobra.CompletionWithDesc(journal.Last, "the newest, "+e.ID))
			}
			found = append(found, cobra.CompletionWithDesc(e.ID, about))
		}
		return found, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// touched reports whether a run has, or may have, changed something.
func touched(e journal.Entry) bool {
	return slices.ContainsFunc([]schema.Status{schema.StatusCreated, schema.StatusUpdated, schema.StatusDeleted, schema.StatusUnknown},
		func(s schema.Status) bool { return e.Counts[s] > 0 })
}

// targets offers the Jiras that runs were on.
func (a *app) targets(cmd *cobra.Command, _ []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var found []cobra.Completion
	for _, e := range a.glance(cmd) {
		if e.Target != schema.SandboxURL && !slices.Contains(found, e.Target) {
			found = append(found, e.Target)
		}
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

// glance lists the runs of the state file that the command line means, within the time
// that somebody waits for a shell.
func (a *app) glance(cmd *cobra.Command) []journal.Entry {
	o := stateOptions{path: a.env(variable("state"))}
	if f := cmd.Flags().Lookup("state"); f != nil && f.Changed {
		o.path = f.Value.String()
	}
	path, err := a.statePath(o)
	if err != nil || path == noState {
		return nil
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), time.Second)
	defer cancel()
	entries, err := journal.Glance(ctx, path)
	if err != nil {
		return nil
	}
	return entries
}
