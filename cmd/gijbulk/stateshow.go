package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/importer/journal"
	"gijbulk/reports"
	"gijbulk/schema"
)

// storedTarget says which target of a state a command is about.
type storedTarget struct {
	stateOptions
	url string // "": none is named
}

func (o *storedTarget) addFlags(f *pflag.FlagSet) {
	o.stateOptions.addFlags(f)
	f.StringVar(&o.url, "jira", "", "base `URL` of Jira, as gijbulk state show lists it")
	addTargetFlag(f)
}

func (a *app) showStateCommand() *cobra.Command {
	var o storedTarget
	cmd := &cobra.Command{
		Use:     "show",
		Short:   "Show what the state holds of each Jira, or of one",
		Example: "  gijbulk state show\n  gijbulk state show --jira https://jira.example.org\n  gijbulk state show --target test --output json",
		Long: `Show how many runs, live records and hashes of secrets the state holds of each
Jira, and the sets. With --jira or --target, list the records of one: the id on
the server, the set that it belongs to, the fields of which the state has a hash
of what was last sent, and the run that knew it last. Jira itself is not asked.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.showState(cmd.Context(), o) },
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func (a *app) showState(ctx context.Context, o storedTarget) (err error) {
	state, err := a.openState(o.stateOptions, false)
	if err != nil {
		return err
	}
	var targets []journal.StoredTarget
	if state != nil {
		defer func() { err = firstError(err, state.Close()) }()
		if targets, err = state.Targets(ctx); err != nil {
			return err
		}
	}
	if o.url == "" {
		return a.printTargets(targets)
	}
	t, err := o.among(targets)
	if err != nil {
		return err
	}
	records, err := state.Records(ctx, journal.TargetURLs{BaseURL: t.URL, URL: t.URL})
	if err != nil {
		return err
	}
	return a.printRecords(t, records)
}

// among finds the target that is named.
func (o storedTarget) among(targets []journal.StoredTarget) (journal.StoredTarget, error) {
	var urls []string
	for _, t := range targets {
		if t.URL == schema.NormalURL(o.url) {
			return t, nil
		}
		urls = append(urls, t.URL)
	}
	fail := usage("the state holds nothing of %s", reports.OneLine(schema.ShownURL(o.url)))
	if len(urls) > 0 {
		return journal.StoredTarget{}, fail.hinted("it holds what is known of %s, by the base URL that each Jira reports", reports.OneLine(strings.Join(urls, ", ")))
	}
	return journal.StoredTarget{}, fail
}

func (a *app) printTargets(targets []journal.StoredTarget) error {
	if a.json() {
		return printLines(a.stdout, targets, func(t journal.StoredTarget) map[string]any {
			return map[string]any{"target": t.URL, "runs": t.Runs, "lastRun": t.LastRun, "records": t.Records, "secrets": t.Secrets, "sets": t.Sets}
		})
	}
	if len(targets) == 0 {
		_, err := fmt.Fprintln(a.stdout, "nothing is stored yet")
		return err
	}
	table := [][]string{{"TARGET", "RUNS", "LAST RUN", "RECORDS", "SECRETS", "SETS"}}
	for _, t := range targets {
		table = append(table, []string{reports.OneLine(t.URL), strconv.Itoa(t.Runs), t.LastRun, strconv.Itoa(t.Records), strconv.Itoa(t.Secrets), reports.OneLine(setCounts(t.Sets))})
	}
	_, err := fmt.Fprintln(a.stdout, strings.Join(reports.Columns(table), "\n"))
	return err
}

func setCounts(sets map[string]int) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(sets)) {
		words = append(words, fmt.Sprintf("%s (%d)", name, sets[name]))
	}
	return strings.Join(words, ", ")
}

func (a *app) printRecords(t journal.StoredTarget, records []journal.StoredRecord) error {
	if a.json() {
		return printLines(a.stdout, records, recordLine)
	}
	table := [][]string{{"ID", "RECORD", "SET", "SECRETS", "LAST RUN"}}
	for _, r := range records {
		table = append(table, []string{strconv.FormatInt(r.ID, 10), reports.OneLine(r.Key.String()), reports.OneLine(r.Set), strings.Join(r.Secrets, ", "), cmp.Or(r.Run, "removed")})
	}
	lines := append(reports.Columns(table), fmt.Sprintf("%s, and %s of %s", count(len(records), "record"), count(t.Runs, "run"), reports.OneLine(t.URL)))
	_, err := fmt.Fprintln(a.stdout, strings.Join(lines, "\n"))
	return err
}

func recordLine(r journal.StoredRecord) map[string]any {
	return map[string]any{"id": r.ID, "kind": r.Key.Kind, "type": r.Key.Type, "origin": r.Key.Origin, "displayName": r.Key.Name,
		"set": r.Set, "secrets": append([]string{}, r.Secrets...), "lastRun": r.Run}
}
