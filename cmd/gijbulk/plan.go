package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/importer/planner"
	"gijbulk/reports"
	"gijbulk/schema"
)

func (w *workspace) guard(run schema.Run, plan schema.Plan, live server) error {
	if w.expectPlan != "" && w.expectPlan != run.Digest {
		return (&failure{code: exitUnsafe, err: fmt.Errorf("the plan has changed since it was approved: expected %s, now %s; nothing was sent", w.expectPlan, run.Digest)}).
			hinted("check the plan again with --dry-run")
	}
	if sources := planner.EraseSource(plan); len(sources) > 0 {
		return (&failure{code: exitUnsafe, err: fmt.Errorf("--delete-files would erase %s; nothing was sent", source(sources[0].Have))}).
			hinted("leave --delete-files out")
	}
	if !w.update || w.sync.force {
		return nil
	}
	err := planner.Guard(plan, live.counts(plan), w.safety)
	if unsafe, refused := errors.AsType[*planner.Unsafe](err); refused {
		return (&failure{code: exitUnsafe, err: fmt.Errorf("%w (%s); nothing was sent", err, limitFlag(unsafe.Op))}).
			hinted("check the plan with --dry-run; if it is right, raise the limit or give --force")
	}
	return cmp.Or(err, w.guardLosses(plan, len(live.nested)))
}

// limitsUsed are how near a plan that is only shown is to the safety limits, where they apply: an import changes nothing of what
// is live, and an audit nothing at all.
func (w *workspace) limitsUsed(run schema.Run, d decided) []schema.LimitUse {
	if !run.DryRun || !w.update || run.Command == "audit" {
		return nil
	}
	uses := w.safety.Uses(d.plan, d.live.counts(d.plan))
	if lost := w.losses.Use(d.plan, len(d.live.nested)); lost.N+lost.Unknown > 0 {
		uses = append(uses, lost)
	}
	for i := range uses {
		uses[i].Flag, uses[i].Forced = limitFlag(uses[i].Op), w.sync.force
	}
	return uses
}

func limitFlag(op schema.Op) string {
	switch op {
	case schema.OpDelete:
		return "--max-delete"
	case schema.OpUpdate:
		return "--max-update"
	}
	return "--max-lost"
}

// counts are the live records of each kind that a share is of.
func (s server) counts(plan schema.Plan) map[schema.Kind]int {
	counts := schema.CountKinds(s.records)
	counts[schema.KindNested] = plan.LiveNested
	return counts
}

func (w *workspace) guardLosses(plan schema.Plan, live int) error {
	err := planner.GuardLosses(plan, live, w.losses)
	unsafe, refused := errors.AsType[*planner.UnsafeLoss](err)
	if !refused {
		return err
	}
	fail := &failure{code: exitUnsafe, err: fmt.Errorf("%w (--max-lost); nothing was sent", err)}
	if unsafe.Open > 0 {
		return fail.hinted("ask the git hosts with --probe, or leave --max-lost out")
	}
	return fail.hinted("check the plan with --dry-run; if it is right, raise the limit or give --force")
}

// source names what the deletion of a live record with its files would erase.
func source(live schema.Record) string {
	if live.Kind() == schema.KindRepository {
		return fmt.Sprintf("the repository %s itself, whose absoluteRoot is not false", live.Origin())
	}
	return fmt.Sprintf("the repositories of the tracked folder %s itself", live.Origin())
}

// confirm shows what was found, and asks the administrator before the first write.
func (w *workspace) confirm(run schema.Run, plan schema.Plan) error {
	if err := w.printErrors(run); err != nil {
		return err
	}
	if w.heldWarnings = !w.stderrIsTerminal && run.Command != "undo" && changesNothing(plan); w.heldWarnings {
		return nil
	}
	if plan.Writes() == 0 || w.yes || w.target.sandbox {
		return w.printWarnings(run)
	}
	refusal := &failure{code: exitUnsafe, err: errors.New("the plan was not confirmed; nothing was sent")}
	if !w.stdinIsTerminal || slices.Contains(w.command.Flags().Args(), "-") {
		if err := w.printWarnings(run); err != nil {
			return err
		}
		return refusal.hinted("%s; without a terminal to ask at give --yes, and --dry-run shows the plan", intent(plan))
	}
	if err := reports.PlanText(w.screen, run, reports.MaskedPlan(plan, w.mask), w.planPage(w.stderrIsTerminal)); err != nil {
		return err
	}
	if err := w.printWarnings(run); err != nil {
		return err
	}
	confirmed, err := terminal.Confirm(w.stdin, w.screen, fmt.Sprintf("%s on %s: continue?", intent(plan), reports.OneLine(run.Target)))
	if err != nil || confirmed {
		return err
	}
	return refusal
}

// changesNothing reports whether all is as the manifests want it.
func changesNothing(plan schema.Plan) bool {
	return !slices.ContainsFunc(plan.Actions, func(a schema.Action) bool { return a.Op != schema.OpUnchanged })
}

// intent says what would be written, such as "2 integrations and 1 repository to
// create".
func intent(plan schema.Plan) string {
	writes := make(map[schema.Op]map[schema.Kind]int)
	for i := range plan.Actions {
		a := &plan.Actions[i]
		if writes[a.Op] == nil {
			writes[a.Op] = make(map[schema.Kind]int)
		}
		writes[a.Op][a.Subject().Kind()]++
	}
	var parts []string
	for _, op := range []schema.Op{schema.OpCreate, schema.OpUpdate, schema.OpDelete} {
		if len(writes[op]) > 0 {
			parts = append(parts, fmt.Sprintf("%s to %s", countKinds(writes[op]), op))
		}
	}
	return strings.Join(parts, ", ")
}

func planAnswer(plan schema.Plan) string {
	answer := cmp.Or(intent(plan), "nothing to write")
	if n := plan.Count(schema.OpConflict); n > 0 {
		answer += fmt.Sprintf(", %d in conflict", n)
	}
	return answer
}

func (w *workspace) planPage(terminal bool) reports.Page {
	page := w.page(terminal)
	page.Folded, page.OneByOne = page.Folded && !w.full, w.full
	return page
}

func (w *workspace) showPlan(run schema.Run, plan schema.Plan) error {
	if err := w.printErrors(run); err != nil {
		return err
	}
	_, run.Writes = w.target.client.Requests()
	w.answer = planAnswer(plan)
	masked := reports.MaskedPlan(plan, w.mask)
	drifts := slices.ContainsFunc(plan.Actions, func(a schema.Action) bool { return a.Drifts() })
	var err error
	switch {
	case w.json():
		err = reports.PlanJSON(w.stdout, run, masked)
	case drifts || !w.logging.quiet:
		err = reports.PlanText(w.stdout, run, masked, w.planPage(w.stdoutIsTerminal))
	}
	if err = cmp.Or(err, w.printWarnings(run)); err != nil {
		return err
	}
	run.Complete = true
	if err := w.writeReports(finished{run: run, plan: plan}); err != nil {
		return err
	}
	if drifts {
		return said(exitDrift)
	}
	return nil
}
