package main

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"gijbulk/importer/engine"
	"gijbulk/importer/gij"
	"gijbulk/importer/journal"
	"gijbulk/importer/planner"
	"gijbulk/reports"
	"gijbulk/schema"
)

// reindexOptions say which records are indexed again, and how.
type reindexOptions struct {
	run      runOptions
	priority int
	wait     bool
	timeout  time.Duration
}

func (a *app) reindexCommand() *cobra.Command {
	var o reindexOptions
	cmd := &cobra.Command{
		Use:   "reindex FILE…",
		Short: "Ask the app to index live records again",
		Long: `Ask the app to index each live record of the manifests again: for an integration
its scan of the host and its nested repositories. Nothing else is written.
Records that the server does not have are listed and left out.

The app indexes the highest priority first: 24 is that of a manual start, 22 of
a webhook, 20 of the schedule, 10 of a removal. With --wait the command waits
until each indexing has ended, and fails if one ended with errors.`,
		Example: `  gijbulk reindex integrations.yaml --match 'Acme on GitHub'
  gijbulk reindex integrations.yaml --type GITLAB_SERVER --priority 20 --wait`,
		Args: cobra.ArbitraryArgs,
		RunE: a.onSomeManifests(func(ctx context.Context, files []string) error { return a.reindex(ctx, files, o) }),
	}
	f := cmd.Flags()
	o.run.manifest.addFlags(f)
	o.run.target.addFlags(f)
	o.run.state.addFlags(f)
	o.run.selection.addChoosing(f)
	f.IntVar(&o.priority, "priority", 24, "the highest is indexed first; at least 1")
	f.BoolVar(&o.wait, "wait", false, "wait until each indexing has ended")
	f.DurationVar(&o.timeout, "index-timeout", 30*time.Minute, "with --wait: how long to wait")
	return cmd
}

func (o reindexOptions) check() error {
	switch {
	case o.priority < 1:
		return usage("--priority %d is below 1", o.priority)
	case o.timeout <= 0:
		return usage("--index-timeout %s is not above 0", o.timeout)
	}
	return nil
}

// reindex starts the indexing of what is live of manifests. It needs no secret of theirs.
func (a *app) reindex(ctx context.Context, files []string, o reindexOptions) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	o.run.waves.maxFailures, o.run.waves.indexing, o.run.waves.timeout, o.run.concurrency = "0", 1, o.timeout, 1
	w, err := a.openWorkspace(o.run, nil)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, w.close()) }()
	run := w.newRun("reindex", files)
	m, err := w.readManifests(ctx, files)
	if err != nil {
		return err
	}
	if run.Findings = m.allFindings(); w.refuses(run.Findings) {
		if err := w.printErrors(run); err != nil {
			return err
		}
		return refusal(run.Findings).hinted("fix the manifest; gijbulk validate --explain CODE explains a code")
	}
	r, err := w.reopen(ctx)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, r.close()) }()
	run, unlock, err := w.enter(ctx, r, run)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, unlock()) }()
	records, err := w.liveOf(ctx, run, m)
	if err != nil {
		return err
	}
	stopped := engine.Reindex{Target: w.target.client, Priority: o.priority, Wait: o.wait, Timeout: o.timeout, Refused: refusedAlone}.Run(ctx, records)
	ended := reindexVerdict(records, stopped)
	if w.logging.quiet && ended == nil && !w.json() {
		return nil
	}
	return cmp.Or(w.printReindexed(records, o.priority), ended)
}

func (w *workspace) liveOf(ctx context.Context, run schema.Run, m manifests) ([]schema.Reindexed, error) {
	known := new(journal.Identities)
	var err error
	if w.state != nil {
		if known, err = w.state.Identities(ctx, journal.TargetOf(run)); err != nil {
			return nil, err
		}
	}
	live, err := w.readServer(ctx, known.Expected(m.records), m.kinds())
	if err != nil {
		return nil, err
	}
	w.logServer(run, live, m.kinds())
	plan, _ := planner.Diff(m.records, live.records, planner.Options{Target: run.Target, Select: w.selected.predicate(), Known: known.Known})
	records := make([]schema.Reindexed, len(plan.Actions))
	for i, a := range plan.Actions {
		records[i] = schema.Reindexed{Want: a.Want, ID: a.Have.ID}
		switch {
		case a.Op == schema.OpConflict:
			records[i].Status, records[i].Error, records[i].Advice = schema.ReindexFailed, a.Reason, a.Advice
		case a.Have.ID == 0:
			records[i].Status = schema.ReindexMissing
		}
	}
	return records, nil
}

// refusedAlone reports whether a failed request concerns one record alone, and whether only a
// temporary failure prevented it.
func refusedAlone(err error) (alone, temporary bool) {
	e, ok := errors.AsType[*gij.Error](err)
	if !ok || e.Class == schema.ClassStop || e.Class == schema.ClassNone {
		return false, false
	}
	return true, e.Class != schema.ClassRefused || e.Status >= http.StatusInternalServerError
}

func (w *workspace) printReindexed(records []schema.Reindexed, priority int) error {
	for i := range records {
		records[i].Error, records[i].Advice = w.mask.HideSaid(records[i].Error), w.mask.HideSaid(records[i].Advice)
	}
	if w.json() {
		return reports.ReindexJSON(w.stdout, records)
	}
	return reports.ReindexText(w.stdout, records, priority, w.page(w.stdoutIsTerminal))
}

func reindexVerdict(records []schema.Reindexed, stopped error) error {
	failed := func(temporary bool) bool {
		return slices.ContainsFunc(records, func(r schema.Reindexed) bool { return r.Status == schema.ReindexFailed && r.Temporary == temporary })
	}
	switch {
	case stopped != nil:
		return stopped
	case failed(false):
		return said(exitFailed)
	case failed(true):
		return said(exitTemporary)
	}
	return nil
}
