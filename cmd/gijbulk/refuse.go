package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"gijbulk/importer/planner"
	"gijbulk/reports"
	"gijbulk/schema"
)

// refuses reports whether errors prevent the run. With --skip-invalid those of records do not,
// but those of whole files still do.
func (w *workspace) refuses(findings []schema.Finding) bool {
	return slices.ContainsFunc(findings, func(f schema.Finding) bool {
		return f.Level == schema.LevelError && (!w.skipInvalid || f.Place.Record == 0)
	})
}

func (w *workspace) refuse(ctx context.Context, log *record, run schema.Run, m manifests) error {
	if run.Digest == "" {
		// Without the server's list it is not known which records are creates: all that a
		// create lacks is reported at once.
		var open schema.OpenToAll
		for _, r := range m.records {
			run.Findings = append(run.Findings, r.CreateFindings(true)...)
			open.Add(r)
		}
		run.Findings = append(run.Findings, open.Findings()...)
	}
	run.Why = "the manifest has errors; nothing was sent"
	why := refusal(run.Findings).hinted("fix the manifest, or send the valid records with --skip-invalid; gijbulk validate --explain CODE explains a code")
	recorded := w.end(ctx, log, run, why)
	if err := w.printRefusal(run, len(m.records)); err != nil {
		return err
	}
	written := w.writeReports(finished{run: run, plan: planner.Checked(w.mine(m))})
	return cmp.Or(firstError(written, recorded), error(why))
}

func refusal(findings []schema.Finding) *failure {
	errors := 0
	for _, f := range findings {
		if f.Level == schema.LevelError {
			errors++
		}
	}
	return &failure{code: exitManifest, err: fmt.Errorf("%s; nothing was sent", count(errors, "error"))}
}

// abandon ends a run that failed before its plan was made: the reports say why.
func (w *workspace) abandon(ctx context.Context, log *record, run schema.Run, m manifests, cause error) error {
	return w.stop(ctx, log, finished{run: run, plan: planner.Checked(w.mine(m))}, cause)
}

// stop ends a run before its plan was recorded, with reports that say why.
func (w *workspace) stop(ctx context.Context, log *record, f finished, cause error) error {
	cause = afterSignal(ctx, cause)
	f.run.Why = cause.Error()
	written := w.writeReports(f)
	return cmp.Or(firstError(written, w.end(ctx, log, f.run, cause)), cause)
}

func (w *workspace) decline(ctx context.Context, log *record, run schema.Run, why error) error {
	run.Why = why.Error()
	return cmp.Or(w.end(ctx, log, run, why), why)
}

// end records that a run ended for a reason before anything was to be sent. It can be resumed,
// unless it was refused: then its command is to be given again, once it can be accepted. Nor is a
// run resumed that another one kept out: it must not come before that one in what is last.
func (w *workspace) end(ctx context.Context, log *record, run schema.Run, why error) error {
	run.Ended = w.now().UTC()
	if code, _ := codeOf(why); slices.Contains([]int{exitManifest, exitUnsafe, exitLocked, exitUsage}, code) {
		return log.refuse(ctx, run)
	}
	return log.finish(ctx, run)
}

// printErrors prints the errors that were found on standard error, before the plan; printWarnings
// the warnings, after it. Programs get the plan or the outcomes on standard output, and find these in
// report.json.
func (w *workspace) printErrors(run schema.Run) error {
	return w.printFindings(run, schema.LevelError)
}

func (w *workspace) printWarnings(run schema.Run) error {
	if w.logging.quiet {
		return nil
	}
	return w.printFindings(run, schema.LevelWarning)
}

// printHeld prints the warnings that were held while the run seemed to have nothing to do.
func (w *workspace) printHeld(run schema.Run) error {
	if !w.heldWarnings {
		return nil
	}
	w.heldWarnings = false
	return w.printWarnings(run)
}

func (w *workspace) printFindings(run schema.Run, level schema.Level) error {
	findings := slices.DeleteFunc(slices.Clone(run.Findings), func(f schema.Finding) bool { return f.Level != level })
	if w.log.json {
		for f := range reports.MaskedFindings(slices.Values(findings), w.mask) {
			w.log.finding(f)
		}
		return nil
	}
	_, err := reports.FindingsText(w.screen, reports.MaskedFindings(slices.Values(findings), w.mask), w.page(w.stderrIsTerminal))
	return err
}

// printRefusal prints what was found where that is the run's only result: programs get it on
// standard output.
func (w *workspace) printRefusal(run schema.Run, records int) error {
	if !w.json() {
		return cmp.Or(w.printErrors(run), w.printWarnings(run))
	}
	_, err := reports.FindingsJSON(w.stdout, reports.MaskedFindings(slices.Values(run.Findings), w.mask), func() int { return records })
	return err
}
