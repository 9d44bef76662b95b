package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

type importOptions struct {
	manifest      manifestOptions
	selection     selectionOptions
	target        targetOptions
	dryRun, yes   bool
	skipInvalid   bool
	allowCommands bool
	concurrency   int
	settle        time.Duration
	reportDir     string
}

func (o *importOptions) addFlags(f *pflag.FlagSet) {
	o.manifest.addFlags(f)
	o.selection.addFlags(f)
	o.target.addFlags(f)
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would be done and stop; nothing but reads is sent")
	f.BoolVar(&o.yes, "yes", false, "do not ask before the first write; required without a terminal")
	f.BoolVar(&o.skipInvalid, "skip-invalid", false, "send the good records although others have errors; those go to failed.csv")
	f.BoolVar(&o.allowCommands, "allow-commands", false, "cmd: references of the manifest may run commands")
	f.IntVar(&o.concurrency, "concurrency", 4, "most writes at once")
	f.DurationVar(&o.settle, "settle", 10*time.Second, "how long to leave the server alone before looking up writes whose answers were lost")
	f.StringVar(&o.reportDir, "report-dir", "", "`DIR` for the reports (default gijbulk-reports/RUN)")
}

func (a *app) importCommand() *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "Create the integrations of manifests that are not there yet",
		Long: `Check every record, compare the manifests with what is on the server, and create
what is not there yet. What is already there is left as it is: the same import again
changes nothing. A create whose answer was lost is looked up before it is sent again,
and in the end the server is read once more, so that the report says what is there.

Reports: report.json, succeeded.csv, failed.csv, unknown.csv and unprocessed.csv in
--report-dir. failed.csv is a manifest as it is: mend it and import it.

` + exitHelp,
		Example: `  gijbulk import integrations.csv --sandbox --yes
  gijbulk import integrations.csv --jira https://jira.example.org --dry-run
  gijbulk import *.yaml --type GITHUB --limit 2
  generate-manifest | gijbulk import - --format jsonl --yes`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.concurrency < 1 {
				return usage("--concurrency %d is below 1", o.concurrency)
			}
			return a.importFiles(cmd.Context(), args, o)
		},
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func (a *app) importFiles(ctx context.Context, files []string, o importOptions) (err error) {
	_, shards, err := o.selection.shardOf()
	if err != nil {
		return err
	}
	t, err := a.connect(o.target, o.dryRun, shards)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, t.close()) }()
	a.hide(nil, t.secrets...)
	j := a.newJob(files, o, t)
	if err := j.read(ctx); err != nil {
		return err
	}
	if j.refuses() {
		return j.refuse()
	}
	if err := j.plan(ctx); err != nil {
		return j.abandon(err)
	}
	if j.refuses() {
		return j.refuse()
	}
	if o.dryRun {
		return j.show()
	}
	if err := j.confirm(); err != nil {
		return err
	}
	return j.execute(ctx)
}
