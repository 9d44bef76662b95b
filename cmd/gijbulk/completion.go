package main

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gijbulk/cmd/gijbulk/complete"
	"gijbulk/cmd/gijbulk/config"
	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/importer/convert"
	"gijbulk/importer/convert/tools"
	"gijbulk/importer/journal"
	"gijbulk/importer/sandbox"
	"gijbulk/schema"
)

func (a *app) addCompletion(root *cobra.Command) {
	completion := complete.AddCommand(root)
	completion.Args, completion.RunE = cobra.ArbitraryArgs, a.runGroup
	for _, shell := range completion.Commands() {
		shell.Args = noArguments
	}
}

func (a *app) addSuggestions(root *cobra.Command) {
	complete.Register(root, complete.Sources{
		Runs:            a.completionRuns,
		Targets:         a.completionTargets,
		ManifestFormats: manifestFormats(),
		ExportFormats:   exportFormats(),
		ReportFormats:   formatNames(),
		Schemas:         schemaNames(),
		Shards:          []string{autoShard + "\tfrom the environment"},
		Faults:          sandbox.FaultNames(),
		Tools:           explainedTools(),
		Discovered:      discoverableNames(),
		ConvertAs:       []string{string(convert.AsIntegrations), string(convert.AsRepositories)},
		ConvertAlso:     flagNames(),
	})
}

func (a *app) completionTargets(cmd *cobra.Command) []string {
	c, err := a.readConfig(cmd)
	if err != nil {
		return nil // a shell cannot show it
	}
	var names []string
	if cmd.Flags().Lookup(atOnceFlag) != nil {
		names = append(names, config.All+"\teach target")
	}
	for _, t := range c.Targets {
		names = append(names, cobra.CompletionWithDesc(t.Name, t.URL.Value))
	}
	return names
}

func explainedTools() []string {
	all := []string{convert.Auto + "\tdetect the tool", "list\tlist the tools"}
	for _, t := range tools.All() {
		all = append(all, cobra.CompletionWithDesc(t.Name, t.About))
	}
	return all
}

// completionRuns lists the runs in the state that the command line names. A state that
// cannot be read, or not within a second, has none: a shell cannot show an error.
func (a *app) completionRuns(cmd *cobra.Command) []complete.Run {
	o := stateOptions{path: cmp.Or(a.setting(cmd, "state"), a.env(variable("state")))}
	if c, err := a.readConfig(cmd); o.path == "" && err == nil {
		o.path = c.State.Value
	}
	path, err := a.statePath(o)
	if err != nil || path == noState {
		return nil
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), time.Second)
	defer cancel()
	entries, err := journal.ListRuns(ctx, path)
	if err != nil || len(entries) == 0 {
		return nil
	}
	var runs []complete.Run
	if i := slices.IndexFunc(entries, func(e journal.RunSummary) bool { return e.State != journal.StateRefused }); i >= 0 {
		newest := completionRun(entries[i])
		newest.ID, newest.Description = journal.Last, "the newest, "+newest.ID
		runs = append(runs, newest)
	}
	for _, e := range entries {
		runs = append(runs, completionRun(e))
	}
	return runs
}

func completionRun(e journal.RunSummary) complete.Run {
	changes := []schema.Status{schema.StatusCreated, schema.StatusUpdated, schema.StatusDeleted, schema.StatusUnknown}
	return complete.Run{
		ID: e.ID, Target: e.Target, Finished: e.State == journal.StateFinished || e.State == journal.StateRefused,
		Description: strings.TrimSuffix(e.Command+" on "+e.Target+": "+terminal.Counts(e.Counts), ": "),
		Changed:     slices.ContainsFunc(changes, func(s schema.Status) bool { return e.Counts[s] > 0 }),
	}
}
