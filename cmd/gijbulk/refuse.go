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

// refuse shows what is wrong with the manifests and ends the run before anything was sent.
func (w *workspace) refuse(run schema.Run, m manifests) error {
	if run.Digest == "" {
		// Without the server's list it is not known which records are creates: all that a
		// create lacks is reported at once.
		for i := range m.records {
			run.Findings = append(run.Findings, m.records[i].CreateErrors()...)
		}
	}
	run.Why = "the manifest has errors; nothing was sent"
	if err := w.printRefusal(run, len(m.records)); err != nil {
		return err
	}
	if err := w.writeReports(finished{run: run, plan: planner.Checked(w.mine(m))}); err != nil {
		return err
	}
	return refusal(run.Findings).hinted("fix the manifest, or send the valid records with --skip-invalid; gijbulk validate --explain CODE explains a code")
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

// abandon ends a run that failed before its plan was made: the reports say why, and it can be
// resumed.
func (w *workspace) abandon(ctx context.Context, log *record, run schema.Run, m manifests, cause error) error {
	cause = afterSignal(ctx, cause)
	run.Why = cause.Error()
	written := w.writeReports(finished{run: run, plan: planner.Checked(w.mine(m))})
	return cmp.Or(firstError(written, log.finish(ctx, run)), cause)
}

// printFindings prints what was found on standard error. Programs get the plan or the outcomes
// on standard output, and find these in report.json.
func (w *workspace) printFindings(run schema.Run) error {
	findings := run.Findings
	if w.logging.quiet {
		findings = slices.DeleteFunc(slices.Clone(findings), func(f schema.Finding) bool { return f.Level != schema.LevelError })
	}
	_, err := reports.FindingsText(w.screen, reports.MaskedFindings(slices.Values(findings), w.mask), w.page(w.stderrIsTerminal))
	return err
}

// printRefusal prints what was found where that is the run's only result: programs get it on
// standard output.
func (w *workspace) printRefusal(run schema.Run, records int) error {
	if !w.json() {
		return w.printFindings(run)
	}
	_, err := reports.FindingsJSON(w.stdout, reports.MaskedFindings(slices.Values(run.Findings), w.mask), func() int { return records })
	return err
}
