package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"gijbulk/importer/journal"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

func (a *app) undoCommand() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "undo RUN",
		Short: "Undo what a run did",
		Long: `Delete what a run created, restore what it changed, and create again what it
deleted. The server is read just before: a record that is no longer as the run
left it is a conflict and stays as it is, and no second record of an identity is
made. Secrets cannot be restored, because the server never shows them; the plan
says so before the first write where that matters. RUN is an id from gijbulk
runs, or last: the newest run that sent a write and is not an undo.`,
		Example: "  gijbulk undo last --dry-run\n  gijbulk undo 20260102-030405-a1b2c3 --yes",
		Args:    needRun,
		RunE:    func(cmd *cobra.Command, args []string) error { return a.undo(cmd.Context(), args[0], o) },
	}
	o.addContinuing(cmd.Flags())
	o.addAsking(cmd.Flags())
	return cmd
}

func (a *app) undo(ctx context.Context, id string, o runOptions) (err error) {
	state, err := a.openRuns(o.state, id)
	if err != nil {
		return err
	}
	id, err = runToUndo(ctx, state, id)
	if err != nil {
		return closing(state, err, nil)
	}
	saved, err := state.Load(ctx, id)
	if err != nil {
		return closing(state, err, nil)
	}
	w, err := a.openWorkspace(o, state)
	if err != nil {
		return closing(state, err, nil)
	}
	defer func() { err = firstError(err, w.close()) }()
	run := w.newRun("undo", saved.Run.Files)
	r, err := w.record(ctx, run, recordedOptions{Undoes: saved.Run.ID})
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, r.close()) }()
	run, unlock, err := w.enter(ctx, r, run)
	if err != nil {
		return w.abandon(ctx, r, run, manifests{}, err)
	}
	defer func() { err = firstError(err, unlock()) }()
	if saved, err = state.Load(ctx, saved.Run.ID); err != nil { // what is undone may have gone on until now
		return w.abandon(ctx, r, run, manifests{}, err)
	}
	return w.revert(ctx, r, run, saved)
}

// revert plans the reverse of a run, and carries it out. The safety limits do not apply: the
// plan names each record that the run itself had touched.
func (w *workspace) revert(ctx context.Context, r *record, run schema.Run, saved journal.Saved) error {
	if run.Target != saved.Run.Target {
		return w.decline(ctx, r, run, usage("run %s was on %s, not on %s", saved.Run.ID, saved.Run.Target, run.Target))
	}
	d, err := w.decideUndo(ctx, run, saved)
	if err != nil {
		return w.abandon(ctx, r, run, manifests{}, err)
	}
	w.logServer(run, d.live, saved.Plan.Kinds())
	run.Digest, run.Findings = d.plan.Digest(), d.findings
	if w.dryRun {
		return w.showPlan(run, d.plan)
	}
	return w.execute(ctx, r, run, d.plan)
}

// decideUndo plans by two lists that agree: one alone may be older than what somebody has changed since the run.
func (w *workspace) decideUndo(ctx context.Context, run schema.Run, saved journal.Saved) (d decided, err error) {
	expected, before := saved.Plan.Expected(saved.Outcomes), ""
	for range listTries {
		d.live = server{} // only one list is held at a time
		if d.live, err = w.readServer(ctx, expected, saved.Plan.Kinds()); err != nil {
			return d, err
		}
		d.plan, d.findings = planner.Invert(saved.Plan.Results(saved.Outcomes), slices.Concat(d.live.records, d.live.nested))
		digest := d.plan.Digest()
		if digest == before {
			return d, nil
		}
		if _, err := w.waitForEarlier(ctx, run, d.plan); err != nil {
			return d, err
		}
		before = digest
	}
	return d, errListsDiffer()
}
