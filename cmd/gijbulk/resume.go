package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/importer/journal"
	"gijbulk/schema"
)

// addGoingOn adds what a job has that goes on with, or takes back, another.
func (o *jobOptions) addGoingOn(f *pflag.FlagSet) {
	o.target.addFlags(f)
	o.state.addFlags(f)
	o.addRunning(f)
	addMetricsFlag(f)
}

func (a *app) resumeCommand() *cobra.Command {
	var o jobOptions
	cmd := &cobra.Command{
		Use:   "resume RUN [FILE…]",
		Short: "Go on with a run that was interrupted",
		Long: `Go on with a run that was interrupted, killed or stopped by a limit, under its own id
and with the options it was given; flags override them. What became of writes whose
answers were lost is found out first. RUN is an id of gijbulk runs, or last.

Secrets are looked up again by their references. A run whose manifest had secrets
written out needs its files: gijbulk resume RUN FILE…

` + exitHelp,
		Example: "  gijbulk resume last\n  gijbulk resume 20260102-030405-a1b2c3 integrations.csv",
		Args: func(cmd *cobra.Command, args []string) error {
			return needRun(cmd, args[:min(len(args), 1)])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.resume(cmd.Context(), args[0], args[1:], &o)
		},
	}
	o.addFlags(cmd.Flags())
	o.addWriting(cmd.Flags())
	o.sync.addFlags(cmd.Flags())
	o.sync.addRails(cmd.Flags())
	hideAllBut(cmd.Flags(), shownOfResume())
	return cmd
}

// shownOfResume are the flags that a resume has by itself. It takes the others, so that
// it can be what the run was, and shows none of them: they made the plan.
func shownOfResume() *pflag.FlagSet {
	var o jobOptions
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	o.addGoingOn(f)
	f.BoolVar(&o.allowCommands, "allow-commands", false, "")
	f.BoolVar(&o.yes, "yes", false, "")
	return f
}

func hideAllBut(flags, shown *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) { f.Hidden = shown.Lookup(f.Name) == nil })
}

func (a *app) resume(ctx context.Context, id string, files []string, o *jobOptions) (err error) {
	state, saved, err := a.load(ctx, o.state, id)
	if err != nil {
		return err
	}
	if err := state.Close(); err != nil { // it is opened again under the lock
		return err
	}
	if saved.Run.Complete {
		return a.hasEnded(saved.Run)
	}
	kept, err := a.restore(saved)
	if err != nil {
		return err
	}
	o.update = saved.Run.Command == "sync"
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
	a.traffic.goOn(saved.Run.Timeline)
	t, err := a.connect(o.target, false, index, shards)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, t.close()) }()
	a.hide(nil, t.secrets...)
	j := &job{app: a, options: *o, target: t, run: saved.Run, wanted: wanted}
	a.job = j
	defer func() { err = firstError(err, j.leave()) }()
	if err := j.open(); err != nil {
		return err
	}
	if j.state == nil {
		return usage("run %s was on %s, not in an embedded sandbox", saved.Run.ID, saved.Run.Target)
	}
	if err := j.enter(ctx); err != nil {
		return err
	}
	return j.goOnWith(ctx, saved.Run.ID, kept, files)
}

// goOnWith goes on with a run from where it is now that this process holds the target:
// another may have gone on with it in between.
func (j *job) goOnWith(ctx context.Context, id string, kept keptOptions, files []string) error {
	saved, err := j.state.Load(ctx, id)
	switch {
	case err != nil:
		return err
	case saved.Run.Complete:
		return j.hasEnded(saved.Run)
	case !saved.Planned():
		return j.startOver(ctx, saved, kept, files)
	case j.run.Target != saved.Run.Target:
		return usage("run %s was on %s, not on %s", saved.Run.ID, saved.Run.Target, j.run.Target)
	}
	j.run, j.planned, j.outcomes = saved.Run, saved.Plan, saved.Outcomes
	if err := j.equip(ctx, files); err != nil {
		return err
	}
	saved.Plan, saved.Run.Complete = j.planned, false
	if j.log, err = j.state.Continue(ctx, saved, j.mask); err != nil {
		return err
	}
	return j.conclude(ctx, j.goOn)
}

// startOver makes the plan of a run that ended before it had one. Nothing of it was
// sent, so its manifests are read as they are now.
func (j *job) startOver(ctx context.Context, saved journal.Saved, kept keptOptions, files []string) (err error) {
	j.run.Complete, j.run.Why, j.run.Ended, j.run.Findings = false, "", time.Time{}, nil
	if kept.Undoes != "" {
		undone, err := j.state.Load(ctx, kept.Undoes)
		if err != nil {
			return err
		}
		if j.log, err = j.state.Continue(ctx, saved, j.mask); err != nil {
			return err
		}
		return j.takeBack(ctx, undone)
	}
	if len(files) > 0 {
		j.run.Files = files
	}
	if slices.Contains(j.run.Files, "-") && len(files) == 0 {
		return usage("run %s read standard input and ended before it had a plan", saved.Run.ID).
			hinted("give the manifest again: gijbulk resume %s FILE…", saved.Run.ID)
	}
	if err := j.read(ctx); err != nil {
		return err
	}
	if j.refuses() {
		return j.refuse()
	}
	if j.log, err = j.state.Continue(ctx, saved, j.mask); err != nil {
		return err
	}
	return j.proceed(ctx, j.plan, j.admit)
}

// hasEnded says that there is nothing to go on with.
func (a *app) hasEnded(run schema.Run) error {
	_, err := fmt.Fprintf(a.stdout, "run %s has ended by itself; gijbulk report %s shows what became of it\n", run.ID, run.ID)
	return err
}
