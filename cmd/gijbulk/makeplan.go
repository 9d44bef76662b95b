package main

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"gijbulk/importer/planfile"
	"gijbulk/schema"
)

// planOptions say what is planned, and where the plan goes.
type planOptions struct {
	runOptions
	createOnly bool
	out        string
}

func (a *app) planCommand() *cobra.Command {
	o := planOptions{runOptions: runOptions{dryRun: true}}
	cmd := &cobra.Command{
		Use:   "plan FILE…",
		Short: "Store the plan of a sync, to be approved and applied",
		Long: `Compare the manifests with the server, show the plan of a sync (with
--create-only: of an import), and store it in a file: gijbulk apply carries out
exactly that, without the manifests. Only reads are sent.

The file has references in place of secrets; a literal secret in a manifest is
refused. The options that decide what is done are stored with the plan: --prune,
the safety limits, the selection. --report html or markdown is the page to
approve.`,
		Example: `  gijbulk plan integrations.yaml --jira https://jira.example.org --out plan.json
  gijbulk plan integrations.yaml --prune --out plan.json --report html=plan.html
  gijbulk plan *.csv --create-only --out plan.json`,
		Args: cobra.ArbitraryArgs,
		RunE: a.onSomeManifests(func(ctx context.Context, files []string) error { return a.makePlan(ctx, files, o) }),
	}
	f := cmd.Flags()
	o.manifest.addFlags(f)
	o.selection.addPlanning(f)
	o.addReading(f)
	o.addShowing(f)
	o.probing.addFlags(f)
	o.sync.addFlags(f)
	o.sync.addSafety(f)
	o.report.addFlags(f)
	f.BoolVar(&o.createOnly, "create-only", false, "plan an import: create what is missing, and leave what differs as it is")
	f.StringVar(&o.out, "out", "", "`FILE` for the plan (default: it is only shown)")
	return cmd
}

func (o planOptions) check() error {
	switch {
	case o.createOnly && (o.sync.prune || o.sync.resend || o.sync.onlySecrets):
		return usage("--create-only leaves alone what is on the server: not with --prune, --resend-secrets or --only-secrets")
	case o.out == "-":
		return usage("--out - is standard output, where the plan is shown").hinted("give --out FILE")
	}
	return nil
}

func (a *app) makePlan(ctx context.Context, files []string, o planOptions) (err error) {
	if err := o.check(); err != nil {
		return err
	}
	o.update, o.manifest.noPlainSecrets = !o.createOnly, true
	w, err := a.openWorkspace(o.runOptions, nil)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, w.close()) }()
	w.collectGarbage(planningGC)
	defer w.collectGarbage(usualGC)
	run := w.newRun("plan", files)
	written, err := w.readManifests(ctx, files)
	if err != nil {
		return err
	}
	m, err := w.resolveSecrets(ctx, files, written)
	if err != nil {
		return err
	}
	run.Manifest, run.Findings = w.digest(m), m.allFindings()
	if w.refuses(run.Findings) {
		return w.refuse(ctx, nil, run, m)
	}
	run, unlock, err := w.enter(ctx, nil, run)
	if err != nil {
		return w.abandon(ctx, nil, run, m, err)
	}
	defer func() { err = firstError(err, unlock()) }()
	ids, err := w.projectIDs(ctx, m)
	if err != nil {
		return w.abandon(ctx, nil, run, m, err)
	}
	m = m.withProjects(ids)
	run, d, err := w.decideRun(ctx, run, m)
	if err != nil {
		return w.abandon(ctx, nil, run, m, err)
	}
	if w.refuses(run.Findings) {
		return w.refuse(ctx, nil, run, m)
	}
	if err := w.answered(run, d); err != nil {
		return err
	}
	if o.out == "" {
		return w.showPlan(run, d.plan)
	}
	run.Apply = w.commandLine([]string{"gijbulk", "apply", quoteWord(o.out)}, forApplied)
	file := planfile.File{Gijbulk: run.Version, Created: run.Started, Target: w.planTarget(run), Command: o.carriedOutBy(), Options: o.stored(), Files: files,
		Records: written.records, Projects: planfile.UsedProjects(written.records, ids), Findings: written.files, Plan: d.plan, Digest: run.Digest}
	if err := w.storePlan(o, file); err != nil {
		return err
	}
	if err := w.guard(run, d.plan, d.live); err != nil {
		w.log.warn("gijbulk apply will refuse this plan", "why", err.Error())
	}
	shown := w.showPlan(run, d.plan)
	if code, _ := codeOf(shown); code != exitDone && code != exitDrift || d.plan.Writes() == 0 || w.logging.quiet {
		return shown
	}
	return firstError(w.printSteps([]string{"once it is approved: " + run.Apply}), shown)
}

func (o planOptions) carriedOutBy() string {
	if o.createOnly {
		return "import"
	}
	return "sync"
}

// stored are the options that belong to the plan.
func (o planOptions) stored() planfile.Options {
	return planfile.Options{Prune: o.sync.prune, DeleteFiles: o.sync.deleteFiles, ResendSecrets: o.sync.resend, OnlySecrets: o.sync.onlySecrets, SkipInvalid: o.skipInvalid, AllowDropped: o.allowDropped,
		MaxDelete: o.sync.maxDelete, MaxUpdate: o.sync.maxUpdate, MaxLost: o.sync.maxLost, Force: o.sync.force,
		Match: o.selection.match, Types: o.selection.types, Waves: o.selection.waves, Limit: o.selection.limit}
}

func (w *workspace) planTarget(run schema.Run) planfile.Target {
	return planfile.Target{BaseURL: run.Target, URL: w.target.client.BaseURL()}
}

func (w *workspace) storePlan(o planOptions, file planfile.File) error {
	err := w.emit(outputOptions{out: o.out, overwrite: o.report.overwrite}, func(out io.Writer) error { return planfile.Write(out, file, w.mask) })
	if secret, found := errors.AsType[*planfile.SecretInField](err); found {
		return (&failure{code: exitManifest, err: secret}).hinted("change the field, or the secret: who reads the plan must not learn it")
	}
	return err
}
