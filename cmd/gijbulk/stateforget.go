package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/importer/journal"
	"gijbulk/reports"
)

func (a *app) forgetCommand() *cobra.Command {
	var o storedTarget
	var yes bool
	cmd := &cobra.Command{
		Use:     "forget",
		Short:   "Delete all that the state holds of one Jira",
		Example: "  gijbulk state forget --target test\n  gijbulk state forget --jira https://jira-old.example.org --yes",
		Long: `Delete all that the state holds of one Jira: its runs, which can then be neither
resumed nor undone, and what is known of its records: ids, sets, and hashes of
secrets, so that the next sync sends all secrets again. Nothing is changed in
Jira. For a Jira that was shut down, or set up again.`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.forget(cmd.Context(), o, yes) },
	}
	o.addFlags(cmd.Flags())
	cmd.Flags().BoolVarP(&yes, "yes", "y", false, "do not ask for confirmation; required without a terminal")
	return cmd
}

func (a *app) forget(ctx context.Context, o storedTarget, yes bool) (err error) {
	if o.url == "" {
		return usage("no target given").hinted("name it with --target NAME or --jira URL; gijbulk state show lists those that the state knows")
	}
	state, err := a.openState(o.stateOptions, false)
	if err != nil {
		return err
	}
	if state == nil {
		_, err := o.among(nil)
		return err
	}
	defer func() { err = firstError(err, state.Close()) }()
	targets, err := state.Targets(ctx)
	if err != nil {
		return err
	}
	t, err := o.among(targets)
	if err != nil {
		return err
	}
	if err := a.confirmForget(t, yes); err != nil {
		return err
	}
	if err := a.forgetLocked(ctx, state, o, t.URL); err != nil {
		return err
	}
	if a.json() {
		return json.NewEncoder(a.stdout).Encode(map[string]any{"target": t.URL, "runs": t.Runs, "records": t.Records, "secrets": t.Secrets})
	}
	_, err = fmt.Fprintf(a.stdout, "%s and what was known of %s forgotten\n", count(t.Runs, "run"), count(t.Records, "record"))
	return err
}

func (a *app) confirmForget(t journal.StoredTarget, yes bool) error {
	refusal := &failure{code: exitUnsafe, err: errors.New("it was not confirmed; nothing was deleted")}
	what := fmt.Sprintf("%s and what is known of %s on %s", count(t.Runs, "run"), count(t.Records, "record"), reports.OneLine(t.URL))
	switch {
	case yes:
		return nil
	case !a.stdinIsTerminal:
		return refusal.hinted("%s would be forgotten; without a terminal to ask at give --yes", what)
	}
	confirmed, err := terminal.Confirm(a.stdin, a.screen, "forget "+what+": continue?")
	if err != nil || confirmed {
		return err
	}
	return refusal
}

// forgetLocked keeps runs on the target out, on this machine and on all that share the state.
func (a *app) forgetLocked(ctx context.Context, state *journal.Journal, o storedTarget, url string) (err error) {
	locks, err := a.openLocks()
	if err != nil {
		return err
	}
	by := journal.Holder{Run: a.command.CommandPath(), Host: hostName(), PID: os.Getpid(), Since: a.now()}
	release, err := locks.Lock(ctx, url, 0, 0, by, o.lockTimeout)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, release()) }()
	log, err := state.Reopen(ctx)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, log.Close()) }()
	if err := log.Lock(ctx, url, 0, 0, by, o.lockTimeout); err != nil {
		return err
	}
	return log.Forget(ctx, journal.TargetURLs{BaseURL: url, URL: url})
}
