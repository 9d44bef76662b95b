package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"gijbulk/importer/journal"
)

func (a *app) stateCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "state",
		Short:   "Copy a state, show what it holds, or forget a target",
		Example: "  gijbulk state show\n  gijbulk state copy gijbulk.db postgres://gijbulk@db.example.org/gijbulk\n  gijbulk state forget --target test",
		Long: `Copy the state from a file to a database or back, show what it holds of each
Jira, or forget one. gijbulk runs lists the runs of a state.`,
		Args: cobra.ArbitraryArgs,
		RunE: a.runGroup,
	}
	cmd.AddCommand(a.copyStateCommand(), a.showStateCommand(), a.forgetCommand())
	return cmd
}

func (a *app) copyStateCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "copy FROM TO",
		Short:   "Copy a state to another file or database",
		Example: "  gijbulk state copy gijbulk.db postgres://gijbulk@db.example.org/gijbulk\n  gijbulk state copy postgres://gijbulk@db.example.org/gijbulk copy.db",
		Long: `Copy all that a state holds, from a file to a database or back: the runs, which
can be resumed, undone and reported from the copy, and what is known of each
Jira. TO is made where it is missing, and must be empty; nothing is changed in
FROM. While a run is running, the state is not copied.

The key of the secrets' hashes goes along, so that no secret is sent again: the
state's own key is copied with it; one that you keep (GIJBULK_STATE_KEY) must be
set, and is that of the copy too.`,
		Args: needStates,
		RunE: func(cmd *cobra.Command, args []string) error { return a.copyState(cmd.Context(), args[0], args[1]) },
	}
}

func needStates(cmd *cobra.Command, args []string) error {
	if len(args) != 2 || slices.Contains(args, noState) {
		return usage("%s takes two states, and got %d arguments", cmd.CommandPath(), len(args)).
			hinted("%s FROM TO; each is a file or postgres://USER@HOST/DATABASE", cmd.CommandPath())
	}
	return nil
}

func (a *app) copyState(ctx context.Context, from, to string) (err error) {
	source, err := a.openNamed(ctx, from, true)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, source.Close()) }()
	runs, err := a.runsNow(ctx, source)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(runs, func(r journal.RunSummary) bool {
		return r.State == journal.StateRunning || r.State == journal.StateWaiting
	}); i >= 0 {
		return (&failure{code: exitLocked, err: fmt.Errorf("run %s is running; nothing was copied", runs[i].ID)}).hinted("copy the state once the run has ended")
	}
	copied, err := a.copyInto(ctx, source, to)
	if err != nil {
		return err
	}
	if a.json() {
		return json.NewEncoder(a.stdout).Encode(map[string]any{"from": from, "to": to, "runs": copied.Runs, "targets": copied.Targets, "records": copied.Records})
	}
	_, err = fmt.Fprintf(a.stdout, "%s, and what is known of %s on %s copied to %s\n",
		count(copied.Runs, "run"), count(copied.Records, "record"), count(copied.Targets, "target"), to)
	return err
}

func (a *app) copyInto(ctx context.Context, source *journal.Journal, to string) (copied journal.Copied, err error) {
	target, err := a.openNamed(ctx, to, false)
	if err != nil {
		return copied, err
	}
	defer func() { err = firstError(err, target.Close()) }()
	return source.Copy(ctx, target)
}

// openNamed opens a state that an argument names. A key cannot be given to one that has its own: its hashes
// would be those of no secret.
func (a *app) openNamed(ctx context.Context, path string, existing bool) (*journal.Journal, error) {
	state, err := journal.Open(ctx, path, journal.Options{Clock: journal.Clock{Now: a.now, Boot: a.boot}, Key: a.env(envStateKey), Existing: existing})
	known, is := errors.AsType[*journal.Error](err)
	if !is {
		return state, err
	}
	switch known.Kind {
	case journal.KindMissing:
		return nil, (&failure{code: exitUsage, err: err}).hinted("gijbulk state copy FROM TO copies a state that is there to a new one")
	case journal.KindOwnKey:
		return nil, (&failure{code: exitError, err: err}).hinted("unset GIJBULK_STATE_KEY: hashes cannot be given another key, and the copy keeps that of the state")
	}
	return nil, err
}
