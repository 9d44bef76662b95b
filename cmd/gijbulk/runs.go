package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/importer/journal"
	"gijbulk/reports"
)

func (a *app) runsCommand() *cobra.Command {
	var o stateOptions
	var limit int
	cmd := &cobra.Command{
		Use:     "runs",
		Short:   "List the runs, newest first",
		Example: "  gijbulk runs --limit 10\n  gijbulk runs --output json\n  gijbulk runs show last\n  gijbulk runs prune --keep 90d",
		Long: `List the runs of the state, newest first, with the state of each:

  running      it holds the lock of its target on this machine, or on any
               where the state is a database
  waiting      it waits for another run to release that lock (--lock-timeout)
  interrupted  it was stopped or killed; gijbulk resume continues it
  finished     it has ended; its result shows how
  refused      it ended before its first write: the manifest has errors, a
               safety limit refused the plan, it was not confirmed, or another
               run had locked the target`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.listRuns(cmd.Context(), o, limit) },
	}
	o.addFlags(cmd.PersistentFlags())
	cmd.Flags().IntVar(&limit, "limit", 0, "list only the newest `N` runs")
	keep := "90d"
	prune := &cobra.Command{
		Use:     "prune",
		Short:   "Delete the records of old runs",
		Example: "  gijbulk runs prune --keep 90d",
		Long: `Delete the records of runs that ended longer ago than --keep. What they
found out stays: the ids of live records, and what was sent last.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.pruneRuns(cmd.Context(), o, keep) },
	}
	prune.Flags().StringVar(&keep, "keep", keep, "how `LONG` runs are kept, such as 90d or 12h")
	cmd.AddCommand(prune, a.showRunCommand(&o))
	return cmd
}

func (a *app) listRuns(ctx context.Context, o stateOptions, limit int) (err error) {
	if limit < 0 {
		return usage("--limit %d is below 0", limit)
	}
	runs, err := a.readRuns(ctx, o)
	if err != nil {
		return err
	}
	if limit > 0 && limit < len(runs) {
		runs = runs[:limit]
	}
	return a.printRuns(runs, "no runs yet")
}

func (a *app) listResumable(ctx context.Context, o stateOptions) error {
	runs, err := a.readRuns(ctx, o)
	if err != nil {
		return err
	}
	runs = slices.DeleteFunc(runs, func(r journal.RunSummary) bool { return r.State != journal.StateInterrupted })
	return a.printRuns(runs, nothingToResume)
}

// readRuns reads the runs of the state as they are now; where there is no state there are none.
func (a *app) readRuns(ctx context.Context, o stateOptions) (runs []journal.RunSummary, err error) {
	state, err := a.openState(o, false)
	if err != nil || state == nil {
		return nil, err
	}
	defer func() { err = firstError(err, state.Close()) }()
	return a.runsNow(ctx, state)
}

// printRuns lists runs, or says why there are none.
func (a *app) printRuns(runs []journal.RunSummary, none string) error {
	if a.json() {
		return printLines(a.stdout, runs, runLine)
	}
	if len(runs) == 0 {
		_, err := fmt.Fprintln(a.stdout, none)
		return err
	}
	table := [][]string{{"RUN", "COMMAND", "STATE", "TARGET", "HOST", "RESULT"}}
	for _, r := range runs {
		table = append(table, []string{r.ID, r.Command, string(r.State), reports.OneLine(r.Target), reports.OneLine(r.Host), cmp.Or(terminal.Counts(r.Counts), "nothing sent")})
	}
	_, err := fmt.Fprintln(a.stdout, strings.Join(reports.Columns(table), "\n"))
	return err
}

// runsNow lists the runs as they are now. One that has no end is running while it holds its
// lock, on this machine or in a shared state, waits for it, or was killed. The locks are read before and after the list, so
// that no run that starts or ends meanwhile is taken for one that was killed.
func (a *app) runsNow(ctx context.Context, state *journal.Journal) ([]journal.RunSummary, error) {
	before, err := a.running(ctx, state)
	if err != nil {
		return nil, err
	}
	runs, err := state.Runs(ctx)
	if err != nil {
		return nil, err
	}
	after, err := a.running(ctx, state)
	for i := range runs {
		runs[i].State = stateNow(runs[i], before, after)
	}
	return runs, err
}

func stateNow(r journal.RunSummary, before, after map[string]journal.Holder) journal.State {
	holder, found := after[r.ID]
	if !found {
		holder, found = before[r.ID]
	}
	open := r.State == journal.StateRunning || r.State == journal.StateInterrupted
	switch {
	case open && holder.Waiting:
		return journal.StateWaiting
	case r.State == journal.StateRunning && !found:
		return journal.StateInterrupted
	}
	return r.State
}

func (a *app) running(ctx context.Context, state *journal.Journal) (map[string]journal.Holder, error) {
	folder, err := a.lockFolder()
	if err != nil {
		folder = "" // where there is no folder for locks, no run holds one
	}
	running, err := journal.Running(folder)
	if err != nil {
		return nil, err
	}
	elsewhere, err := state.Running(ctx)
	if running == nil {
		return elsewhere, err
	}
	maps.Copy(running, elsewhere)
	return running, err
}

func runLine(r journal.RunSummary) map[string]any {
	line := map[string]any{"run": r.ID, "command": r.Command, "target": r.Target, "host": r.Host,
		"started": r.Started.Format(time.RFC3339), "ended": nil, "state": r.State, "counts": r.Counts}
	if !r.Ended.IsZero() {
		line["ended"] = r.Ended.Format(time.RFC3339)
	}
	if r.State == journal.StateWaiting { // programs know it as one that goes on
		line["state"], line["waiting"] = journal.StateRunning, true
	}
	return line
}

func (a *app) pruneRuns(ctx context.Context, o stateOptions, keep string) (err error) {
	long, err := parseDays(keep)
	if err != nil {
		return usage("--keep: %w", err)
	}
	state, err := a.openState(o, false)
	if err != nil {
		return err
	}
	n := 0
	if state != nil {
		defer func() { err = firstError(err, state.Close()) }()
		if n, err = state.Prune(ctx, a.now().Add(-long)); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(a.stdout, "%s forgotten\n", count(n, "run"))
	return err
}

func parseDays(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.Atoi(days)
		if err != nil || n < 0 {
			return 0, fmt.Errorf("%q is not a number of days", s)
		}
		return time.Duration(n) * 24 * time.Hour, nil
	}
	d, err := time.ParseDuration(s)
	if err == nil && d < 0 {
		err = errors.New("it is below 0")
	}
	return d, err
}

func needRun(cmd *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage("no run given").hinted("%s RUN; gijbulk runs lists them, and last is the newest", cmd.CommandPath())
	}
	return nil
}
