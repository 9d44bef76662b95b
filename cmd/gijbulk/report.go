package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"gijbulk/importer/journal"
	"gijbulk/reports"
)

func (a *app) reportCommand() *cobra.Command {
	var o stateOptions
	var report reportOptions
	cmd := &cobra.Command{
		Use:     "report RUN",
		Short:   "Write, merge and compare reports",
		Example: "  gijbulk report last --report html\n  gijbulk report last --report markdown=-\n  gijbulk report 20260102-030405-a1b2c3 --report-dir reports",
		Long: `Write the reports of any run of the state file again; that of a killed run is
marked incomplete. RUN is an id from gijbulk runs, or last.`,
		Args: needRun,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reportRun(cmd.Context(), o, args[0], report)
		},
	}
	o.addFlags(cmd.Flags())
	report.addFlags(cmd.Flags())
	cmd.AddCommand(a.reportMergeCommand(), a.reportDiffCommand())
	return cmd
}

func (a *app) reportRun(ctx context.Context, o stateOptions, id string, report reportOptions) error {
	wanted, err := a.wantedReports(report)
	if err != nil {
		return err
	}
	saved, err := a.loadRun(ctx, o, id)
	if err != nil {
		return err
	}
	results := saved.Plan.Results(saved.Outcomes)
	dir := cmp.Or(report.dir, filepath.Join("gijbulk-reports", saved.Run.ID))
	if _, err := os.Stat(filepath.Join(dir, reports.ReportName)); err == nil && report.dir == "" && !saved.Planned() {
		return usage("run %s ended before it had a plan: only its report in %s has its findings", saved.Run.ID, dir)
	}
	if _, err := reports.WriteAll(dir, saved.Run, results, a.mask, wanted...); err != nil {
		return err
	}
	told, page := a.wordsBeside(wanted)
	return reports.Summary(told, saved.Run, results, dir, page)
}

// wordsBeside is where the summary goes: to standard output, unless a report goes there.
func (a *app) wordsBeside(wanted []reports.Wanted) (io.Writer, reports.Page) {
	if slices.ContainsFunc(wanted, func(w reports.Wanted) bool { return w.Out == a.stdout }) {
		return a.screen, a.page(a.stderrIsTerminal)
	}
	return a.stdout, a.page(a.stdoutIsTerminal)
}

func (a *app) reportMergeCommand() *cobra.Command {
	var report reportOptions
	cmd := &cobra.Command{
		Use:     "merge DIR…",
		Short:   "Merge the reports of all shards of a run",
		Example: "  gijbulk report merge shard-*/ --report-dir merged --report html",
		Long: `Merge the report directories of the runs with --shard 1/N to N/N of the same
manifest: report.json, the four tables, and those of --report. A missing or
duplicate shard, and one of another run, is refused. If a shard was interrupted,
the merged report is marked incomplete.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("no report directories").hinted("%s DIR…; give the report directories of all shards", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.mergeReports(args, report) },
	}
	report.addFlags(cmd.Flags())
	return cmd
}

func (a *app) mergeReports(dirs []string, report reportOptions) error {
	wanted, err := a.wantedReports(report)
	if err != nil {
		return err
	}
	shards := make([]reports.SavedReport, len(dirs))
	for i, dir := range dirs {
		if shards[i], err = reports.ReadFile(dir); err != nil {
			return unmergeable(err)
		}
	}
	merged, err := reports.Merge(shards)
	if err != nil {
		return unmergeable(err)
	}
	dir := cmp.Or(report.dir, filepath.Join("gijbulk-reports", merged.Report.Run.ID))
	if _, err := merged.WriteAll(dir, wanted...); err != nil {
		return err
	}
	told, page := a.wordsBeside(wanted)
	return merged.Summary(told, dir, page)
}

func unmergeable(err error) error {
	var bad *reports.Unmergeable
	switch {
	case errors.As(err, &bad):
		return usage("%w", err).hinted("%s%s", bad.Advice, completing(bad.Lacking))
	case errors.Is(err, fs.ErrNotExist):
		return usage("%w", err)
	}
	return err
}

func (a *app) reportDiffCommand() *cobra.Command {
	var o stateOptions
	var full bool
	cmd := &cobra.Command{
		Use:     "diff RUN RUN",
		Short:   "Show what changed between two runs",
		Example: "  gijbulk report diff 20260101-020000-a1b2c3 last\n  gijbulk report diff monday/ tuesday/report.json --output json",
		Long: `Show what changed between a run and an earlier one, such as last night's: new
failures, records that were fixed, appeared and disappeared, and other changes.
In audits and dry runs, a record that drifts is a failure. RUN is an id from
gijbulk runs, last, a report directory or a report.json.`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usage("report diff needs two runs").hinted("%s BEFORE AFTER", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.compareReports(cmd.Context(), o, args[0], args[1], full)
		},
	}
	o.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&full, "full", false, "show all differences; at a terminal, of more than twenty of a kind the rest is only counted")
	return cmd
}

func (a *app) compareReports(ctx context.Context, o stateOptions, before, after string, full bool) error {
	earlier, err := a.findReport(ctx, o, before)
	if err != nil {
		return err
	}
	later, err := a.findReport(ctx, o, after)
	if err != nil {
		return err
	}
	comparison := reports.Compare(earlier, later)
	if a.json() {
		return reports.ComparisonJSON(a.stdout, comparison)
	}
	page := a.page(a.stdoutIsTerminal)
	page.Folded = page.Folded && !full
	return reports.ComparisonText(a.stdout, comparison, page)
}

func (a *app) findReport(ctx context.Context, o stateOptions, name string) (reports.Report, error) {
	if _, err := os.Stat(name); err == nil && name != journal.Last {
		saved, err := reports.ReadFile(name)
		return saved.Report, err
	}
	saved, err := a.loadRun(ctx, o, name)
	if err != nil {
		return reports.Report{}, err
	}
	return reports.NewReport(saved.Run, saved.Plan.Results(saved.Outcomes)), nil
}
