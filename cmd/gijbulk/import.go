package main

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"gijbulk/importer/planfile"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

func (a *app) importCommand() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "Create what the manifests have and the server lacks",
		Long: `Check every record, compare the manifests with the server, and create what is
missing there. Existing records stay as they are, so running the same import
again changes nothing. A create whose answer was lost is looked for before it is
sent again. At the end the server is read once more, so that the report says
what is really there.

Reports: report.json, succeeded.csv, failed.csv, unknown.csv and unprocessed.csv
in --report-dir, and those of --report. failed.csv is itself a manifest: fix it
and import it. With --dry-run only the reports of --report are written.`,
		Example: `  gijbulk import integrations.csv --sandbox --yes
  gijbulk import integrations.csv --jira https://jira.example.org --dry-run
  gijbulk import *.yaml --type GITHUB --limit 2
  gijbulk import integrations.csv --yes --report html --report junit=results.xml
  generate-manifest | gijbulk import - --format jsonl --yes`,
		Args: cobra.ArbitraryArgs,
		RunE: a.onSomeManifests(func(ctx context.Context, files []string) error {
			return a.importOrContinue(ctx, "import", files, &o)
		}),
	}
	o.addFlags(cmd.Flags())
	o.addWriting(cmd.Flags())
	return cmd
}

// importOrContinue continues the run of another process of the fleet, where there is one.
func (a *app) importOrContinue(ctx context.Context, command string, files []string, o *runOptions) error {
	if a.member != nil && a.member.resumes != "" {
		return a.resume(ctx, a.member.resumes, files, o)
	}
	return a.importManifests(ctx, command, files, *o)
}

func (a *app) importManifests(ctx context.Context, command string, files []string, o runOptions) (err error) {
	w, err := a.openWorkspace(o, nil)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, w.close()) }()
	w.collectGarbage(planningGC)
	defer w.collectGarbage(usualGC)
	run := w.newRun(command, files)
	m, err := w.readManifests(ctx, files)
	if err != nil {
		return err
	}
	if m, err = w.resolveSecrets(ctx, files, m); err != nil {
		return err
	}
	return w.start(ctx, run, m, recordedOptions{}, nil)
}

// start records a run of checked records, locks the target, and brings it to their state.
func (w *workspace) start(ctx context.Context, run schema.Run, m manifests, options recordedOptions, approved *planfile.File) (err error) {
	run.Manifest, run.Findings = w.digest(m), m.allFindings()
	log, err := w.record(ctx, run, options)
	if err != nil {
		return w.abandon(ctx, log, run, m, err)
	}
	defer func() { err = firstError(err, log.close()) }()
	if w.refuses(run.Findings) {
		return w.refuse(ctx, log, run, m)
	}
	run, unlock, err := w.enter(ctx, log, run)
	if err != nil {
		return w.abandon(ctx, log, run, m, err)
	}
	defer func() { err = firstError(err, unlock()) }()
	return w.bring(ctx, log, run, m, approved)
}

// bring brings the server to the state of manifests: it plans, confirms, runs and reports. Where the
// records are those of an approved plan, only that is carried out; nil: there is none.
func (w *workspace) bring(ctx context.Context, log *record, run schema.Run, m manifests, approved *planfile.File) error {
	ids, err := w.projectIDs(ctx, m)
	if err != nil {
		return w.abandon(ctx, log, run, m, err)
	}
	m = m.withProjects(ids)
	run, d, err := w.decideRun(ctx, run, m)
	if err != nil {
		return w.abandon(ctx, log, run, m, err)
	}
	if w.refuses(run.Findings) {
		return w.refuse(ctx, log, run, m)
	}
	if err := w.answered(run, d); err != nil {
		return w.decline(ctx, log, run, err)
	}
	if approved != nil {
		if err := w.asApproved(run, d.plan, approved); err != nil {
			return w.decline(ctx, log, run, err)
		}
	}
	part := planner.Shard(d.plan, w.shard)
	run.Nested = part.NestedCounts()
	if w.indexing {
		if part, err = w.addIndexingErrors(ctx, part, d.live); err != nil {
			return w.abandon(ctx, log, run, m, err)
		}
	}
	if w.dryRun {
		return w.showPlan(run, part)
	}
	if err := w.guard(run, d.plan, d.live); err != nil {
		return w.decline(ctx, log, run, err)
	}
	return w.execute(ctx, log, run, part)
}

func (w *workspace) execute(ctx context.Context, log *record, run schema.Run, plan schema.Plan) error {
	if err := w.confirm(run, plan); err != nil {
		if signal := context.Cause(ctx); signal != nil {
			return w.stop(ctx, log, finished{run: run, plan: plan, outcomes: plan.Outcomes()}, signal)
		}
		return w.decline(ctx, log, run, err)
	}
	if err := w.recordPlan(ctx, log, run, plan); err != nil {
		return cmp.Or(w.printHeld(run), err)
	}
	w.collectGarbage(usualGC)
	work := w.engine(plan, log, plan.Outcomes())
	trouble := work.Start(ctx)
	work.stop()
	return w.report(ctx, log, run, work.Plan, work.Outcomes(), trouble)
}
