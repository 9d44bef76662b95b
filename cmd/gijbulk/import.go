package main

import (
	"cmp"
	"context"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// jobOptions are those of import, sync and audit.
type jobOptions struct {
	manifest    manifestOptions
	selection   selectionOptions
	target      targetOptions
	state       stateOptions
	sync        syncOptions
	limits      limitOptions
	waves       waveOptions
	update      bool // what differs is updated
	dryRun, yes bool
	full        bool // a plan is shown whole
	skipInvalid bool

	removeDuplicates bool
	allowCommands    bool
	expectPlan       string
	concurrency      int
	settle           time.Duration
	report           reportOptions
}

// addFlags adds what every job has.
func (o *jobOptions) addFlags(f *pflag.FlagSet) {
	o.manifest.addFlags(f)
	o.selection.addFlags(f)
	o.target.addFlags(f)
	o.state.addFlags(f)
	addMetricsFlag(f)
	f.BoolVar(&o.skipInvalid, "skip-invalid", false, "go on with the good records although others have errors; those go to failed.csv")
	f.BoolVar(&o.allowCommands, "allow-commands", false, "cmd: references of the manifest may run commands")
}

// addShowing adds how a plan is shown.
func (o *jobOptions) addShowing(f *pflag.FlagSet) {
	f.BoolVar(&o.full, "full", false, "show the whole plan; at a terminal, of more than twenty actions of a kind the rest is only counted")
}

// addAsking adds how far to go before the first write.
func (o *jobOptions) addAsking(f *pflag.FlagSet) {
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would be done and stop; nothing but reads is sent")
	o.addShowing(f)
	f.BoolVar(&o.yes, "yes", false, "do not ask before the first write; required without a terminal")
}

// addRunning adds how writes are sent.
func (o *jobOptions) addRunning(f *pflag.FlagSet) {
	o.limits.addFlags(f)
	o.waves.addFlags(f)
	f.IntVar(&o.concurrency, "concurrency", 4, "most writes at once")
	f.DurationVar(&o.settle, "settle", 10*time.Second, "how long to leave the server alone before looking up writes whose answers were lost")
	o.report.addFlags(f)
}

// addWriting adds what only a job has that writes.
func (o *jobOptions) addWriting(f *pflag.FlagSet) {
	o.addAsking(f)
	o.addRunning(f)
	f.BoolVar(&o.removeDuplicates, "remove-duplicates", false, "delete what the server made more than once of a create, where all of it is equal, and keep one")
	f.StringVar(&o.expectPlan, "expect-plan", "", "go on only if the plan made now has this `DIGEST` (sha256:…) of a dry run")
}

// check refuses options that contradict each other.
func (o jobOptions) check() error {
	s := o.selection
	switch {
	case o.concurrency < 1 && !o.dryRun:
		return usage("--concurrency %d is below 1", o.concurrency)
	case o.settle < 0:
		return usage("--settle %s is below 0", o.settle)
	case o.sync.prune && (s.match != "" || len(s.types) > 0 || len(s.waves) > 0 || s.limit > 0):
		return usage("--prune goes with all of the manifest: not with --match, --type, --wave or --limit")
	case o.sync.prune && o.skipInvalid:
		return usage("--prune and --skip-invalid do not go together: what belongs to a record with errors could be deleted")
	case o.sync.deleteFiles && !o.sync.prune:
		return usage("--delete-files goes with --prune")
	}
	if o.dryRun {
		return nil
	}
	if o.update {
		if _, err := o.sync.rails(); err != nil {
			return err
		}
	}
	return cmp.Or(o.limits.check(), o.waves.check())
}

func (a *app) importCommand() *cobra.Command {
	var o jobOptions
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "Create the integrations and repositories of manifests that are not there yet",
		Long: `Check every record, compare the manifests with what is on the server, and create
what is not there yet. What is already there is left as it is: the same import again
changes nothing. A create whose answer was lost is looked up before it is sent again,
and in the end the server is read once more, so that the report says what is there.

Reports: report.json, succeeded.csv, failed.csv, unknown.csv and unprocessed.csv in
--report-dir, and what --report asks for. failed.csv is a manifest as it is: mend it
and import it. With --dry-run only what --report asks for is written.

` + exitHelp,
		Example: `  gijbulk import integrations.csv --sandbox --yes
  gijbulk import integrations.csv --jira https://jira.example.org --dry-run
  gijbulk import *.yaml --type GITHUB --limit 2
  gijbulk import integrations.csv --yes --report html --report junit=results.xml
  generate-manifest | gijbulk import - --format jsonl --yes`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error { return a.runJob(cmd.Context(), "import", args, o) },
	}
	o.addFlags(cmd.Flags())
	o.addWriting(cmd.Flags())
	return cmd
}

// runJob is import, sync and audit, from the manifests to the report.
func (a *app) runJob(ctx context.Context, command string, files []string, o jobOptions) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	index, shards, err := o.selection.shardOf()
	if err != nil {
		return err
	}
	wanted, err := a.wantedReports(o.report.wanted)
	if err != nil {
		return err
	}
	t, err := a.connect(o.target, o.dryRun, index, shards)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, t.close()) }()
	a.hide(nil, t.secrets...)
	j := a.newJob(command, files, o, t)
	j.wanted = wanted
	if err := j.read(ctx); err != nil {
		return err
	}
	if j.refuses() {
		return j.refuse()
	}
	defer func() { err = firstError(err, j.leave()) }()
	if err := j.register(ctx, keptOptions{}); err != nil {
		return j.abandon(ctx, err)
	}
	if err := j.enter(ctx); err != nil {
		return j.abandon(ctx, err)
	}
	return j.proceed(ctx, j.plan, j.admit)
}

// proceed is a job from its plan to its report. What is not admitted has sent nothing,
// and is kept nowhere.
func (j *job) proceed(ctx context.Context, plan func(context.Context) error, admit func() error) error {
	release := sync.OnceFunc(j.thrifty())
	defer release()
	if err := plan(ctx); err != nil {
		return j.abandon(ctx, err)
	}
	if j.refuses() {
		return j.discard(ctx, j.refuse())
	}
	if j.options.dryRun {
		j.cut()
		return j.show()
	}
	if err := admit(); err != nil {
		return j.discard(ctx, err)
	}
	release()
	return j.execute(ctx)
}

// admit holds the plan against the rails and asks the administrator.
func (j *job) admit() error {
	if err := j.guard(); err != nil {
		return err
	}
	j.cut()
	if err := j.tellFindings(); err != nil {
		return err
	}
	return j.confirm()
}
