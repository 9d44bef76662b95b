package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gijbulk/importer/planfile"
	"gijbulk/importer/planner"
	"gijbulk/reports"
	"gijbulk/schema"
)

func (a *app) applyCommand() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "apply FILE",
		Short: "Carry out a stored plan, if nothing has changed since",
		Long: `Carry out a plan that gijbulk plan stored, without its manifests. The server is
read and the plan is made again from the stored records. If it has changed,
nothing is sent, and the differences are listed (exit code 7). Secrets are
resolved here, from their references.

--prune, the safety limits and the selection are those of the plan. A run of
apply can be resumed, undone and reported like one of sync.`,
		Example: `  gijbulk apply plan.json --jira https://jira.example.org
  gijbulk apply plan.json --yes --canary 1
  gijbulk apply plan.json --dry-run`,
		Args: needPlan,
		RunE: func(cmd *cobra.Command, args []string) error { return a.applyPlan(cmd.Context(), args[0], o) },
	}
	f := cmd.Flags()
	o.target.addFlags(f)
	o.state.addFlags(f)
	addMetricsFlag(f)
	o.addAsking(f)
	o.probing.addFlags(f)
	o.addRunning(f)
	o.addRemoving(f)
	return cmd
}

func needPlan(cmd *cobra.Command, args []string) error {
	if len(args) != 1 || args[0] == "-" {
		return usage("no plan given").hinted("%s FILE; gijbulk plan … --out FILE writes one", cmd.CommandPath())
	}
	return needFile(args[0], nil)
}

func (a *app) applyPlan(ctx context.Context, path string, o runOptions) (err error) {
	file, err := readPlan(path)
	if err != nil {
		return err
	}
	w, err := a.openWorkspace(o.approved(file), nil)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, w.close()) }()
	w.collectGarbage(planningGC)
	defer w.collectGarbage(usualGC)
	if err := sameJira(file.Target.URL, w.target.client.BaseURL()); err != nil {
		return err
	}
	run := w.newRun("apply", file.Files)
	m, err := w.resolveSecrets(ctx, file.Files, manifests{file.Records, file.Findings})
	if err != nil {
		return err
	}
	return w.start(ctx, run, m, recordedOptions{Plan: path, Applies: file.Command}, &file)
}

// approved are the options of a run that carries out a plan: some are the plan's.
func (o runOptions) approved(file planfile.File) runOptions {
	p := file.Options
	o.update, o.skipInvalid, o.allowDropped = file.Command == "sync", p.SkipInvalid, p.AllowDropped
	o.sync = syncOptions{prune: p.Prune, deleteFiles: p.DeleteFiles, resend: p.ResendSecrets, onlySecrets: p.OnlySecrets, maxDelete: p.MaxDelete, maxUpdate: p.MaxUpdate, maxLost: p.MaxLost, force: p.Force}
	o.selection = selectionOptions{match: p.Match, types: p.Types, waves: p.Waves, limit: p.Limit}
	return o
}

func readPlan(path string) (planfile.File, error) {
	in, err := os.Open(path)
	if err != nil {
		return planfile.File{}, &failure{code: exitManifest, err: fmt.Errorf("the plan %s cannot be opened: %s", path, plainCause(err))}
	}
	defer in.Close()
	file, err := planfile.Read(in)
	if err == nil {
		return file, nil
	}
	fail := (&failure{code: exitManifest, err: fmt.Errorf("%s: %w", path, err)}).hinted("make it again: gijbulk plan FILE… --out %s", quoteWord(path))
	if errors.Is(err, planfile.ErrEdited) {
		fail.code = exitUnsafe
	}
	if _, foreign := errors.AsType[*planfile.ForeignVersion](err); foreign {
		fail.hint = "apply it with the gijbulk that made it, or make it again with this one"
	}
	return file, fail
}

func sameJira(planned, here string) error {
	if schema.NormalURL(planned) == schema.NormalURL(here) {
		return nil
	}
	return (&failure{code: exitUnsafe, err: fmt.Errorf("the plan is for %s, not for %s; nothing was sent", reports.OneLine(schema.ShownURL(planned)), reports.OneLine(here))}).
		hinted("use the --jira that the plan was made with, or make a plan for this Jira")
}

// asApproved refuses a plan that is not the approved one, and lists what has changed.
func (w *workspace) asApproved(run schema.Run, plan schema.Plan, file *planfile.File) error {
	if err := sameJira(file.Target.BaseURL, run.Target); err != nil {
		return err
	}
	if run.Digest == file.Digest {
		return nil
	}
	changed := planner.Deviations(reports.MaskedPlan(file.Plan, w.mask), reports.MaskedPlan(plan, w.mask))
	if err := reports.DeviationsText(w.screen, changed, w.page(w.stderrIsTerminal)); err != nil {
		return err
	}
	fail := &failure{code: exitUnsafe, err: fmt.Errorf("the plan has changed since it was approved: expected %s, now %s; nothing was sent", file.Digest, run.Digest)}
	if len(changed) == 0 && file.Gijbulk != run.Version {
		return fail.hinted("it was made by gijbulk %s, and this is %s: make it again with this one", reports.OneLine(file.Gijbulk), run.Version)
	}
	return fail.hinted("make it again with the same options, and have it approved: %s", planAgain(file.Files))
}

func planAgain(files []string) string {
	words := []string{"gijbulk", "plan"}
	if slices.Contains(files, "-") {
		files = []string{"FILE…"}
	}
	for _, f := range files {
		words = append(words, quoteWord(reports.OneLine(f)))
	}
	return strings.Join(append(words, "--out", "FILE"), " ")
}
