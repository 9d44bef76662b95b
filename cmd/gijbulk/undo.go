package main

import (
	"context"

	"github.com/spf13/cobra"

	"gijbulk/importer/journal"
	"gijbulk/importer/planner"
)

func (a *app) undoCommand() *cobra.Command {
	var o jobOptions
	cmd := &cobra.Command{
		Use:   "undo RUN",
		Short: "Take back what a run did",
		Long: `Delete what a run created, restore what it changed, and create anew what it deleted.
The server is read just before: what is no longer as the run left it is a conflict and
is left alone. Secrets cannot be restored, for the server never shows them; where that
matters it is told before the first write. RUN is an id of gijbulk runs, or last.

` + exitHelp,
		Example: "  gijbulk undo last --dry-run\n  gijbulk undo 20260102-030405-a1b2c3 --yes",
		Args:    needRun,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.undo(cmd.Context(), args[0], o) },
	}
	o.addGoingOn(cmd.Flags())
	o.addAsking(cmd.Flags())
	return cmd
}

func (a *app) undo(ctx context.Context, id string, o jobOptions) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	state, saved, err := a.load(ctx, o.state, id)
	if err != nil {
		return err
	}
	if err := state.Close(); err != nil { // it is opened again under the lock
		return err
	}
	wanted, err := a.wantedReports(o.report.wanted)
	if err != nil {
		return err
	}
	t, err := a.connect(o.target, o.dryRun, 0, 1)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, t.close()) }()
	a.hide(nil, t.secrets...)
	j := a.newJob("undo", saved.Run.Files, o, t)
	j.wanted = wanted
	defer func() { err = firstError(err, j.leave()) }()
	if err := j.register(ctx, keptOptions{Undoes: saved.Run.ID}); err != nil {
		return err
	}
	if err := j.enter(ctx); err != nil {
		return j.abandon(ctx, err)
	}
	return j.takeBack(ctx, saved)
}

// takeBack makes the plan that undoes a run, and carries it out. Undoing is not held
// against the rails: the plan names each record that the run itself had touched.
func (j *job) takeBack(ctx context.Context, saved journal.Saved) error {
	if j.run.Target != saved.Run.Target {
		return j.discard(ctx, usage("run %s was on %s, not on %s", saved.Run.ID, saved.Run.Target, j.run.Target))
	}
	return j.proceed(ctx, func(ctx context.Context) error {
		live, _, err := j.readLive(ctx, saved.Plan.Kinds())
		if err != nil {
			return err
		}
		j.planned, j.run.Findings = planner.Invert(saved.Outcomes, live)
		j.run.Digest = j.planned.Digest()
		return nil
	}, func() error {
		if err := j.tellFindings(); err != nil {
			return err
		}
		return j.confirm()
	})
}
