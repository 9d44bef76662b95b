package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// helpColumns is the width of help texts: that of a terminal as it is opened.
const helpColumns = 80

// flagGroup is a heading of help texts with the flags below it, in their order.
type flagGroup struct {
	title string
	flags []string
}

// flagGroups are the headings in the order in which they are shown. What no group names stands last.
func flagGroups() []flagGroup {
	return []flagGroup{
		{"Manifest", []string{"format", "encoding", "set", "default", "set-name", "skip-invalid", "no-plain-secrets", "allow-dropped-types", "resolve", "lenient", "credential", "username", "origin", "example"}},
		{"Selection", []string{"match", "type", "wave", "limit", "shard"}},
		{"Safety", []string{"yes", "dry-run", "create-only", "expect-plan", "full", "probe", "prune", "delete-files", "max-delete", "max-update", "max-lost", "force",
			"canary", "wave-size", "wave-failures", "max-failures", "max-duration", "remove-duplicates", "resend-secrets", "only-secrets"}},
		{"Speed", []string{"targets-at-once", "concurrency", "rate", "timeout", "retries", "max-wait", "settle", "wait", "wait-indexed", "max-indexing", "index-timeout"}},
		{"Reports", []string{"indexing", "report", "report-dir", "metrics-file", "overwrite"}},
		{"Connection", []string{"jira", "target", "token-file", "ca-file", "client-cert", "host-map", "expiry-warning", "sandbox", "sandbox-data", "allow-commands"}},
		{"State", []string{"state", "lock-timeout", "claim"}},
	}
}

// usageOf writes how a command is called: as cobra does, with the flags in groups.
func usageOf(cmd *cobra.Command) error {
	w := cmd.OutOrStderr()
	fmt.Fprint(w, "Usage:\n")
	if cmd.Runnable() {
		fmt.Fprintf(w, "  %s\n", cmd.UseLine())
	}
	if cmd.HasAvailableSubCommands() {
		fmt.Fprintf(w, "  %s COMMAND\n", cmd.CommandPath())
	}
	if cmd.HasExample() {
		fmt.Fprintf(w, "\nExamples:\n%s\n", cmd.Example)
	}
	listCommands(w, "Commands", cmd, func(c *cobra.Command) bool { return c.IsAvailableCommand() || c.Name() == "help" })
	flags := visible(cmd.LocalFlags(), cmd.InheritedFlags())
	for _, group := range flagGroups() {
		listFlags(w, group.title+" flags", flags, group.flags)
	}
	listFlags(w, "Flags", flags, rest(flags))
	listCommands(w, "Help topics", cmd, (*cobra.Command).IsAdditionalHelpTopicCommand)
	if cmd.Runnable() {
		fmt.Fprint(w, "\nExit codes: gijbulk help exit-codes\n")
	}
	return nil
}

func listCommands(w io.Writer, title string, cmd *cobra.Command, which func(*cobra.Command) bool) {
	listed := slices.DeleteFunc(slices.Clone(cmd.Commands()), func(c *cobra.Command) bool { return c.Hidden || !which(c) })
	if len(listed) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s:\n", title)
	for _, c := range listed {
		fmt.Fprintf(w, "  %-*s  %s\n", c.NamePadding(), c.Name(), c.Short)
	}
}

func visible(sets ...*pflag.FlagSet) *pflag.FlagSet {
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, set := range sets {
		set.VisitAll(func(f *pflag.Flag) {
			if !f.Hidden {
				all.AddFlag(f)
			}
		})
	}
	return all
}

func rest(flags *pflag.FlagSet) (names []string) {
	flags.VisitAll(func(f *pflag.Flag) {
		if !slices.ContainsFunc(flagGroups(), func(g flagGroup) bool { return slices.Contains(g.flags, f.Name) }) {
			names = append(names, f.Name)
		}
	})
	return names
}

func listFlags(w io.Writer, title string, flags *pflag.FlagSet, names []string) {
	group := pflag.NewFlagSet("", pflag.ContinueOnError)
	group.SortFlags = false
	for _, name := range names {
		if f := flags.Lookup(name); f != nil {
			shown := *f
			if shown.Value.Type() == "bool" {
				shown.Value = shownValue{f.Value}
			}
			group.AddFlag(&shown)
		}
	}
	if group.HasFlags() {
		fmt.Fprintf(w, "\n%s:\n%s", title, group.FlagUsagesWrapped(helpColumns))
	}
}

// shownValue hides from pflag that a flag can be given without a value, which it would write as
// --dry-run[=true|false].
type shownValue struct{ pflag.Value }

func helpTopics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "exit-codes", Short: "What the exit codes mean", Long: exitHelp},
		{Use: fieldsTopic, Short: "The fields of a record; fields FIELD: one of them", Long: fieldsHelp()},
	}
}
